#include "device.h"

#include <algorithm>
#include <utility>

#include "../runtime/parse.h"
#include "../runtime/verify.h"
#include "timeline.h"

namespace laminet::addon {

namespace {

void require_bytes(const View& view, const Type& type, const std::string& what) {
  if (view.bytes == type.bytes()) return;
  throw Error("INTERNAL", "addon: " + what + ": " + std::to_string(view.bytes) + " bytes do not fill " + type.text());
}

void require_type(const Type& received, const Type& expected, const std::string& what) {
  if (received == expected) return;
  throw Error("INTERNAL", "addon: " + what + ": expected " + expected.text() + ", received " + received.text());
}

void require_count(size_t received, size_t expected, const char* what) {
  if (received == expected) return;
  throw Error("INTERNAL", "addon: expected " + std::to_string(expected) + " " + what + ", received " + std::to_string(received));
}

// An ArrayBuffer for the contents of a value; JavaScript would end the process where it has no room for one.
Napi::ArrayBuffer array_buffer(Napi::Env env, const Type& type) {
  require_host_memory(type.bytes(), "a copy of a tensor " + type.text());
  return Napi::ArrayBuffer::New(env, type.bytes());
}

// What the intermediate values of a program take at least: the most that are alive together.
size_t live_bytes(const laminet::Program& program) {
  std::vector<size_t> last(program.types.size());
  for (size_t step = 0; step < program.instructions.size(); ++step) {
    for (const int value : program.instructions[step].operands) last[static_cast<size_t>(value)] = step;
  }
  std::vector<size_t> ending(program.instructions.size());
  size_t live = 0;
  size_t most = 0;
  for (size_t step = 0; step < program.instructions.size(); ++step) {
    const Instruction& instruction = program.instructions[step];
    if (instruction.op == "input" || instruction.op == "variable" || instruction.op == "constant") continue;
    for (const int value : instruction.results) {
      const size_t bytes = program.type(value).bytes();
      live += bytes;
      ending[std::max(step, last[static_cast<size_t>(value)])] += bytes;
    }
    most = std::max(most, live);
    live -= ending[step];
  }
  return most;
}

std::vector<Type> types_of(const laminet::Program& program, const std::vector<int>& values) {
  std::vector<Type> types;
  for (const int value : values) types.push_back(program.type(value));
  return types;
}

}  // namespace

Napi::Function NativeDevice::define(Napi::Env env) {
  return DefineClass(
      env, "NativeDevice",
      {InstanceAccessor<&NativeDevice::name>("name"), InstanceAccessor<&NativeDevice::description>("description"),
       InstanceMethod<&NativeDevice::allocate>("allocate"), InstanceMethod<&NativeDevice::upload>("upload"),
       InstanceMethod<&NativeDevice::write>("write"), InstanceMethod<&NativeDevice::read>("read"),
       InstanceMethod<&NativeDevice::program>("program"), InstanceMethod<&NativeDevice::run>("run"),
       InstanceMethod<&NativeDevice::run_and_read>("runAndRead"), InstanceMethod<&NativeDevice::flush>("flush"),
       InstanceMethod<&NativeDevice::memory>("memory"), InstanceMethod<&NativeDevice::kernels>("kernels"),
       InstanceMethod<&NativeDevice::plan>("plan"), InstanceMethod<&NativeDevice::set_profiling>("setProfiling"),
       InstanceMethod<&NativeDevice::choices>("choices"), InstanceMethod<&NativeDevice::adopt_choices>("adoptChoices"),
       InstanceMethod<&NativeDevice::timeline>("timeline"),
       InstanceMethod<&NativeDevice::close>("close")});
}

NativeDevice::NativeDevice(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeDevice>(info) {
  connection_ = init_of<ConnectionPtr>(info);
}

Napi::Value NativeDevice::name(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), connection_->name()); }

Napi::Value NativeDevice::description(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), connection_->description());
}

// allocate(dtype, shape)
Napi::Value NativeDevice::allocate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Type type = type_of(info[0], info[1]);
    return Buffer::make(info.Env(), {connection_, connection_->engine().allocate(type)});
  });
}

// upload(dtype, shape, data)
Napi::Value NativeDevice::upload(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Type type = type_of(info[0], info[1]);
    const View view = view_of(info[2], "data");
    require_bytes(view, type, "upload");
    Engine& engine = connection_->engine();
    HostMemory copy = copy_of(view, engine.host_pool(), "a tensor " + type.text());
    return Buffer::make(info.Env(), {connection_, engine.import(type, std::move(copy))});
  });
}

// write(buffer, data)
void NativeDevice::write(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const SlotPtr& slot = unwrap<Buffer>(info[0]).slot(connection_);
    const View view = view_of(info[1], "data");
    require_bytes(view, slot->type, "write");
    Engine& engine = connection_->engine();
    engine.write(slot, copy_of(view, engine.host_pool(), "a tensor " + slot->type.text()));
  });
}

// read(buffer)
Napi::Value NativeDevice::read(const Napi::CallbackInfo& info) {
  return guarded_promise(info.Env(), [&]() -> Napi::Value {
    Engine& engine = connection_->engine();
    const SlotPtr& slot = unwrap<Buffer>(info[0]).slot(connection_);
    const Napi::ArrayBuffer bytes = array_buffer(info.Env(), slot->type);
    auto [promise, done] = connection_->expect(bytes);
    engine.read(slot, const_cast<Napi::ArrayBuffer&>(bytes).Data(), std::move(done));
    return promise;
  });
}

// program(listing, constants)
Napi::Value NativeDevice::program(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    laminet::Program parsed = parse(string_of(info[0], "the listing"));
    verify(parsed);
    Engine& engine = connection_->engine();
    const Napi::Array given = array_of(info[1], "the constants");
    std::vector<HostMemory> constants(given.Length());
    for (uint32_t index = 0; index < given.Length(); ++index) {
      constants[index] = copy_of(view_of(given.Get(index), "a constant"), engine.host_pool(), "a constant");
    }
    for (const Instruction& instruction : parsed.instructions) {
      if (instruction.op != "constant") continue;
      const auto index = static_cast<size_t>(instruction.number("index"));
      const Type& type = parsed.type(instruction.results.front());
      if (index >= constants.size() || constants[index].bytes != type.bytes()) {
        throw Error("INTERNAL", instruction.place() + ": expected a constant " + type.text() + " at index " + std::to_string(index));
      }
    }
    Program::Init init{connection_, nullptr, types_of(parsed, parsed.inputs), types_of(parsed, parsed.variables),
                       types_of(parsed, parsed.returns), 0, live_bytes(parsed)};
    init.code = engine.add_program(std::move(parsed), std::move(constants));
    init.number = program_number(*init.code);
    return Program::make(info.Env(), std::move(init));
  });
}

// An input is a buffer, or an array whose contents are copied now.
SlotPtr NativeDevice::input(const Napi::Value& value, const Type& type, size_t position) {
  const std::string what = "input " + std::to_string(position);
  if (!value.IsTypedArray() && !value.IsDataView()) {
    const SlotPtr& slot = unwrap<Buffer>(value).slot(connection_);
    require_type(slot->type, type, what);
    return slot;
  }
  const View view = view_of(value, "an input");
  require_bytes(view, type, what);
  Engine& engine = connection_->engine();
  return engine.stage(type, copy_of(view, engine.host_pool(), what));
}

// (program, inputs, variables, signal)
Arguments NativeDevice::arguments(const Napi::CallbackInfo& info, const Program& program) {
  Arguments arguments;
  const Napi::Array inputs = array_of(info[1], "the inputs");
  const Napi::Array variables = array_of(info[2], "the variables");
  require_count(inputs.Length(), program.inputs().size(), "inputs");
  require_count(variables.Length(), program.variables().size(), "variables");
  if (!info[3].IsUndefined()) arguments.cancel = unwrap<Signal>(info[3]).cancelled();
  arguments.variables.reserve(variables.Length());
  for (uint32_t index = 0; index < variables.Length(); ++index) {
    const SlotPtr& slot = unwrap<Buffer>(variables.Get(index)).slot(connection_);
    require_type(slot->type, program.variables()[index], "variable " + std::to_string(index));
    arguments.variables.push_back(slot);
  }
  arguments.inputs.reserve(inputs.Length());
  for (uint32_t index = 0; index < inputs.Length(); ++index) {
    arguments.inputs.push_back(input(inputs.Get(index), program.inputs()[index], index));
  }
  return arguments;
}

Napi::Value NativeDevice::run(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    Engine& engine = connection_->engine();
    const Program& program = unwrap<Program>(info[0]);
    const CodePtr& code = program.code(connection_);
    const std::vector<SlotPtr> outputs = engine.run(code, arguments(info, program));
    Napi::Array buffers = Napi::Array::New(info.Env(), outputs.size());
    for (uint32_t index = 0; index < outputs.size(); ++index) {
      buffers.Set(index, Buffer::make(info.Env(), {connection_, outputs[index]}));
    }
    return buffers;
  });
}

Napi::Value NativeDevice::run_and_read(const Napi::CallbackInfo& info) {
  return guarded_promise(info.Env(), [&]() -> Napi::Value {
    Engine& engine = connection_->engine();
    const Program& program = unwrap<Program>(info[0]);
    const CodePtr& code = program.code(connection_);
    Napi::Array results = Napi::Array::New(info.Env(), program.returns().size());
    std::vector<void*> destinations;
    for (uint32_t index = 0; index < results.Length(); ++index) {
      Napi::ArrayBuffer bytes = array_buffer(info.Env(), program.returns()[index]);
      destinations.push_back(bytes.Data());
      results.Set(index, bytes);
    }
    Arguments given = arguments(info, program);
    auto [promise, done] = connection_->expect(results);
    engine.run_and_read(code, std::move(given), std::move(destinations), std::move(done));
    return promise;
  });
}

Napi::Value NativeDevice::flush(const Napi::CallbackInfo& info) {
  return guarded_promise(info.Env(), [&]() -> Napi::Value {
    Engine& engine = connection_->engine();
    auto [promise, done] = connection_->expect(info.Env().Undefined());
    engine.flush(std::move(done));
    return promise;
  });
}

Napi::Value NativeDevice::memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const MemoryInfo memory = connection_->engine().memory();
    Napi::Object made = Napi::Object::New(info.Env());
    made.Set("used", static_cast<double>(memory.used));
    made.Set("peak", static_cast<double>(memory.peak));
    made.Set("total", static_cast<double>(memory.total));
    made.Set("buffers", static_cast<double>(connection_->live_buffers));
    return made;
  });
}

Napi::Value NativeDevice::kernels(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return kernels_to_js(info.Env(), connection_->engine().kernels(*unwrap<Program>(info[0]).code(connection_)));
  });
}

Napi::Value NativeDevice::plan(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::String::New(info.Env(), connection_->engine().plan(*unwrap<Program>(info[0]).code(connection_)));
  });
}

void NativeDevice::set_profiling(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { connection_->engine().set_profiling(info[0].ToBoolean()); });
}

Napi::Value NativeDevice::choices(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return Napi::String::New(info.Env(), connection_->engine().choices()); });
}

// adoptChoices(text)
void NativeDevice::adopt_choices(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { connection_->engine().adopt_choices(string_of(info[0], "the choices")); });
}

Napi::Value NativeDevice::timeline(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value { return timeline_to_js(info.Env(), connection_->engine().take_timeline()); });
}

void NativeDevice::close(const Napi::CallbackInfo&) { connection_->close(); }

}  // namespace laminet::addon
