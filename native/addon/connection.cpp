#include "connection.h"

#include "../runtime/registry.h"

namespace laminet::addon {

namespace {

// The natural end of an environment, and worker.terminate().
void on_environment_end(void* connection) { static_cast<Connection*>(connection)->close(); }

}  // namespace

std::shared_ptr<Connection> Connection::open(Napi::Env env, const std::string& backend, const std::string& name, const DeviceOptions& options) {
  std::unique_ptr<Device> device = open_device(backend, options);
  std::shared_ptr<Connection> connection(new Connection(env));
  connection->name_ = name;
  connection->description_ = device->description();
  connection->completions_ = Completions::make(env);
  connection->engine_ = std::make_unique<Engine>(name, std::move(device));
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
  engine_->close();
  completions_->close();
}

}  // namespace laminet::addon
