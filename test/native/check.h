// The whole test framework of native code: one executable a file, `TEST(name) { CHECK(...) }`, and this header brings `main`.
// A failed check is printed with its place and the test goes on; the exit status says whether anything failed.
#pragma once

#include <algorithm>
#include <cmath>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/program.h"

namespace laminet::test {

struct NamedTest {
  const char* name;
  void (*body)();
};

inline std::vector<NamedTest>& named_tests() {
  static std::vector<NamedTest> all;
  return all;
}

inline int failures = 0;

struct Registered {
  Registered(const char* name, void (*body)()) { named_tests().push_back({name, body}); }
};

inline void fail(const char* file, int line, const std::string& message) {
  ++failures;
  std::cout << file << ":" << line << ": " << message << std::endl;
}

template <typename Value>
std::string text(const Value& value) {
  std::ostringstream out;
  out.precision(17);
  out << value;
  return out.str();
}

template <typename Value>
std::string text(const std::vector<Value>& values) {
  std::string out = "[";
  for (size_t i = 0; i < values.size(); ++i) out += (i == 0 ? "" : ", ") + text(static_cast<Value>(values[i]));
  return out + "]";
}

template <typename Actual, typename Expected>
void check_equal(const Actual& actual, const Expected& expected, const char* expression, const char* file, int line) {
  if (!(actual == expected)) fail(file, line, std::string(expression) + " is " + text(actual) + ", expected " + text(expected));
}

// Scaled by the larger of 1 and the expected size; NaN equals NaN.
inline bool near(double actual, double expected, double tolerance) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (std::isinf(expected)) return actual == expected;
  return std::abs(actual - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

template <typename Value>
bool near(const std::vector<Value>& actual, const std::vector<Value>& expected, double tolerance) {
  if (actual.size() != expected.size()) return false;
  for (size_t i = 0; i < actual.size(); ++i) {
    if (!near(static_cast<double>(actual[i]), static_cast<double>(expected[i]), tolerance)) return false;
  }
  return true;
}

template <typename Actual>
void check_near(const Actual& actual, const Actual& expected, double tolerance, const char* expression, const char* file,
                int line) {
  if (!near(actual, expected, tolerance)) {
    fail(file, line, std::string(expression) + " is " + text(actual) + ", expected about " + text(expected));
  }
}

// Runs `body` and expects an Error with this code, whose words contain `words`.
template <typename Body>
void check_throws(const std::string& code, const std::string& words, const Body& body, const char* file, int line) {
  try {
    body();
    fail(file, line, "nothing was thrown, expected " + code + ": " + words);
  } catch (const Error& error) {
    if (error.code() != code || std::string(error.what()).find(words) == std::string::npos) {
      fail(file, line, "threw " + error.code() + ": " + error.what() + ", expected " + code + ": " + words);
    }
  }
}

inline int run_all() {
  for (const NamedTest& test : named_tests()) {
    const int before = failures;
    try {
      test.body();
    } catch (const std::exception& error) {
      fail(test.name, 0, std::string("threw ") + error.what());
    }
    std::cout << (failures == before ? "ok     " : "FAILED ") << test.name << std::endl;
  }
  if (named_tests().empty()) fail("check.h", 0, "no tests");
  return failures == 0 ? 0 : 1;
}

}  // namespace laminet::test

#define TEST(name)                                                        \
  static void name();                                                     \
  static const laminet::test::Registered registered_##name{#name, name};  \
  static void name()
#define CHECK(condition) \
  do { if (!(condition)) laminet::test::fail(__FILE__, __LINE__, #condition " is false"); } while (false)
#define CHECK_EQUAL(actual, expected) laminet::test::check_equal((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_NEAR(actual, expected, tolerance) \
  laminet::test::check_near((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)
#define CHECK_THROWS(code, words, expression) \
  laminet::test::check_throws((code), (words), [&] { (void)(expression); }, __FILE__, __LINE__)

int main() { return laminet::test::run_all(); }
