// JavaScript values as native ones, and errors on the way back.
#pragma once

#include <napi.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

#include "../runtime/engine.h"

namespace laminet::addon {

// An Error object with `code`.
Napi::Error to_js(Napi::Env env, const Error& error);

// Runs `body`; an Error that it throws becomes a JavaScript exception.
template <typename Body>
auto guarded(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw to_js(env, error);
  } catch (const std::bad_alloc&) {
    throw to_js(env, Error("OUT_OF_MEMORY", "out of memory: the host has no room"));
  }
}

// As `guarded`, for a method that returns a promise: the error rejects it.
template <typename Body>
Napi::Value guarded_promise(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    const auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(to_js(env, error).Value());
    return deferred.Promise();
  }
}

std::string string_of(const Napi::Value& value, const char* what);
Napi::Array array_of(const Napi::Value& value, const char* what);

// The type from its listing's word and an array of sizes. Throws OUT_OF_MEMORY when no memory could hold it.
Type type_of(const Napi::Value& dtype, const Napi::Value& shape);
Napi::Array shape_to_js(Napi::Env env, const Shape& shape);

// The bytes behind a typed array or DataView, not copied.
struct View {
  const void* data = nullptr;
  size_t bytes = 0;
};
View view_of(const Napi::Value& value, const char* what);
// A copy of them in pooled memory.
HostMemory copy_of(const View& view, HostPool& pool, const std::string& what);

}  // namespace laminet::addon
