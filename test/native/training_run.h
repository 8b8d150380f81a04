// Training steps of tools/training_listing.h's models on two devices.
#pragma once

#include "tools/training_listing.h"
#include "two_devices.h"

namespace laminet::test {

inline Bytes start_of(const Type& type, const tools::VariableStart& start, uint32_t seed) {
  if (start.deviation != 0) return random_bytes(type, seed, start.deviation);
  Bytes bytes(type.bytes());
  for (int64_t element = 0; element < element_count(type.shape); ++element) {
    if (type.dtype == DType::f32) reinterpret_cast<float*>(bytes.data())[element] = static_cast<float>(start.value);
    if (type.dtype == DType::i32) reinterpret_cast<int32_t*>(bytes.data())[element] = static_cast<int32_t>(start.value);
  }
  return bytes;
}

inline void give_variables(Session& session, const Program& program, const std::vector<tools::VariableStart>& starts) {
  for (size_t index = 0; index < program.variables.size(); ++index) {
    const Type& type = program.types[program.variables[index]];
    session.variables.push_back(session.buffer(type, start_of(type, starts[index], static_cast<uint32_t>(index) + 1)));
  }
}

inline std::vector<Bytes> batch_of(const Program& program, int step) {
  std::vector<Bytes> inputs;
  for (int value : program.inputs) inputs.push_back(random_bytes(program.types[value], static_cast<uint32_t>(step * 100 + value)));
  return inputs;
}

inline float number(const Bytes& bytes) {
  float value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Adam divides by the root of the second moment, so that where a gradient is all rounding a weight may go either way: weights are compared
// loosely, losses closely.
inline void follow(const std::string& device, const std::string& model, int batch, int steps, double tolerance) {
  const auto net = tools::model_listing(model, batch);
  const Program program = parse(net->training());
  verify(program);
  Session expected("reference"), actual(device);
  give_variables(expected, program, net->variables());
  give_variables(actual, program, net->variables());
  Executable &reference = expected.executable(program), &tested = actual.executable(program);
  for (int step = 0; step < steps; ++step) {
    const std::vector<Bytes> inputs = batch_of(program, step);
    const float wanted = number(expected.run(reference, program, inputs)[0]), got = number(actual.run(tested, program, inputs)[0]);
    if (!near(got, wanted, tolerance)) fail(__FILE__, __LINE__, model + ", step " + text(step) + ": loss " + text(got) + ", expected " + text(wanted));
  }
}

}  // namespace laminet::test
