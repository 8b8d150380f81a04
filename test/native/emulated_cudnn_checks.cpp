// Does the emulated cuDNN accept and refuse what the real one does? The same calls to both: which call fails, with which status, and
// whether there is an engine. The real one needs no GPU for this (it takes a description of a device), only to be installed.
#include <filesystem>
#include <functional>

#include "check.h"
#include "cudnn_graphs.h"
#include "emulated_device.h"

namespace laminet::test {
namespace {

using Case = std::function<std::string(const Graphs&)>;

// "engines" or "no engine", of a graph.
std::string engines(const Graphs& g, const std::vector<const Descriptor*>& operations) {
  return g.configurations(g.graph(operations)).empty() ? "no engine" : "engines";
}

std::string outcome(const Graphs& graphs, const Case& body) {
  try {
    return body(graphs);
  } catch (const Refused& refused) {
    return refused.what();
  }
}

// Why the real library cannot be asked; empty when it can.
std::string missing() {
#ifdef __SANITIZE_ADDRESS__
  return "AddressSanitizer's dlopen does not look where cuDNN's own parts are";
#else
  return std::filesystem::exists(REAL_CUDNN) ? "" : std::string(REAL_CUDNN) + " is not there";
#endif
}

// The real library, or null.
const Cudnn* real() {
  static const Cudnn* const library = missing().empty() ? new Cudnn(REAL_CUDNN) : nullptr;
  return library;
}

int compared = 0;

void compare(const std::string& name, const Case& body, const char* file, int line) {
  if (real() == nullptr) return;
  const std::string expected = outcome(Graphs(*real()), body), actual = outcome(Graphs(emulated().cudnn), body);
  ++compared;
  if (actual != expected) fail(file, line, name + ": the emulation: " + actual + "; cuDNN: " + expected);
}
#define ALIKE(name, ...) compare((name), __VA_ARGS__, __FILE__, __LINE__)

const Sizes kX{2, 8, 8, 8}, kW{16, 8, 3, 3}, kY{2, 16, 8, 8};

struct Types {
  cudnnDataType_t x = CUDNN_DATA_FLOAT, w = CUDNN_DATA_FLOAT, y = CUDNN_DATA_FLOAT, compute = CUDNN_DATA_FLOAT;
};

Types all(cudnnDataType_t type, cudnnDataType_t compute) { return {type, type, type, compute}; }

Case forward(const Sizes& x, const Sizes& w, const Sizes& y, const Window& window = {}, const Types& types = {}) {
  return [=](const Graphs& g) {
    const Descriptor operation =
        g.forward(g.image(1, x, types.x), g.image(2, w, types.w), g.image(3, y, types.y), g.window(window, types.compute));
    return engines(g, {&operation});
  };
}

Case finalized(const std::function<void(const Graphs&)>& body) {
  return [=](const Graphs& g) {
    body(g);
    return std::string("made");
  };
}

// x * w + bias, rectified; `middle`: are the results in between virtual?
Case fused(const Sizes& bias, const Types& types, bool middle = true, bool reversed = false) {
  return [=](const Graphs& g) {
    const Descriptor product = g.image(3, kY, types.compute, middle), sum = g.image(5, kY, types.compute, true),
                     y = g.image(6, kY, types.y);
    const Descriptor b = g.image(4, bias, types.y);
    const Descriptor first = g.forward(g.image(1, kX, types.x), g.image(2, kW, types.w), product, g.window({}, types.compute));
    const Descriptor second = g.pointwise(g.formula(CUDNN_POINTWISE_ADD, types.compute), {.x = &product, .b = &b, .y = &sum});
    const Descriptor third = g.pointwise(g.formula(CUDNN_POINTWISE_RELU_FWD, types.compute), {.x = &sum, .y = &y});
    return reversed ? engines(g, {&third, &second, &first}) : engines(g, {&first, &second, &third});
  };
}

}  // namespace

TEST(sizes_of_convolutions) {
  ALIKE("padded", forward(kX, kW, kY));
  ALIKE("a row too few", forward(kX, kW, {2, 16, 7, 8}));
  ALIKE("a channel too few", forward(kX, kW, {2, 15, 8, 8}));
  ALIKE("an image too many", forward(kX, kW, {3, 16, 8, 8}));
  ALIKE("padded before only", forward(kX, kW, {2, 16, 7, 7}, {.after = {0, 0}}));
  ALIKE("padded after only, stride 2", forward(kX, kW, {2, 16, 4, 4}, {.before = {0, 0}, .strides = {2, 2}}));
  ALIKE("dilated", forward(kX, kW, kY, {.before = {2, 2}, .after = {2, 2}, .dilations = {2, 2}}));
  ALIKE("kernel larger than the image", forward(kX, {16, 8, 11, 11}, {2, 16, 1, 1}, {.before = {0, 0}, .after = {0, 0}}));
  ALIKE("2 groups", forward(kX, {16, 4, 3, 3}, kY));
  ALIKE("depthwise", forward(kX, {16, 1, 3, 3}, kY));
  ALIKE("groups that do not divide the channels", forward(kX, {16, 3, 3, 3}, kY));
  ALIKE("groups that do not divide the results", forward(kX, {15, 2, 3, 3}, {2, 15, 8, 8}));
  ALIKE("a kernel with too many channels", forward(kX, {16, 16, 3, 3}, kY));
  ALIKE("no images", forward({0, 8, 8, 8}, kW, {0, 16, 8, 8}));
  ALIKE("tensors of different ranks",
        finalized([](const Graphs& g) { g.forward(g.tensor(1, {2, 8, 8}, {64, 1, 8}), g.image(2, kW), g.image(3, kY), g.window({})); }));
  ALIKE("convolution with the kernel flipped", forward(kX, kW, kY, {.mode = CUDNN_CONVOLUTION}));
}

TEST(sizes_of_backward_convolutions) {
  const auto data = [](const Sizes& dx, const Sizes& w, const Sizes& dy, const Window& window = {}) {
    return [=](const Graphs& g) {
      const Descriptor operation = g.backward_data(g.image(1, dx), g.image(2, w), g.image(3, dy), g.window(window));
      return engines(g, {&operation});
    };
  };
  const auto filter = [](const Sizes& dw, const Sizes& x, const Sizes& dy, cudnnDataType_t type = CUDNN_DATA_FLOAT) {
    return [=](const Graphs& g) {
      const Descriptor operation = g.backward_filter(g.image(1, dw), g.image(2, x, type), g.image(3, dy, type), g.window({}));
      return engines(g, {&operation});
    };
  };
  ALIKE("data", data(kX, kW, kY));
  ALIKE("data with a row too many", data({2, 8, 9, 8}, kW, kY));
  ALIKE("data with a rest", data(kX, kW, {2, 16, 4, 4}, {.before = {0, 0}, .strides = {2, 2}}));
  ALIKE("data with wrong groups", data(kX, {16, 3, 3, 3}, kY));
  ALIKE("filter", filter(kW, kX, kY));
  ALIKE("filter with a row too many", filter({16, 8, 4, 3}, kX, kY));
  ALIKE("filter in float from half", filter(kW, kX, kY, CUDNN_DATA_HALF));
}

TEST(element_types) {
  for (const cudnnDataType_t type : {CUDNN_DATA_FLOAT, CUDNN_DATA_DOUBLE, CUDNN_DATA_HALF, CUDNN_DATA_BFLOAT16})
    for (const cudnnDataType_t compute : {CUDNN_DATA_FLOAT, CUDNN_DATA_DOUBLE, CUDNN_DATA_HALF, CUDNN_DATA_BFLOAT16})
      ALIKE("type " + std::to_string(type) + " computed in " + std::to_string(compute), forward(kX, kW, kY, {}, all(type, compute)));
  ALIKE("half with a float kernel", forward(kX, kW, kY, {}, {.x = CUDNN_DATA_HALF}));
  ALIKE("half to float", forward(kX, kW, kY, {}, {.x = CUDNN_DATA_HALF, .w = CUDNN_DATA_HALF}));
}

TEST(descriptors_of_windows) {
  const auto window = [](const Window& window) { return finalized([=](const Graphs& g) { g.window(window); }); };
  ALIKE("negative padding", window({.before = {-1, 1}}));
  ALIKE("stride 0", window({.strides = {0, 1}}));
  ALIKE("dilation 0", window({.dilations = {0, 1}}));
  ALIKE("three paddings of two", window({.before = {1, 1, 1}}));
  for (const cudnnBackendAttributeName_t missing :
       {CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS,
        CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS})
    ALIKE("without attribute " + std::to_string(missing), finalized([=](const Graphs& g) {
            Descriptor d = g.make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
            if (missing != CUDNN_ATTR_CONVOLUTION_CONV_MODE)
              d.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, std::vector{CUDNN_CROSS_CORRELATION});
            if (missing != CUDNN_ATTR_CONVOLUTION_COMP_TYPE) d.data_type(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT);
            if (missing != CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS) d.integer(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2);
            if (missing != CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS) d.integers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, {1, 1});
            if (missing != CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES) d.integers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, {1, 1});
            d.integers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, {1, 1}).integers(CUDNN_ATTR_CONVOLUTION_DILATIONS, {1, 1}).finalize();
          }));
}

TEST(descriptors_of_tensors) {
  const auto tensor = [](const Sizes& sizes, const Sizes& strides, cudnnDataType_t type = CUDNN_DATA_FLOAT, int64_t alignment = 16) {
    return finalized([=](const Graphs& g) { g.tensor(1, sizes, strides, type, false, alignment); });
  };
  ALIKE("no elements", tensor({0, 8, 8, 8}, {512, 1, 64, 8}));
  ALIKE("a negative size", tensor({-1, 8, 8, 8}, {512, 1, 64, 8}));
  ALIKE("fewer strides", tensor({1, 2, 3, 4}, {24, 12, 1}));
  for (size_t rank = 1; rank <= 9; ++rank) ALIKE("rank " + std::to_string(rank), tensor(Sizes(rank, 2), Sizes(rank, 1)));
  ALIKE("stride 0", tensor({1, 2, 3, 4}, {0, 1, 8, 2}));
  for (const int64_t alignment : {0, 1, 2, 3, 4, 6, 8, 256})
    for (const cudnnDataType_t type : {CUDNN_DATA_FLOAT, CUDNN_DATA_DOUBLE, CUDNN_DATA_HALF})
      ALIKE("alignment " + std::to_string(alignment) + " of type " + std::to_string(type),
            tensor({1, 2, 3, 4}, {24, 1, 8, 2}, type, alignment));
  ALIKE("vectors of int8", tensor({1, 2, 3, 4}, {24, 1, 8, 2}, CUDNN_DATA_INT8x4));
  for (int missing = 0; missing < 5; ++missing)
    ALIKE("without part " + std::to_string(missing), finalized([=](const Graphs& g) {
            Descriptor d = g.make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
            if (missing != 0) d.integer(CUDNN_ATTR_TENSOR_UNIQUE_ID, 1);
            if (missing != 1) d.data_type(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_DATA_FLOAT);
            if (missing != 2) d.integers(CUDNN_ATTR_TENSOR_DIMENSIONS, {1, 2, 3, 4});
            if (missing != 3) d.integers(CUDNN_ATTR_TENSOR_STRIDES, {24, 1, 8, 2});
            if (missing != 4) d.integer(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, 16);
            d.finalize();
          }));
}

TEST(attributes_are_typed) {
  const auto tensor = [](const std::function<void(const Graphs&, Descriptor&)>& body) {
    return finalized([=](const Graphs& g) {
      Descriptor d = g.make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
      body(g, d);
    });
  };
  ALIKE("float for an integer", tensor([](const Graphs&, Descriptor& d) { d.real(CUDNN_ATTR_TENSOR_UNIQUE_ID, 1.0f); }));
  ALIKE("int32 for int64",
        tensor([](const Graphs&, Descriptor& d) { d.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT32, std::vector<int32_t>{1}); }));
  ALIKE("another descriptor's attribute", tensor([](const Graphs&, Descriptor& d) { d.integer(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2); }));
  ALIKE("two numbers for one", tensor([](const Graphs&, Descriptor& d) { d.integers(CUDNN_ATTR_TENSOR_UNIQUE_ID, {1, 2}); }));
  ALIKE("no number for one", tensor([](const Graphs&, Descriptor& d) { d.integers(CUDNN_ATTR_TENSOR_UNIQUE_ID, {}); }));
  ALIKE("no memory", tensor([](const Graphs& g, Descriptor& d) {
          g.cudnn.check(g.cudnn.set_attribute(d.raw(), CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, nullptr), "set");
        }));
  ALIKE("get before finalising", tensor([](const Graphs&, Descriptor& d) {
          d.integer(CUDNN_ATTR_TENSOR_UNIQUE_ID, 1).get<int64_t>(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64);
        }));
  ALIKE("an integer for alpha", finalized([](const Graphs& g) {
          g.make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR).integer(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1);
        }));
  ALIKE("set after finalising", finalized([](const Graphs& g) { g.image(1, kX).integer(CUDNN_ATTR_TENSOR_UNIQUE_ID, 2); }));
  ALIKE("finalise twice", finalized([](const Graphs& g) { g.image(1, kX).finalize(); }));
  ALIKE("get another type", finalized([](const Graphs& g) { g.image(1, kX).get<float>(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_FLOAT); }));
  ALIKE("get another descriptor's",
        finalized([](const Graphs& g) { g.image(1, kX).get<int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64); }));
  ALIKE("an unknown descriptor", finalized([](const Graphs& g) { g.make(static_cast<cudnnBackendDescriptorType_t>(999)); }));
  ALIKE("no descriptor", finalized([](const Graphs& g) { g.cudnn.check(g.cudnn.finalize(nullptr), "finalize"); }));
  ALIKE("sizes read back",
        [](const Graphs& g) { return text(g.image(1, kX).get<int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64)); });
  ALIKE("fewer sizes than there are", [](const Graphs& g) {
    const Descriptor d = g.image(1, kX);
    Sizes values(4, -7);
    int64_t count = 0;
    g.cudnn.check(g.cudnn.get_attribute(d.raw(), CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 2, &count, values.data()), "get");
    return std::to_string(count) + " of " + text(values);
  });
}

TEST(parts_of_operations) {
  for (int missing = 0; missing < 6; ++missing)
    ALIKE("without part " + std::to_string(missing), finalized([=](const Graphs& g) {
            Descriptor d = g.make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
            if (missing != 0) d.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, g.image(1, kX));
            if (missing != 1) d.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, g.image(2, kW));
            if (missing != 2) d.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, g.image(3, kY));
            if (missing != 3) d.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, g.window({}));
            if (missing != 4) d.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1.0f);
            if (missing != 5) d.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0.0f);
            d.finalize();
          }));
  ALIKE("a tensor that is not finalised", finalized([](const Graphs& g) {
          g.forward(g.make(CUDNN_BACKEND_TENSOR_DESCRIPTOR), g.image(2, kW), g.image(3, kY), g.window({}));
        }));
  ALIKE("a graph without operations", finalized([](const Graphs& g) { g.make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR).finalize(); }));
  ALIKE("heuristics without a graph", finalized([](const Graphs& g) {
          g.make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR).child(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, g.device()).finalize();
        }));
  ALIKE("a device without a description", finalized([](const Graphs& g) {
          g.make(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR).text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, "{}").finalize();
        }));
  ALIKE("an engine that does not exist", finalized([](const Graphs& g) {
          const Descriptor operation = g.forward(g.image(1, kX), g.image(2, kW), g.image(3, kY), g.window({}));
          Descriptor engine = g.make(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
          engine.child(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, g.graph({&operation})).integer(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, 5000);
          engine.child(CUDNN_ATTR_ENGINE_DEVICEPROP, g.device()).finalize();
        }));
  for (const Sizes& ids : {Sizes{1, 2}, Sizes{1}, Sizes{1, 1}})
    ALIKE("a variant pack with ids " + text(ids), finalized([=](const Graphs& g) {
            char memory[2];
            Descriptor pack = g.make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
            pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, std::vector<void*>{memory, memory + 1});
            pack.integers(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids).finalize();
          }));
}

TEST(fused_graphs) {
  const Types half{CUDNN_DATA_HALF, CUDNN_DATA_HALF, CUDNN_DATA_HALF, CUDNN_DATA_FLOAT};
  for (const Types& types : {Types{}, half, all(CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE)}) {
    const std::string name = "type " + std::to_string(types.x) + ": ";
    ALIKE(name + "bias", fused({1, 16, 1, 1}, types));
    ALIKE(name + "bias, operations from the last to the first", fused({1, 16, 1, 1}, types, true, true));
    ALIKE(name + "bias of a wrong size", fused({1, 15, 1, 1}, types));
    ALIKE(name + "a result in the middle that is not virtual", fused({1, 16, 1, 1}, types, false));
  }
  ALIKE("double computed in float", fused({1, 16, 1, 1}, {CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE, CUDNN_DATA_DOUBLE, CUDNN_DATA_FLOAT}));
  ALIKE("two convolutions", [](const Graphs& g) {
    const Descriptor first = g.forward(g.image(1, kX), g.image(2, kW), g.image(3, kY), g.window({}));
    const Descriptor second = g.forward(g.image(3, kY), g.image(4, {16, 16, 3, 3}), g.image(5, kY), g.window({}));
    return engines(g, {&first, &second});
  });
}

TEST(pointwise_operations) {
  const auto pointwise = [](cudnnPointwiseMode_t mode, bool x, bool b, bool y, bool dy, bool dx) {
    return finalized([=](const Graphs& g) {
      const Descriptor tensor = g.image(1, kX);
      const auto given = [&](bool is) { return is ? &tensor : nullptr; };
      g.pointwise(g.formula(mode), {.x = given(x), .b = given(b), .y = given(y), .dy = given(dy), .dx = given(dx)});
    });
  };
  ALIKE("add", pointwise(CUDNN_POINTWISE_ADD, true, true, true, false, false));
  ALIKE("add without b", pointwise(CUDNN_POINTWISE_ADD, true, false, true, false, false));
  ALIKE("relu with b", pointwise(CUDNN_POINTWISE_RELU_FWD, true, true, true, false, false));
  ALIKE("relu without y", pointwise(CUDNN_POINTWISE_RELU_FWD, true, false, false, false, false));
  ALIKE("relu backward", pointwise(CUDNN_POINTWISE_RELU_BWD, true, false, false, true, true));
  ALIKE("relu backward without x", pointwise(CUDNN_POINTWISE_RELU_BWD, false, false, true, true, true));
  ALIKE("relu backward without dy", pointwise(CUDNN_POINTWISE_RELU_BWD, true, false, false, false, true));
}

TEST(sizes_of_products_and_sums) {
  const auto product = [](const Sizes& a, const Sizes& b, const Sizes& c) {
    return finalized(
        [=](const Graphs& g) { g.matmul(g.tensor(1, a, row_major(a)), g.tensor(2, b, row_major(b)), g.tensor(3, c, row_major(c))); });
  };
  const auto sum = [](const Sizes& y) { return finalized([=](const Graphs& g) { g.reduction(g.image(1, kY), g.image(2, y)); }); };
  ALIKE("product", product({1, 4, 5}, {1, 5, 6}, {1, 4, 6}));
  ALIKE("matrices", product({4, 5}, {5, 6}, {4, 6}));
  ALIKE("depths that differ", product({1, 4, 5}, {1, 4, 6}, {1, 4, 6}));
  ALIKE("columns that differ", product({1, 4, 5}, {1, 5, 6}, {1, 4, 7}));
  ALIKE("a matrix for a batch", product({3, 4, 5}, {1, 5, 6}, {3, 4, 6}));
  ALIKE("batches that differ", product({3, 4, 5}, {2, 5, 6}, {3, 4, 6}));
  ALIKE("sum", sum({1, 16, 1, 1}));
  ALIKE("sum of no axis", sum(kY));
  ALIKE("sum to a part", sum({1, 8, 1, 1}));
  ALIKE("sum to a wrong size", sum({1, 15, 1, 1}));
  ALIKE("sum to more", sum({1, 32, 1, 1}));
}

TEST(texts_of_plans) {
  ALIKE("a plan's text makes the plan", [](const Graphs& g) {
    const Descriptor operation = g.forward(g.image(1, kX), g.image(2, kW), g.image(3, kY), g.window({}));
    const Descriptor plan = g.plan(g.configurations(g.graph({&operation}), CUDNN_HEUR_MODE_FALLBACK).at(0));
    const std::vector<char> text = plan.get<char>(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, CUDNN_TYPE_CHAR);
    const Descriptor again = g.plan_of_text(std::string(text.begin(), text.end()));
    const auto workspace = [](const Descriptor& of) { return of.get<int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64); };
    return std::string(workspace(again) == workspace(plan) && text.back() == '}' ? "alike" : "different");
  });
  ALIKE("another object", finalized([](const Graphs& g) { g.plan_of_text("{\"a\":1}"); }));
  ALIKE("no object", finalized([](const Graphs& g) { g.plan_of_text("nonsense"); }));
}

TEST(all_of_it_was_compared) {
  if (real() == nullptr) {
    std::cout << "skipped: all comparisons with cuDNN: " << missing() << std::endl;
  } else {
    std::cout << compared << " sequences of calls went to cuDNN " << real()->get_version() << " and to the emulation" << std::endl;
    CHECK(compared > 100);
  }
}

}  // namespace laminet::test
