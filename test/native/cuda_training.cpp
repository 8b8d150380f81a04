// Whole training steps on the emulated GPU against the reference backend: eager, captured and replayed.
#include "training_run.h"

namespace laminet::test {

TEST(trains_every_kind_of_layer) { follow("cuda", "small", 6, 10, 2e-3); }
TEST(trains_odd_channels) { follow("cuda", "odd", 5, 10, 2e-3); }
TEST(trains_batch_norm_chains) { follow("cuda", "B", 2, 3, 1e-2); }

TEST(first_step_gradients_are_close) {
  // After one step from zero slots the first moments are the gradients, times 0.1.
  for (const char* model : {"small", "odd"}) {
    const auto net = tools::model_listing(model, 4);
    const Program program = parse(net->training());
    Session expected("reference"), actual("cuda");
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

// Another model with the same program brings other variables: the graph of the first must not be replayed on them.
TEST(two_models_share_a_program) {
  const auto net = tools::model_listing("small", 4);
  const Program program = parse(net->training());
  std::vector<std::vector<Bytes>> results;
  for (const char* device : {"reference", "cuda"}) {
    Session session(device);
    give_variables(session, program, net->variables());
    const std::vector<BufferPtr> first = session.variables;
    session.variables.clear();
    give_variables(session, program, net->variables());
    const std::vector<BufferPtr> second = session.variables;
    Executable& executable = session.executable(program);
    std::vector<Bytes> losses;
    for (int step = 0; step < 9; ++step) {
      session.variables = step % 5 < 3 ? first : second;
      losses.push_back(session.run(executable, program, batch_of(program, step))[0]);
    }
    results.push_back(losses);
  }
  for (size_t step = 0; step < 9; ++step) CHECK(near(number(results[1][step]), number(results[0][step]), 2e-3));
}

TEST(a_variable_is_read_and_written_between_steps) {
  const auto net = tools::model_listing("odd", 4);
  const Program program = parse(net->training());
  std::vector<float> losses;
  for (const char* device : {"reference", "cuda"}) {
    Session session(device);
    give_variables(session, program, net->variables());
    Executable& executable = session.executable(program);
    for (int step = 0; step < 3; ++step) session.run(executable, program, batch_of(program, step));
    const Bytes bytes = random_bytes(session.variables[1]->type, 9, 0.1);
    session.device().upload(*session.variables[1], bytes.data(), bytes.size());
    CHECK(session.contents(*session.variables[1]) == bytes);
    losses.push_back(number(session.run(executable, program, batch_of(program, 3))[0]));
  }
  CHECK(near(losses[1], losses[0], 2e-3));
}

TEST(memory_is_given_back) {
  Session session("cuda");
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

TEST(a_cancelled_run_stops) {
  const auto net = tools::model_listing("small", 4);
  const Program program = parse(net->training());
  Session session("cuda");
  give_variables(session, program, net->variables());
  Executable& executable = session.executable(program);
  std::vector<BufferPtr> inputs, outputs;
  for (int value : program.inputs) inputs.push_back(session.buffer(program.types[value], random_bytes(program.types[value], 1)));
  for (int value : program.returns) outputs.push_back(session.device().allocate(program.types[value]));
  const std::atomic<bool> cancelled{true};
  CHECK_THROWS("ABORTED", "cancelled", executable.run(inputs, session.variables, outputs, cancelled));
}

}  // namespace laminet::test
