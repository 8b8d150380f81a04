// Whole training steps on the cpu plugin against the reference backend, and variables shared by programs that want other layouts.
#include "training_run.h"

namespace laminet::test {

TEST(trains_every_kind_of_layer) { follow("cpu", "small", 6, 10, 2e-3); }
TEST(trains_channels_that_fill_no_block) { follow("cpu", "odd", 5, 10, 2e-3); }
TEST(trains_batch_norm_chains) { follow("cpu", "B", 4, 3, 1e-2); }
TEST(trains_batch_norm_with_pooling) { follow("cpu", "D", 4, 3, 1e-2); }

TEST(first_step_gradients_are_close) {
  // After one step from zero slots the first moments are the gradients, times 0.1.
  for (const char* model : {"small", "odd", "B", "D"}) {
    const auto net = tools::model_listing(model, 4);
    const Program program = parse(net->training());
    Session expected("reference"), actual("cpu");
    give_variables(expected, program, net->variables());
    give_variables(actual, program, net->variables());
    const std::vector<Bytes> inputs = batch_of(program, 1);
    expected.run(expected.executable(program), program, inputs);
    actual.run(actual.executable(program), program, inputs);
    for (size_t index = 0; index < program.variables.size(); ++index) {
      const Instruction& variable = program.producer(program.variables[index]);
      if (variable.text("name").find("momentum") == std::string::npos) continue;
      const Type& type = program.types[program.variables[index]];
      const double error = difference(type, actual.contents(*actual.variables[index]), expected.contents(*expected.variables[index]));
      if (!(error < 2e-4)) fail(__FILE__, __LINE__, std::string(model) + ": gradient of variable " + text(index) + " " + type.text() + " differs by " + text(error));
    }
  }
}

TEST(programs_share_variables_in_any_order) {
  for (const char* model : {"small", "odd", "B"}) {
    const auto net = tools::model_listing(model, 4);
    const std::string forward = net->inference();
    const Program training = parse(net->training()), inference = parse(forward);
    const std::vector<Bytes> inputs = batch_of(training, 1);
    Session expected("reference"), actual("cpu");
    give_variables(expected, training, net->variables());
    give_variables(actual, training, net->variables());
    std::vector<Bytes> wanted, got;
    for (const auto& [session, results] : {std::pair{&expected, &wanted}, std::pair{&actual, &got}}) {
      const std::vector<BufferPtr> all = session->variables;
      const auto forward_only = [&] {
        // The inference program knows the model's variables alone.
        session->variables.assign(all.begin(), all.begin() + static_cast<int64_t>(inference.variables.size()));
      };
      forward_only();
      Executable& predict = session->executable(inference);
      results->push_back(session->run(predict, inference, inputs)[0]);
      session->variables = all;
      Executable& train = session->executable(training);
      session->run(train, training, inputs);
      forward_only();
      results->push_back(session->run(predict, inference, inputs)[0]);  // the layouts have changed under it
      session->variables = all;
      session->run(train, training, inputs);
      forward_only();
      results->push_back(session->run(predict, inference, inputs)[0]);
      session->variables = all;
    }
    const Type& type = inference.types[inference.returns[0]];
    CHECK(difference(type, got[0], wanted[0]) < 1e-4);
    CHECK(difference(type, got[1], wanted[1]) < 5e-2);
    CHECK(difference(type, got[2], wanted[2]) < 1e-1);
  }
}

TEST(a_variable_is_read_and_written_from_outside) {
  const auto net = tools::model_listing("odd", 4);
  const Program program = parse(net->training());
  Session session("cpu");
  give_variables(session, program, net->variables());
  session.run(session.executable(program), program, batch_of(program, 1));
  for (const BufferPtr& variable : session.variables) {
    const Bytes bytes = random_bytes(variable->type, 9);
    session.device().upload(*variable, bytes.data(), bytes.size());
    CHECK(session.contents(*variable) == bytes);
  }
}

TEST(memory_is_given_back) {
  Session session("cpu");
  const size_t before = session.device().memory().used;
  {
    const auto net = tools::model_listing("small", 4);
    const Program program = parse(net->training());
    std::vector<BufferPtr> variables;
    for (int value : program.variables) variables.push_back(session.device().allocate(program.types[value]));
    const auto executable = session.device().compile(program, {}, variables);
    CHECK(session.device().memory().used > before);
    CHECK(executable->bytes() > 0);
    CHECK(!executable->plan().empty());
  }
  CHECK_EQUAL(session.device().memory().used, before);
}

TEST(a_huge_tensor_is_out_of_memory) {
  Session session("cpu");
  CHECK_THROWS("OUT_OF_MEMORY", "f32[1000000,1000000]", session.device().allocate({DType::f32, {1000000, 1000000}}));
}

TEST(a_cancelled_run_stops) {
  const auto net = tools::model_listing("small", 4);
  const Program program = parse(net->training());
  Session session("cpu");
  give_variables(session, program, net->variables());
  Executable& executable = session.executable(program);
  std::vector<BufferPtr> inputs, outputs;
  for (int value : program.inputs) inputs.push_back(session.buffer(program.types[value], random_bytes(program.types[value], 1)));
  for (int value : program.returns) outputs.push_back(session.device().allocate(program.types[value]));
  const std::atomic<bool> cancelled{true};
  CHECK_THROWS("ABORTED", "cancelled", executable.run(inputs, session.variables, outputs, cancelled));
}

}  // namespace laminet::test
