// The addon's exports: backends(), report(name), open(name, options), Signal.
#include <napi.h>

#include "../runtime/registry.h"
#include "device.h"

namespace laminet::addon {

namespace {

Napi::Value backends(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::vector<BackendStatus> statuses = backend_statuses();
    Napi::Array made = Napi::Array::New(info.Env(), statuses.size());
    for (uint32_t index = 0; index < statuses.size(); ++index) {
      Napi::Object entry = Napi::Object::New(info.Env());
      entry.Set("name", statuses[index].name);
      entry.Set("available", statuses[index].available);
      entry.Set("reason", statuses[index].reason);
      entry.Set("code", statuses[index].code);
      entry.Set("report", statuses[index].report);
      made.Set(index, entry);
    }
    return made;
  });
}

// report(name): all that a plugin finds on this machine, as JSON; empty when it gives no report
Napi::Value report(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::String::New(info.Env(), complete_report(string_of(info[0], "the backend's name")));
  });
}

DeviceOptions device_options(const Napi::Value& given) {
  DeviceOptions options;
  if (!given.IsObject()) return options;
  const Napi::Object object = given.As<Napi::Object>();
  const auto number = [&](const char* name, int& into) {
    if (const Napi::Value value = object.Get(name); value.IsNumber()) into = value.As<Napi::Number>().Int32Value();
  };
  const auto flag = [&](const char* name, bool& into) {
    if (const Napi::Value value = object.Get(name); value.IsBoolean()) into = value.As<Napi::Boolean>().Value();
  };
  number("threads", options.threads);
  number("index", options.index);
  flag("tensorFloat32", options.tensor_float32);
  flag("deterministic", options.deterministic);
  flag("autotune", options.autotune);
  return options;
}

// open(name, { threads, index, tensorFloat32, deterministic, autotune })
Napi::Value open(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::string backend = string_of(info[0], "the device's name");
    const bool numbered = info[1].IsObject() && info[1].As<Napi::Object>().Has("index");
    const DeviceOptions options = device_options(info[1]);
    const std::string name = numbered ? backend + ":" + std::to_string(options.index) : backend;
    ConnectionPtr connection = Connection::open(info.Env(), backend, name, options);
    Environment& environment = *info.Env().GetInstanceData<Environment>();
    std::erase_if(environment.connections, [](const auto& each) { return each.expired(); });
    environment.connections.push_back(connection);
    return environment.device.New({Napi::External<ConnectionPtr>::New(info.Env(), &connection)});
  });
}

// Neither process.exit() nor an uncaught exception runs the environment's cleanup hooks, but both emit 'exit'. Exit handlers of the C
// library come too late: they alternate with the destructors of libraries that a device's thread is still using.
void close_at_exit(Napi::Env env) {
  const Napi::Object process = env.Global().Get("process").As<Napi::Object>();
  const auto close = [](const Napi::CallbackInfo& info) {
    for (const auto& each : info.Env().GetInstanceData<Environment>()->connections) {
      if (const ConnectionPtr connection = each.lock()) connection->close();
    }
  };
  process.Get("once").As<Napi::Function>().Call(process, {Napi::String::New(env, "exit"), Napi::Function::New(env, close)});
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment;
  environment->buffer = Napi::Persistent(Buffer::define(env));
  environment->program = Napi::Persistent(Program::define(env));
  environment->device = Napi::Persistent(NativeDevice::define(env));
  env.SetInstanceData(environment);
  close_at_exit(env);
  exports.Set("backends", Napi::Function::New<backends>(env, "backends"));
  exports.Set("report", Napi::Function::New<report>(env, "report"));
  exports.Set("open", Napi::Function::New<open>(env, "open"));
  exports.Set("Signal", Signal::define(env));
  return exports;
}

}  // namespace

}  // namespace laminet::addon

static Napi::Object initialize(Napi::Env env, Napi::Object exports) { return laminet::addon::init(env, exports); }

NODE_API_MODULE(laminet, initialize)
