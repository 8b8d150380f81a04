#include "convert.h"

#include <cmath>
#include <cstring>

namespace laminet::addon {

namespace {

Error misuse(const std::string& what) { return {"INTERNAL", "addon: " + what}; }

size_t element_bytes(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array:
      return 1;
    case napi_int16_array:
    case napi_uint16_array:
      return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      return 4;
    default:
      return 8;
  }
}

}  // namespace

Napi::Error to_js(Napi::Env env, const Error& error) {
  Napi::Error made = Napi::Error::New(env, error.what());
  made.Set("code", Napi::String::New(env, error.code()));
  return made;
}

std::string string_of(const Napi::Value& value, const char* what) {
  if (!value.IsString()) throw misuse(std::string("expected a string as ") + what);
  return value.As<Napi::String>().Utf8Value();
}

Napi::Array array_of(const Napi::Value& value, const char* what) {
  if (!value.IsArray()) throw misuse(std::string("expected an array as ") + what);
  return value.As<Napi::Array>();
}

Type type_of(const Napi::Value& dtype, const Napi::Value& shape) {
  const std::string word = string_of(dtype, "the element type");
  Type type;
  bool known = false;
  for (const DType candidate : kDTypes) {
    if (word != dtype_name(candidate)) continue;
    type.dtype = candidate;
    known = true;
  }
  if (!known) throw misuse("unknown element type '" + word + "'");
  const Napi::Array sizes = array_of(shape, "the shape");
  double bytes = static_cast<double>(dtype_bytes(type.dtype));
  for (uint32_t axis = 0; axis < sizes.Length(); ++axis) {
    const Napi::Value size = sizes.Get(axis);
    const double number = size.IsNumber() ? size.As<Napi::Number>().DoubleValue() : -1;
    if (!(number >= 0 && number <= 9007199254740991.0 && number == std::floor(number))) throw misuse("expected sizes of at least 0");
    type.shape.push_back(static_cast<int64_t>(number));
    bytes *= number;
  }
  if (bytes > 9007199254740991.0) {
    throw Error("OUT_OF_MEMORY", "out of memory: a tensor " + shape_text(type.shape) + " of " + word + " is larger than any memory");
  }
  return type;
}

Napi::Array shape_to_js(Napi::Env env, const Shape& shape) {
  Napi::Array sizes = Napi::Array::New(env, shape.size());
  for (uint32_t axis = 0; axis < shape.size(); ++axis) sizes.Set(axis, Napi::Number::New(env, static_cast<double>(shape[axis])));
  return sizes;
}

View view_of(const Napi::Value& value, const char* what) {
  const napi_env env = value.Env();
  View view;
  void* data = nullptr;
  if (value.IsTypedArray()) {
    napi_typedarray_type type{};
    size_t length = 0;
    if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) throw misuse("unreadable typed array");
    view.bytes = length * element_bytes(type);
  } else if (value.IsDataView()) {
    if (napi_get_dataview_info(env, value, &view.bytes, &data, nullptr, nullptr) != napi_ok) throw misuse("unreadable data view");
  } else {
    throw misuse(std::string("expected a typed array as ") + what);
  }
  view.data = data;
  return view;
}

HostMemory copy_of(const View& view, HostPool& pool, const std::string& what) {
  HostMemory memory = pool.acquire(view.bytes, what);
  if (view.bytes > 0) std::memcpy(memory.data.get(), view.data, view.bytes);
  return memory;
}

}  // namespace laminet::addon
