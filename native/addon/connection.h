// An open device: its engine, the way back to JavaScript, and an orderly end however the process or the environment goes down.
#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "completions.h"

namespace laminet::addon {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `name` is for messages: "cuda:1". Throws DEVICE when the backend is not available.
  static std::shared_ptr<Connection> open(Napi::Env env, const std::string& backend, const std::string& name, const DeviceOptions& options);
  ~Connection();

  // Throws DISPOSED after close().
  Engine& engine();
  // A promise and the callback that settles it; a device with pending promises stays open, even when it is forgotten.
  std::pair<Napi::Value, Done> expect(const Napi::Value& result) { return completions_->expect(env_, result, shared_from_this()); }
  const std::string& name() const { return name_; }
  const std::string& description() const { return description_; }
  // Cancels, drains and joins. JavaScript's thread; harmless when repeated.
  void close();

  size_t live_buffers = 0;  // JavaScript's thread

 private:
  friend class Buffer;
  friend class Program;

  Napi::Env env_;
  std::string name_;
  std::string description_;
  std::unique_ptr<Engine> engine_;
  std::shared_ptr<Completions> completions_;
  bool closed_ = false;

  explicit Connection(Napi::Env env) : env_(env) {}
};

using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace laminet::addon
