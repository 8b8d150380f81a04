#include "connection.h"

#include <cstdlib>
#include <mutex>
#include <unordered_set>

#include "../runtime/registry.h"

namespace laminet::addon {

namespace {

// The engines of all environments. Neither process.exit() nor an uncaught exception runs environment hooks, but both run exit handlers:
// the threads are joined there, before the libraries that they use are destroyed. Leaked on purpose.
struct OpenEngines {
  std::mutex mutex;
  std::unordered_set<Engine*> engines;
};

OpenEngines& open_engines();

void close_open_engines() {
  OpenEngines& open = open_engines();
  const std::lock_guard lock(open.mutex);
  for (Engine* engine : open.engines) engine->close();
}

OpenEngines& open_engines() {
  static auto* instance = new OpenEngines;
  return *instance;
}

void track(Engine* engine) {
  OpenEngines& open = open_engines();
  const std::lock_guard lock(open.mutex);
  // Registered after the device's libraries were loaded, so that it runs before their destructors.
  static const int registered = std::atexit(close_open_engines);
  (void)registered;
  open.engines.insert(engine);
}

void forget(Engine* engine) {
  OpenEngines& open = open_engines();
  const std::lock_guard lock(open.mutex);
  open.engines.erase(engine);
}

// The natural end of an environment, and worker.terminate().
void on_environment_end(void* connection) { static_cast<Connection*>(connection)->close(); }

}  // namespace

std::shared_ptr<Connection> Connection::open(Napi::Env env, const std::string& name, const DeviceOptions& options) {
  std::unique_ptr<Device> device = open_device(name, options);
  std::shared_ptr<Connection> connection(new Connection(env));
  connection->name_ = name;
  connection->description_ = device->description();
  connection->completions_ = Completions::make(env);
  connection->engine_ = std::make_unique<Engine>(name, std::move(device));
  track(connection->engine_.get());
  napi_add_env_cleanup_hook(env, on_environment_end, connection.get());
  return connection;
}

Connection::~Connection() { close(); }

Engine& Connection::engine() {
  if (closed_) throw Error("DISPOSED", "device '" + name_ + "': it was closed");
  return *engine_;
}

void Connection::close() {
  if (closed_ || !engine_) return;
  closed_ = true;
  napi_remove_env_cleanup_hook(env_, on_environment_end, this);
  forget(engine_.get());
  engine_->close();
  completions_->close();
}

}  // namespace laminet::addon
