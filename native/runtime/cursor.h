// A reading position in a listing, with the small words of its grammar.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>

#include "program.h"

namespace laminet {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  int line() const { return line_; }
  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }

  // Skips `word` if it comes next.
  bool accept(std::string_view word) {
    if (text_.substr(position_, word.size()) != word) return false;
    position_ += word.size();
    return true;
  }

  void expect(std::string_view word) {
    if (!accept(word)) fail("expected '" + std::string(word) + "'");
  }

  // Ends a line; a last line may end with the text.
  void expect_line_end() {
    if (at_end()) return;
    if (!accept("\n")) fail("expected the end of the line");
    ++line_;
  }

  void skip_blank_lines() {
    while (accept("\n")) ++line_;
  }

  std::string_view name(const char* what) {
    const size_t start = position_;
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') ++position_;
    if (start == position_) fail(std::string("expected ") + what);
    return text_.substr(start, position_ - start);
  }

  std::string_view rest_of_line() {
    const size_t start = position_;
    while (!at_end() && peek() != '\n') ++position_;
    return text_.substr(start, position_ - start);
  }

  template <typename Integer>
  Integer integer() {
    return converted<Integer>("an integer");
  }

  // JavaScript's spelling: shortest exact digits, Infinity, NaN.
  double number() {
    if (accept("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (accept("Infinity")) return std::numeric_limits<double>::infinity();
    if (accept("-Infinity")) return -std::numeric_limits<double>::infinity();
    return converted<double>("a number");
  }

  std::string quoted() {
    expect("\"");
    std::string text;
    while (peek() != '"') {
      accept("\\");
      if (at_end() || peek() == '\n') fail("expected '\"'");
      text += text_[position_++];
    }
    ++position_;
    return text;
  }

  [[noreturn]] void fail(const std::string& expected) const {
    const size_t end = std::min(text_.find('\n', position_), text_.size());
    const std::string found = end == position_ ? "the end of the line" : "'" + std::string(text_.substr(position_, std::min<size_t>(end - position_, 24))) + "'";
    throw Error("PARSE", "program line " + std::to_string(line_) + ": " + expected + ", found " + found);
  }

 private:
  template <typename Number>
  Number converted(const char* what) {
    Number value{};
    const char* first = text_.data() + position_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc()) fail(std::string("expected ") + what);
    position_ += static_cast<size_t>(end - first);
    return value;
  }

  std::string_view text_;
  size_t position_ = 0;
  int line_ = 1;
};

}  // namespace laminet
