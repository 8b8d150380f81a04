#include "completions.h"

#include <optional>

#include "convert.h"

namespace laminet::addon {

struct Completions::Pending {
  std::shared_ptr<Completions> owner;
  std::shared_ptr<void> user;
  napi_deferred deferred = nullptr;
  napi_ref result = nullptr;
  std::optional<Error> error;
};

std::shared_ptr<Completions> Completions::make(Napi::Env env) {
  auto made = std::make_shared<Completions>();
  const Napi::String name = Napi::String::New(env, "laminet");
  const napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr,
                                                             &Completions::settle, &made->function_);
  if (status != napi_ok) throw Error("INTERNAL", "addon: no thread-safe function");
  napi_unref_threadsafe_function(env, made->function_);
  made->env_ = env;
  napi_add_env_cleanup_hook(env, on_environment_end, made.get());
  return made;
}

Completions::~Completions() {
  if (!ended_ && env_ != nullptr) napi_remove_env_cleanup_hook(env_, on_environment_end, this);
}

void Completions::on_environment_end(void* completions) { static_cast<Completions*>(completions)->ended_ = true; }

std::pair<Napi::Value, Done> Completions::expect(Napi::Env env, const Napi::Value& result, std::shared_ptr<void> user) {
  auto* pending = new Pending;
  pending->owner = shared_from_this();
  pending->user = std::move(user);
  napi_value promise = nullptr;
  // References to `undefined` exist only from Node-API 10 on: a promise without a result keeps none.
  const bool keeps = result.IsObject();
  if (napi_create_promise(env, &pending->deferred, &promise) != napi_ok ||
      (keeps && napi_create_reference(env, result, 1, &pending->result) != napi_ok)) {
    delete pending;
    throw Error("INTERNAL", "addon: no promise");
  }
  if (pending_++ == 0) napi_ref_threadsafe_function(env, function_);
  Done done = [pending](const Error* error) {
    if (error != nullptr) pending->error = *error;
    // Refused only while the environment goes down: nobody waits for the promise then.
    if (napi_call_threadsafe_function(pending->owner->function_, pending, napi_tsfn_nonblocking) != napi_ok) delete pending;
  };
  return {Napi::Value(env, promise), std::move(done)};
}

void Completions::settle(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  Completions& owner = *pending->owner;
  if (env == nullptr || owner.ended_) return;
  if (--owner.pending_ == 0) napi_unref_threadsafe_function(env, owner.function_);
  if (pending->error) {
    napi_value message = nullptr;
    napi_value code = nullptr;
    napi_value error = nullptr;
    const std::string what = pending->error->what();
    napi_create_string_utf8(env, what.data(), what.size(), &message);
    napi_create_string_utf8(env, pending->error->code().c_str(), NAPI_AUTO_LENGTH, &code);
    napi_create_error(env, code, message, &error);
    napi_reject_deferred(env, pending->deferred, error);
  } else {
    napi_value result = nullptr;
    if (pending->result != nullptr) {
      napi_get_reference_value(env, pending->result, &result);
    } else {
      napi_get_undefined(env, &result);
    }
    napi_resolve_deferred(env, pending->deferred, result);
  }
  if (pending->result != nullptr) napi_delete_reference(env, pending->result);
}

void Completions::close() { napi_release_threadsafe_function(function_, napi_tsfn_release); }

}  // namespace laminet::addon
