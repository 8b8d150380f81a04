// The JavaScript objects that stand for native ones: buffers, programs and signals.
#pragma once

#include <napi.h>

#include <string>

#include "connection.h"
#include "convert.h"

namespace laminet::addon {

// The native object of class T behind `value`; throws INTERNAL when it is none (each class has its own tag, so one is never taken for
// another).
template <typename T>
T& unwrap(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&T::kTag)) {
    throw Error("INTERNAL", std::string("addon: expected a ") + T::kName);
  }
  return *T::Unwrap(value.As<Napi::Object>());
}

// What a constructor receives from native code; JavaScript cannot make one.
template <typename Init>
Init& init_of(const Napi::CallbackInfo& info) {
  if (!info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "laminet makes these objects itself");
  return *info[0].As<Napi::External<Init>>().Data();
}

class Buffer : public Napi::ObjectWrap<Buffer> {
 public:
  static constexpr const char* kName = "NativeBuffer";
  static const napi_type_tag kTag;
  struct Init {
    ConnectionPtr connection;
    SlotPtr slot;
  };

  static Napi::Function define(Napi::Env env);
  static Napi::Object make(Napi::Env env, Init init);
  explicit Buffer(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

  // Throws DISPOSED after dispose(), INTERNAL when it is of another device.
  const SlotPtr& slot(const ConnectionPtr& user) const;

 private:
  Napi::Value dtype(const Napi::CallbackInfo& info);
  Napi::Value shape(const Napi::CallbackInfo& info);
  Napi::Value disposed(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void free(Napi::BasicEnv env);

  ConnectionPtr connection_;
  SlotPtr slot_;  // null: disposed
  Type type_;
};

class Program : public Napi::ObjectWrap<Program> {
 public:
  static constexpr const char* kName = "NativeProgram";
  static const napi_type_tag kTag;
  struct Init {
    ConnectionPtr connection;
    CodePtr code;
    std::vector<Type> inputs, variables, returns;
    int64_t number;  // as in timelines
    size_t bytes;    // of its values, as far as they are alive together
  };

  static Napi::Function define(Napi::Env env);
  static Napi::Object make(Napi::Env env, Init init);
  explicit Program(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

  const CodePtr& code(const ConnectionPtr& user) const;
  const std::vector<Type>& inputs() const { return init_.inputs; }
  const std::vector<Type>& variables() const { return init_.variables; }
  const std::vector<Type>& returns() const { return init_.returns; }

 private:
  Napi::Value number(const Napi::CallbackInfo& info);
  void dispose(const Napi::CallbackInfo& info);
  void free(Napi::BasicEnv env);

  Init init_;  // without code: disposed
};

class Signal : public Napi::ObjectWrap<Signal> {
 public:
  static constexpr const char* kName = "NativeSignal";
  static const napi_type_tag kTag;

  static Napi::Function define(Napi::Env env);
  explicit Signal(const Napi::CallbackInfo& info);
  const CancelPtr& cancelled() const { return cancelled_; }

 private:
  void cancel(const Napi::CallbackInfo& info);

  CancelPtr cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

// What the addon keeps for an environment (the main thread or a worker): the constructors, and the devices to close at its end.
struct Environment {
  Napi::FunctionReference buffer, program, device;
  std::vector<std::weak_ptr<Connection>> connections;
};

}  // namespace laminet::addon
