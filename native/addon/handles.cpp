#include "handles.h"

#include <algorithm>
#include <utility>

namespace laminet::addon {

const napi_type_tag Buffer::kTag = {0x6c616d696e657400, 1};
const napi_type_tag Program::kTag = {0x6c616d696e657400, 2};
const napi_type_tag Signal::kTag = {0x6c616d696e657400, 3};

Napi::Function Buffer::define(Napi::Env env) {
  return DefineClass(env, kName,
                     {InstanceAccessor<&Buffer::dtype>("dtype"), InstanceAccessor<&Buffer::shape>("shape"),
                      InstanceAccessor<&Buffer::disposed>("disposed"), InstanceMethod<&Buffer::dispose>("dispose")});
}

Napi::Object Buffer::make(Napi::Env env, Init init) {
  return env.GetInstanceData<Environment>()->buffer.New({Napi::External<Init>::New(env, &init)});
}

// What a tensor or a program adds to the size that drives garbage collection. What is larger than any memory is never allocated, and V8
// takes no absurd number.
int64_t external_bytes(size_t bytes) { return static_cast<int64_t>(std::min<size_t>(bytes, size_t{1} << 40)); }

Buffer::Buffer(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Buffer>(info) {
  Init& init = init_of<Init>(info);
  connection_ = std::move(init.connection);
  slot_ = std::move(init.slot);
  type_ = slot_->type;
  info.This().As<Napi::Object>().TypeTag(&kTag);
  ++connection_->live_buffers;
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), external_bytes(type_.bytes()));
}

void Buffer::Finalize(Napi::BasicEnv env) { free(env); }

void Buffer::free(Napi::BasicEnv env) {
  if (!slot_) return;
  --connection_->live_buffers;
  connection_->engine_->release(std::move(slot_));
  slot_ = nullptr;
  Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes(type_.bytes()));
}

const SlotPtr& Buffer::slot(const ConnectionPtr& user) const {
  if (!slot_) throw Error("DISPOSED", "tensor " + shape_text(type_.shape) + ": it was disposed; use it before dispose()");
  if (connection_ != user) {
    throw Error("INTERNAL", "addon: a buffer of device '" + connection_->name() + "' is used on another device");
  }
  return slot_;
}

Napi::Value Buffer::dtype(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), dtype_name(type_.dtype)); }
Napi::Value Buffer::shape(const Napi::CallbackInfo& info) { return shape_to_js(info.Env(), type_.shape); }
Napi::Value Buffer::disposed(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), !slot_); }
void Buffer::dispose(const Napi::CallbackInfo& info) { free(info.Env()); }

Napi::Function Program::define(Napi::Env env) { return DefineClass(env, kName, {InstanceAccessor<&Program::number>("number"), InstanceMethod<&Program::dispose>("dispose")}); }

Napi::Object Program::make(Napi::Env env, Init init) {
  return env.GetInstanceData<Environment>()->program.New({Napi::External<Init>::New(env, &init)});
}

Program::Program(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Program>(info), init_(std::move(init_of<Init>(info))) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), external_bytes(init_.bytes));
}

void Program::Finalize(Napi::BasicEnv env) { free(env); }
Napi::Value Program::number(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(init_.number)); }
void Program::dispose(const Napi::CallbackInfo& info) { free(info.Env()); }

void Program::free(Napi::BasicEnv env) {
  if (!init_.code) return;
  init_.connection->engine_->release(std::move(init_.code));
  init_.code = nullptr;
  Napi::MemoryManagement::AdjustExternalMemory(env, -external_bytes(init_.bytes));
}

const CodePtr& Program::code(const ConnectionPtr& user) const {
  if (!init_.code) throw Error("DISPOSED", "program: it was disposed");
  if (init_.connection != user) throw Error("INTERNAL", "addon: a program of another device");
  return init_.code;
}

Napi::Function Signal::define(Napi::Env env) { return DefineClass(env, kName, {InstanceMethod<&Signal::cancel>("cancel")}); }

Signal::Signal(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Signal>(info) { info.This().As<Napi::Object>().TypeTag(&kTag); }

void Signal::cancel(const Napi::CallbackInfo&) { *cancelled_ = true; }

}  // namespace laminet::addon
