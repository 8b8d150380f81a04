// The way from the executor's thread back to JavaScript: promises that a native callback settles. Pending promises keep the event loop
// alive; without any, the process may end.
#pragma once

#include <napi.h>

#include <memory>
#include <utility>

#include "../runtime/engine.h"

namespace laminet::addon {

class Completions : public std::enable_shared_from_this<Completions> {
 public:
  static std::shared_ptr<Completions> make(Napi::Env env);
  ~Completions();

  // A promise that resolves with `result` (an object, or empty for undefined), or rejects with the error given to the callback, which
  // must be called once. `user` lives until then.
  std::pair<Napi::Value, Done> expect(Napi::Env env, const Napi::Value& result, std::shared_ptr<void> user);
  // No callback will be called from now on; those that were still reach their promises.
  void close();

 private:
  struct Pending;

  static void on_environment_end(void* completions);
  static void settle(napi_env env, napi_value function, void* context, void* data);

  napi_env env_ = nullptr;
  napi_threadsafe_function function_ = nullptr;
  // Of JavaScript's thread.
  size_t pending_ = 0;
  bool ended_ = false;  // the environment goes down: nobody waits for promises, and a rejection would be reported as unhandled
};

}  // namespace laminet::addon
