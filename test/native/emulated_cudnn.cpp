// The emulated cuDNN against convolutions, products and sums by their definition: all options, types and layouts; what its engines say of
// themselves; its errors; and its work in captured graphs.
#include "check.h"
#include "cudnn_numbers.h"
#include "emulated_device.h"
#include "setting.h"

namespace laminet::test {
namespace {

const Graphs& graphs() {
  static const Graphs made(emulated().cudnn);
  return made;
}

cudaStream_t stream() {
  static cudaStream_t made = [] {
    cudaStream_t result = nullptr;
    emulated().runtime.check(emulated().runtime.stream_create(&result, cudaStreamNonBlocking));
    return result;
  }();
  return made;
}

cudnnHandle_t handle() {
  static cudnnHandle_t made = [] {
    cudnnHandle_t result = nullptr;
    emulated().cudnn.check(emulated().cudnn.create(&result), "create");
    emulated().cudnn.check(emulated().cudnn.set_stream(result, stream()), "set stream");
    return result;
  }();
  return made;
}

struct Bound {
  int64_t id;
  void* data;
};

Descriptor pack(const std::vector<Bound>& tensors, void* workspace) {
  Descriptor result = graphs().make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  Sizes ids;
  std::vector<void*> pointers;
  for (const Bound& tensor : tensors) {
    ids.push_back(tensor.id);
    pointers.push_back(tensor.data);
  }
  result.integers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids).set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers);
  result.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, std::vector<void*>{workspace}).finalize();
  return result;
}

int64_t workspace_of(const Descriptor& plan) { return plan.get<int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64).at(0); }

void execute(const Descriptor& plan, const std::vector<Bound>& tensors, void* workspace) {
  emulated().cudnn.check(emulated().cudnn.execute(handle(), plan.raw(), pack(tensors, workspace).raw()), "execute");
  emulated().runtime.check(emulated().runtime.stream_synchronize(stream()));
}

// Runs the first plan that needs no huge workspace; `output` starts with `before`, or with NaN.
Numbers run(const Descriptor& graph, const std::vector<std::pair<TestTensor, Numbers>>& inputs, const TestTensor& output,
            const Numbers& before = {}) {
  const Descriptor plan = graphs().plan(graphs().configurations(graph).at(0));
  std::vector<DeviceArray> memory;
  std::vector<Bound> bound;
  for (const auto& [tensor, numbers] : inputs) {
    memory.emplace_back(tensor.bytes(numbers));
    bound.push_back({tensor.id, memory.back().data()});
  }
  const Numbers unknown(static_cast<size_t>(element_count_of(output.sizes)), NAN);
  DeviceArray result(output.bytes(before.empty() ? unknown : before));
  bound.push_back({output.id, result.data()});
  DeviceArray workspace(static_cast<size_t>(workspace_of(plan)) + 1);
  execute(plan, bound, workspace.data());
  return output.numbers(result.contents());
}

void check_close(const Numbers& actual, const Numbers& expected, double tolerance, const std::string& what, const char* file, int line) {
  double largest = 1, worst = 0;
  for (double number : expected) largest = std::max(largest, std::abs(number));
  for (size_t element = 0; element < expected.size(); ++element) {
    const double error = std::abs(actual.at(element) - expected[element]) / largest;
    if (!(error <= worst)) worst = error;
  }
  if (!(worst <= tolerance)) fail(file, line, what + " differs by " + text(worst));
}
#define CHECK_CLOSE(actual, expected, tolerance, what) check_close((actual), (expected), (tolerance), (what), __FILE__, __LINE__)

struct Shape2d {
  std::string name;
  Sizes x, w, y;
  Window window;
};

std::vector<Shape2d> shapes() {
  return {
      {"3x3", {2, 3, 5, 6}, {4, 3, 3, 3}, {2, 4, 5, 6}, {}},
      {"one of everything", {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}, {.before = {0, 0}, .after = {0, 0}}},
      {"1x1 with stride 2", {2, 4, 5, 6}, {3, 4, 1, 1}, {2, 3, 3, 3}, {.before = {0, 0}, .after = {0, 0}, .strides = {2, 2}}},
      {"padding before", {1, 2, 4, 4}, {3, 2, 3, 2}, {1, 3, 4, 5}, {.before = {2, 2}, .after = {0, 0}}},
      {"padding after, strides 2 and 3", {2, 2, 6, 7}, {3, 2, 3, 2}, {2, 3, 3, 3}, {.before = {0, 0}, .after = {1, 1}, .strides = {2, 3}}},
      {"rows and columns that no window reads",
       {1, 2, 8, 8},
       {2, 2, 2, 2},
       {1, 2, 3, 3},
       {.before = {0, 0}, .after = {0, 0}, .strides = {3, 3}}},
      {"dilated", {1, 2, 7, 6}, {2, 2, 3, 2}, {1, 2, 7, 5}, {.before = {2, 1}, .after = {2, 1}, .dilations = {2, 3}}},
      {"2 groups", {2, 4, 4, 5}, {6, 2, 3, 3}, {2, 6, 4, 5}, {}},
      {"depthwise, twice the channels", {2, 3, 4, 4}, {6, 1, 3, 3}, {2, 6, 4, 4}, {}},
      {"flipped kernel", {1, 2, 5, 5}, {3, 2, 3, 3}, {1, 3, 5, 5}, {.mode = CUDNN_CONVOLUTION}},
      {"one axis", {2, 3, 7}, {4, 3, 3}, {2, 4, 4}, {.before = {1}, .after = {1}, .strides = {2}, .dilations = {1}}},
      {"three axes",
       {1, 2, 3, 4, 5},
       {2, 2, 2, 3, 3},
       {1, 2, 2, 4, 5},
       {.before = {0, 1, 1}, .after = {0, 1, 1}, .strides = {1, 1, 1}, .dilations = {1, 1, 1}}},
  };
}

// Gaps between rows: elements that nobody may touch.
Sizes spaced(const Sizes& sizes) {
  Sizes strides = channels_last(sizes);
  for (int64_t& stride : strides)
    if (stride > 1) stride *= 2;
  return strides;
}

struct Layouts {
  std::string name;
  std::function<Sizes(const Sizes&)> image, kernel;
};

std::vector<Layouts> layouts() {
  return {{"channels last", channels_last, channels_last}, {"channels first", row_major, row_major}, {"spaced", spaced, spaced}};
}

cudnnDataType_t compute_of(cudnnDataType_t type) { return type == CUDNN_DATA_DOUBLE ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT; }

constexpr cudnnDataType_t kTypes[] = {CUDNN_DATA_FLOAT, CUDNN_DATA_DOUBLE, CUDNN_DATA_HALF, CUDNN_DATA_BFLOAT16};

// All three convolutions of one shape, with alpha and beta.
void check_convolutions(const Shape2d& shape, const Layouts& layout, cudnnDataType_t type, float alpha, float beta) {
  const TestTensor x{1, shape.x, layout.image(shape.x), type}, w{2, shape.w, layout.kernel(shape.w), type},
      y{3, shape.y, layout.image(shape.y), type};
  const Numbers xs = eighths(x.sizes, 1), ws = eighths(w.sizes, 2), ys = eighths(y.sizes, 3);
  Numbers forward(ys.size(), 0.0), data(xs.size(), 0.0), filter(ws.size(), 0.0);
  for_each_product(x.sizes, w.sizes, y.sizes, shape.window, [&](size_t i, size_t j, size_t k) {
    forward[k] += alpha * xs[i] * ws[j];
    data[i] += alpha * ys[k] * ws[j];
    filter[j] += alpha * ys[k] * xs[i];
  });
  for (size_t k = 0; k < ys.size(); ++k) forward[k] += beta * ys[k];
  for (size_t i = 0; i < xs.size(); ++i) data[i] += beta * xs[i];
  for (size_t j = 0; j < ws.size(); ++j) filter[j] += beta * ws[j];
  const Graphs& g = graphs();
  const Descriptor window = g.window(shape.window, compute_of(type)), dx = x.descriptor(g), dw = w.descriptor(g), dy = y.descriptor(g);
  const std::string name = shape.name + ", " + layout.name + ", type " + std::to_string(type) + ", beta " + text(beta);
  const auto start = [&](const Numbers& numbers) { return beta == 0 ? Numbers{} : numbers; };
  const Descriptor operations[] = {g.forward(dx, dw, dy, window, alpha, beta), g.backward_data(dx, dw, dy, window, alpha, beta),
                                   g.backward_filter(dw, dx, dy, window, alpha, beta)};
  const double tolerance = precision(type);
  CHECK_CLOSE(run(g.graph({&operations[0]}), {{x, xs}, {w, ws}}, y, start(ys)), forward, tolerance, name + ": forward");
  CHECK_CLOSE(run(g.graph({&operations[1]}), {{y, ys}, {w, ws}}, x, start(xs)), data, tolerance, name + ": backward data");
  CHECK_CLOSE(run(g.graph({&operations[2]}), {{x, xs}, {y, ys}}, w, start(ws)), filter, tolerance, name + ": backward filter");
}

const Sizes kX{2, 8, 6, 6}, kW{4, 8, 3, 3}, kY{2, 4, 6, 6};

// A convolution with everything it needs to run.
struct Convolution {
  explicit Convolution(const std::string& direction = "forward")
      : x{1, kX, channels_last(kX)},
        w{2, kW, channels_last(kW)},
        y{3, kY, channels_last(kY)},
        xs(x.bytes(eighths(kX, 1))),
        ws(w.bytes(eighths(kW, 2))),
        ys(y.bytes(eighths(kY, 3))),
        operation(
            direction == "forward"
                ? graphs().forward(x.descriptor(graphs()), w.descriptor(graphs()), y.descriptor(graphs()), graphs().window({}))
                : graphs().backward_filter(w.descriptor(graphs()), x.descriptor(graphs()), y.descriptor(graphs()), graphs().window({}))),
        graph(graphs().graph({&operation})) {}

  std::vector<Bound> bound() const { return {{1, xs.data()}, {2, ws.data()}, {3, ys.data()}}; }

  TestTensor x, w, y;
  DeviceArray xs, ws, ys;
  Descriptor operation, graph;
};

struct Notes {
  std::vector<int> numerical, behavior;
  bool has(cudnnBackendNumericalNote_t note) const { return std::count(numerical.begin(), numerical.end(), note) > 0; }
};

Notes notes_of(const Descriptor& configuration) {
  const std::vector<Descriptor> engines = configuration.children(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  return {engines.at(0).get<int>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE),
          engines.at(0).get<int>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE)};
}

// The first configuration whose engine has (or has not) the note.
Descriptor configuration_with(const Descriptor& graph, cudnnBackendNumericalNote_t note, bool has = true) {
  for (Descriptor& configuration : graphs().configurations(graph))
    if (notes_of(configuration).has(note) == has) return std::move(configuration);
  throw std::runtime_error("no such configuration");
}

// Runs the call and gives "status: words", or "" when it works.
template <typename Body>
std::string refusal(const Body& body) {
  try {
    body();
    return "";
  } catch (const Refused& refused) {
    return refused.status + ": " + refused.words;
  }
}
#define CHECK_REFUSED(part, expression)                                                                                       \
  do {                                                                                                                        \
    const std::string said = refusal([&] { (void)(expression); });                                                            \
    if (said.find(part) == std::string::npos) fail(__FILE__, __LINE__, "said '" + said + "', expected " + std::string(part)); \
  } while (false)

}  // namespace

TEST(convolutions_of_all_shapes_layouts_and_types) {
  for (const Shape2d& shape : shapes())
    for (const Layouts& layout : layouts())
      for (const cudnnDataType_t type : kTypes) check_convolutions(shape, layout, type, 1, 0);
}

TEST(alpha_and_beta) {
  for (const Shape2d& shape : shapes()) check_convolutions(shape, layouts()[0], CUDNN_DATA_FLOAT, 0.5f, -2);
}

TEST(memory_between_elements_stays) {
  const TestTensor x{1, kX, channels_last(kX)}, w{2, kW, channels_last(kW)}, y{3, kY, spaced(kY)};
  const Descriptor operation =
      graphs().forward(x.descriptor(graphs()), w.descriptor(graphs()), y.descriptor(graphs()), graphs().window({}));
  const Descriptor plan = graphs().plan(graphs().configurations(graphs().graph({&operation})).at(0));
  const DeviceArray xs(x.bytes(eighths(kX, 1))), ws(w.bytes(eighths(kW, 2))),
      ys(y.bytes(Numbers(static_cast<size_t>(element_count_of(kY)), NAN)));
  execute(plan, {{1, xs.data()}, {2, ws.data()}, {3, ys.data()}}, nullptr);
  const std::vector<char> contents = ys.contents();
  int64_t written = 0;
  for (int64_t element = 0; element < y.extent(); ++element) written += !std::isnan(y.read(contents, element));
  CHECK_EQUAL(written, element_count_of(kY));
}

TEST(bias_and_relu_after_a_convolution) {
  for (const cudnnDataType_t type : kTypes)
    for (const bool reversed : {false, true}) {
      const Graphs& g = graphs();
      const TestTensor x{1, kX, channels_last(kX), type}, w{2, kW, channels_last(kW), type}, b{4, {1, 4, 1, 1}, {4, 1, 4, 4}, type},
          y{6, kY, channels_last(kY), type};
      const Numbers xs = eighths(kX, 1), ws = eighths(kW, 2), bs = eighths(b.sizes, 4);
      const cudnnDataType_t compute = compute_of(type);
      const Descriptor product = g.image(3, kY, compute, true), sum = g.image(5, kY, compute, true), to = y.descriptor(g),
                       bias = b.descriptor(g);
      const Descriptor first = g.forward(x.descriptor(g), w.descriptor(g), product, g.window({}, compute));
      const Descriptor second = g.pointwise(g.formula(CUDNN_POINTWISE_ADD, compute), {.x = &product, .b = &bias, .y = &sum});
      const Descriptor third = g.pointwise(g.formula(CUDNN_POINTWISE_RELU_FWD, compute), {.x = &sum, .y = &to});
      Numbers expected(static_cast<size_t>(element_count_of(kY)), 0.0);
      for_each_product(kX, kW, kY, {}, [&](size_t i, size_t j, size_t k) { expected[k] += xs[i] * ws[j]; });
      for (size_t k = 0; k < expected.size(); ++k) expected[k] = std::max(0.0, expected[k] + bs[k / 36 % 4]);
      const Descriptor graph = reversed ? g.graph({&third, &second, &first}) : g.graph({&first, &second, &third});
      CHECK_CLOSE(run(graph, {{x, xs}, {w, ws}, {b, bs}}, y), expected, precision(type), "fused");
    }
}

TEST(relu_backward_after_backward_data) {
  const Graphs& g = graphs();
  const TestTensor dx{1, kX, channels_last(kX)}, w{2, kW, channels_last(kW)}, dy{3, kY, channels_last(kY)}, x{4, kX, channels_last(kX)};
  const Numbers ws = eighths(kW, 2), dys = eighths(kY, 3), xs = eighths(kX, 4);
  const Descriptor gradient = g.image(5, kX, CUDNN_DATA_FLOAT, true), to = dx.descriptor(g), at = x.descriptor(g);
  const Descriptor first = g.backward_data(gradient, w.descriptor(g), dy.descriptor(g), g.window({}));
  const Descriptor second = g.pointwise(g.formula(CUDNN_POINTWISE_RELU_BWD), {.x = &at, .dy = &gradient, .dx = &to});
  Numbers expected(xs.size(), 0.0);
  for_each_product(kX, kW, kY, {}, [&](size_t i, size_t j, size_t k) { expected[i] += dys[k] * ws[j]; });
  for (size_t i = 0; i < xs.size(); ++i) expected[i] = xs[i] > 0 ? expected[i] : 0;
  CHECK_CLOSE(run(g.graph({&first, &second}), {{dy, dys}, {w, ws}, {x, xs}}, dx), expected, 1e-6, "relu backward");
}

TEST(pointwise_factors_clips_and_slopes) {
  const Graphs& g = graphs();
  const TestTensor x{1, kX, channels_last(kX)}, b{2, kX, row_major(kX)}, y{3, kX, channels_last(kX)};
  const Numbers xs = eighths(kX, 1), bs = eighths(kX, 2);
  const Descriptor from = x.descriptor(g), other = b.descriptor(g), to = y.descriptor(g);
  Descriptor add = g.make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  add.child(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, g.formula(CUDNN_POINTWISE_ADD)).child(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, from);
  add.child(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, other).child(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, to);
  add.real(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1, 2.0f).real(CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, -0.5f).finalize();
  Descriptor clip = g.make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  clip.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, std::vector{CUDNN_POINTWISE_RELU_FWD});
  clip.data_type(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT).real(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP, -0.25);
  clip.real(CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, 0.5).real(CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 0.5f).finalize();
  const Descriptor relu = g.pointwise(clip, {.x = &from, .y = &to});
  const Descriptor product = g.pointwise(g.formula(CUDNN_POINTWISE_MUL), {.x = &from, .b = &other, .y = &to});
  const Descriptor copy = g.pointwise(g.formula(CUDNN_POINTWISE_IDENTITY), {.x = &from, .y = &to});
  Numbers sums, clipped, products;
  for (size_t i = 0; i < xs.size(); ++i) {
    sums.push_back(2 * xs[i] - 0.5 * bs[i]);
    products.push_back(xs[i] * bs[i]);
    clipped.push_back(xs[i] < -0.25 ? -0.25 + 0.5 * (xs[i] + 0.25) : std::min(xs[i], 0.5));
  }
  CHECK_CLOSE(run(g.graph({&add}), {{x, xs}, {b, bs}}, y), sums, 1e-6, "add");
  CHECK_CLOSE(run(g.graph({&relu}), {{x, xs}}, y), clipped, 1e-6, "relu");
  CHECK_CLOSE(run(g.graph({&product}), {{x, xs}, {b, bs}}, y), products, 1e-6, "mul");
  CHECK_CLOSE(run(g.graph({&copy}), {{x, xs}}, y), xs, 0, "identity");
}

TEST(products_and_sums) {
  const Graphs& g = graphs();
  const TestTensor a{1, {3, 4, 5}, {20, 1, 4}}, b{2, {1, 5, 6}, {30, 6, 1}}, c{3, {3, 4, 6}, {24, 6, 1}};
  const Numbers as = eighths(a.sizes, 1), bs = eighths(b.sizes, 2);
  Numbers expected(72, 0.0);
  for_each(c.sizes, [&](const Sizes& at) {
    for (int64_t k = 0; k < 5; ++k)
      expected[position({24, 6, 1}, at)] += as[position({20, 5, 1}, {at[0], at[1], k})] * bs[position({6, 1}, {k, at[2]})];
  });
  const Descriptor product = g.matmul(a.descriptor(g), b.descriptor(g), c.descriptor(g));
  CHECK_CLOSE(run(g.graph({&product}), {{a, as}, {b, bs}}, c), expected, 1e-6, "product");
  const TestTensor x{1, kX, channels_last(kX), CUDNN_DATA_HALF}, y{2, {1, 8, 1, 1}, {8, 1, 8, 8}};
  const Numbers xs = eighths(kX, 3);
  Numbers sums(8, 0.0);
  for (size_t i = 0; i < xs.size(); ++i) sums[i / 36 % 8] += xs[i];
  const Descriptor sum = g.reduction(x.descriptor(g), y.descriptor(g));
  CHECK_CLOSE(run(g.graph({&sum}), {{x, xs}}, y), sums, 1e-6, "sum");
}

TEST(engines_differ_in_notes_and_workspace_only) {
  const Convolution convolution("backward filter");
  std::vector<std::string> seen;
  Numbers expected;
  int64_t largest = 0;
  bool deterministic = false, exact = false, compiled = false;
  for (const Descriptor& configuration : graphs().configurations(convolution.graph)) {
    const Notes notes = notes_of(configuration);
    deterministic |= !notes.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
    exact |= !notes.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
    compiled |= !notes.behavior.empty();
    const Descriptor plan = graphs().plan(configuration);
    largest = std::max(largest, workspace_of(plan));
    if (workspace_of(plan) > 1 << 20) continue;
    const DeviceArray workspace(static_cast<size_t>(workspace_of(plan)) + 1);
    execute(plan, convolution.bound(), workspace.data());
    const Numbers numbers = convolution.w.numbers(convolution.ws.contents());
    if (expected.empty()) expected = numbers;
    CHECK_CLOSE(numbers, expected, 1e-6, "an engine's result");
  }
  CHECK(deterministic && exact && compiled);
  CHECK(largest > int64_t{1} << 32);
  CHECK_EQUAL(graphs().configurations(convolution.graph, CUDNN_HEUR_MODE_FALLBACK).size(), size_t{2});
}

TEST(nondeterministic_engines_change_their_results) {
  const Convolution convolution("backward filter");
  for (const bool deterministic : {true, false}) {
    const Descriptor plan = graphs().plan(configuration_with(convolution.graph, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, !deterministic));
    const DeviceArray workspace(static_cast<size_t>(workspace_of(plan)) + 1);
    std::vector<char> results[2];
    for (std::vector<char>& result : results) {
      execute(plan, convolution.bound(), workspace.data());
      result = convolution.ws.contents();
    }
    CHECK_EQUAL(results[0] == results[1], deterministic);
  }
}

TEST(tensor_cores_round_to_tensor_float32_when_asked) {
  const TestTensor x{1, {1, 1, 1, 1}, {1, 1, 1, 1}}, w = {2, x.sizes, x.strides}, y = {3, x.sizes, x.strides};
  const Window window{.before = {0, 0}, .after = {0, 0}};
  const Descriptor operation =
      graphs().forward(x.descriptor(graphs()), w.descriptor(graphs()), y.descriptor(graphs()), graphs().window(window));
  const Descriptor graph = graphs().graph({&operation});
  const double odd = 1 + std::ldexp(1, -12);  // TF32 ends at 2^-10
  const DeviceArray xs(x.bytes({odd})), ws(w.bytes({1})), ys(y.bytes({0}));
  const auto result = [&](bool tensor_core) {
    const Descriptor plan = graphs().plan(configuration_with(graph, CUDNN_NUMERICAL_NOTE_TENSOR_CORE, tensor_core));
    const DeviceArray workspace(static_cast<size_t>(workspace_of(plan)) + 1);
    execute(plan, {{1, xs.data()}, {2, ws.data()}, {3, ys.data()}}, workspace.data());
    return y.numbers(ys.contents()).at(0);
  };
  CHECK_EQUAL(result(true), odd);
  const Setting rounding("EMULATED_TENSOR_FLOAT32", "1");
  CHECK_EQUAL(result(true), 1.0);
  CHECK_EQUAL(result(false), odd);
}

TEST(plans_come_back_from_their_text) {
  const Convolution convolution;
  const Descriptor plan = graphs().plan(graphs().configurations(convolution.graph, CUDNN_HEUR_MODE_FALLBACK).at(0));
  const std::vector<char> characters = plan.get<char>(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR);
  const std::string text(characters.begin(), characters.end());
  const Descriptor again = graphs().plan_of_text(text);
  CHECK_EQUAL(workspace_of(again), workspace_of(plan));
  const DeviceArray workspace(static_cast<size_t>(workspace_of(plan)));
  execute(plan, convolution.bound(), workspace.data());
  const std::vector<char> expected = convolution.ys.contents();
  const Convolution fresh;
  execute(again, fresh.bound(), workspace.data());
  CHECK(fresh.ys.contents() == expected);
  CHECK_REFUSED("SERIALIZATION_VERSION_MISMATCH", graphs().plan_of_text("{\"cudnnVersion\":91100" + text.substr(text.find(','))));
  CHECK_REFUSED("damaged", graphs().plan_of_text(text.substr(0, text.size() / 2) + "}"));
  CHECK_REFUSED("BAD_PARAM", graphs().plan_of_text(""));
}

TEST(workspace_must_be_given) {
  const Convolution convolution;
  const Descriptor plan = graphs().plan(graphs().configurations(convolution.graph, CUDNN_HEUR_MODE_FALLBACK).at(0));
  const auto bytes = static_cast<size_t>(workspace_of(plan));
  CHECK(bytes > 0);
  const DeviceArray workspace(bytes + 256), small(bytes - 1);
  std::vector<char> host(bytes);
  CHECK_REFUSED("BAD_PARAM_NULL_POINTER", execute(plan, convolution.bound(), nullptr));
  CHECK_REFUSED("BAD_PARAM_SIZE_INSUFFICIENT", execute(plan, convolution.bound(), small.data()));
  CHECK_REFUSED("BAD_PARAM_MISALIGNED_POINTER", execute(plan, convolution.bound(), static_cast<char*>(workspace.data()) + 4));
  CHECK_REFUSED("CUDNN_STATUS", execute(plan, convolution.bound(), host.data()));
  execute(plan, convolution.bound(), workspace.data());
  CHECK(workspace.contents()[bytes - 1] == static_cast<char>(0xa5));
}

TEST(memory_is_checked) {
  const Convolution convolution;
  const Descriptor plan = graphs().plan(graphs().configurations(convolution.graph).at(0));
  const auto with = [&](int64_t id, void* data) {
    std::vector<Bound> bound = convolution.bound();
    for (Bound& tensor : bound)
      if (tensor.id == id) tensor.data = data;
    return bound;
  };
  const DeviceArray small(64);
  std::vector<char> host(1 << 16);
  CHECK_REFUSED("tensor 1 is not device memory", execute(plan, with(1, small.data()), nullptr));
  CHECK_REFUSED("CUDNN_STATUS", execute(plan, with(2, host.data()), nullptr));
  CHECK_REFUSED("tensor 3 is not aligned", execute(plan, with(3, static_cast<char*>(convolution.ys.data()) + 4), nullptr));
  CHECK_REFUSED("tensor 1 overlaps the result", execute(plan, with(3, convolution.xs.data()), nullptr));
  CHECK_REFUSED("tensor 2 has no memory", execute(plan, {{1, convolution.xs.data()}, {3, convolution.ys.data()}}, nullptr));
}

TEST(faults_on_request) {
  const Convolution convolution;
  {
    const Setting fault("EMULATED_CUDNN_FAIL", "cudnnBackendFinalize:2:CUDNN_STATUS_INTERNAL_ERROR");
    CHECK_REFUSED("", graphs().image(1, kX));
    CHECK_REFUSED("CUDNN_STATUS_INTERNAL_ERROR: cudnnBackendFinalize: a fault", graphs().image(1, kX));
    CHECK_EQUAL(refusal([] { graphs().image(1, kX); }), "");
  }
  {
    const Setting fault("EMULATED_CUDNN_FAIL", "cudnnBackendExecute:1:5000");
    const Descriptor plan = graphs().plan(graphs().configurations(convolution.graph).at(0));
    CHECK_REFUSED("CUDNN_STATUS_EXECUTION_FAILED", execute(plan, convolution.bound(), nullptr));
  }
  const Setting unsupported("EMULATED_CUDNN_UNSUPPORTED", "convolution_forward");
  CHECK_EQUAL(graphs().configurations(convolution.graph).size(), size_t{0});
  CHECK(!graphs().configurations(Convolution("backward filter").graph).empty());
}

TEST(captured_work_runs_with_the_graph) {
  const Convolution convolution;
  const Descriptor plan = graphs().plan(graphs().configurations(convolution.graph).at(0));
  const std::vector<char> before = convolution.ys.contents();
  const EmulatedRuntime& runtime = emulated().runtime;
  runtime.check(runtime.begin_capture(stream(), cudaStreamCaptureModeThreadLocal));
  {
    const Descriptor given = pack(convolution.bound(), nullptr);
    emulated().cudnn.check(emulated().cudnn.execute(handle(), plan.raw(), given.raw()), "execute");
  }
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  runtime.check(runtime.end_capture(stream(), &graph));
  runtime.check(runtime.instantiate(&executable, graph, 0));
  runtime.check(runtime.stream_synchronize(stream()));
  CHECK(convolution.ys.contents() == before);
  runtime.check(runtime.launch(executable, stream()));
  runtime.check(runtime.stream_synchronize(stream()));
  const std::vector<char> after = convolution.ys.contents();
  CHECK(after != before);
  runtime.check(runtime.launch(executable, stream()));
  runtime.check(runtime.stream_synchronize(stream()));
  CHECK(convolution.ys.contents() == after);
  runtime.check(runtime.executable_destroy(executable));
  runtime.check(runtime.graph_destroy(graph));
}

}  // namespace laminet::test
