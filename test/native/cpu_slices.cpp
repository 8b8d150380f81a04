// Kernels that take turns slice by slice of the batch, against the reference backend: results of the whole batch, recomputed values, batches
// that do not divide, several threads.
#include "cpu/cache.h"
#include "training_run.h"

namespace laminet::test {

namespace {

struct Net {
  int batch, side, channels;
  int stride = 2;  // of pooling windows of three cells
};

// Two convolutions, the first normalised, rectified and pooled, the second with a bias and a shortcut around it; and all their gradients.
std::string listing_of(const Net& net) {
  const std::string n = std::to_string(net.batch), c = std::to_string(net.channels), channels = "f32[" + c + "]";
  const auto image = [&](int side) { return "f32[" + n + "," + std::to_string(side) + "," + std::to_string(side) + "," + c + "]"; };
  const std::string large = image(net.side), small = image((net.side + net.stride - 1) / net.stride), kernel = "f32[3,3," + c + "," + c + "]";
  const std::string first = "f32[3,3,3," + c + "]", conv = "strides=[1,1], padding=\"same\", dilations=[1,1], groups=1";
  const std::string stride = std::to_string(net.stride);
  const std::string pool = "{poolSize=[3,3], strides=[" + stride + "," + stride + "], padding=\"same\"}", epsilon = "{epsilon=0.001}";
  const std::string x = "f32[" + n + "," + std::to_string(net.side) + "," + std::to_string(net.side) + ",3]";
  return "program 1\n%0: " + x + " = input {name=\"x\"}\n%1: " + first + " = input {name=\"k1\"}\n%2: " + kernel +
         " = input {name=\"k2\"}\n%3: " + channels + " = input {name=\"gamma\"}\n%4: " + channels + " = input {name=\"beta\"}\n%5: " + small +
         " = input {name=\"dy\"}\n%6: " + large + " = conv2d (%0, %1) {" + conv + "}\n%7: " + large + ", %8: " + channels + ", %9: " +
         channels + " = batch_norm (%6, %3, %4) " + epsilon + "\n%10: " + large + " = relu (%7)\n%11: " + small + " = max_pool2d (%10) " +
         pool + "\n%12: " + small + " = conv2d (%11, %2) {" + conv + "}\n%13: " + small + " = add (%12, %4)\n%14: " + small +
         " = leaky_relu (%13) {alpha=0.3}\n%15: " + small + " = add (%14, %11)\n%16: " + small +
         " = leaky_relu_backward (%14, %5) {alpha=0.3}\n%17: " + channels + " = sum (%16) {axes=[0,1,2], keepDims=false}\n%18: " + kernel +
         " = conv2d_backward_kernel (%11, %16) {" + conv + "}\n%19: " + small +
         " = conv2d_backward_input (%2, %16) {" + conv + "}\n%20: " + small + " = add (%19, %5)\n%21: " + large +
         " = max_pool2d_backward (%10, %11, %20) " + pool + "\n%22: " + large + " = relu_backward (%10, %21)\n%23: " + large + ", %24: " +
         channels + ", %25: " + channels + " = batch_norm_backward (%6, %3, %4, %8, %9, %22) " + epsilon + "\n%26: " + first +
         " = conv2d_backward_kernel (%0, %23) {" + conv + "}\nreturn (%15, %17, %18, %24, %25, %26, %8, %9)\n";
}

// Images of 16 channels of which a batch of nine needs several slices on this machine, for three threads as well.
int large_side() {
  int side = 8;
  while (static_cast<size_t>(side * side * 16) * sizeof(float) * 3 * 2 < cpu::cache_budget()) side += 2;
  return side - 2;
}

size_t count(const std::string& text, const std::string& word) {
  size_t times = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++times;
  return times;
}

// Compares with one, two and three threads; gives back the kernels' names with one.
std::string compare_sliced(const std::string& listing) {
  const Program program = parse(listing);
  verify(program);
  std::vector<Bytes> inputs;
  for (int value : program.inputs) inputs.push_back(random_bytes(program.types[value], static_cast<uint32_t>(value) + 1));
  Session reference("reference");
  const std::vector<Bytes> expected = reference.run(reference.executable(program), program, inputs);
  std::string names;
  for (const int threads : {1, 2, 3}) {
    Session session("cpu", threads);
    Executable& executable = session.executable(program);
    for (int run = 0; run < 2; ++run) {
      const std::vector<Bytes> actual = session.run(executable, program, inputs);
      for (size_t index = 0; index < expected.size(); ++index) {
        const double error = difference(program.types[program.returns[index]], actual[index], expected[index]);
        if (!(error <= 1e-4)) fail(__FILE__, __LINE__, text(threads) + " threads: result " + text(index) + " differs by " + text(error));
      }
    }
    if (names.empty()) names = kernel_names(executable);
  }
  return names;
}

}  // namespace

TEST(chains_run_slice_by_slice) {
  const std::string names = compare_sliced(listing_of({9, large_side(), 16}));
  CHECK(count(names, ", slices of ") >= 10);
  // What was normalised or unpooled is made again for its second reader.
  CHECK(count(names, "max_pool2d_backward [") == 2);
}

TEST(windows_without_overlap_are_pooled_on_the_way) {
  for (const int channels : {16, 20}) {
    const std::string names = compare_sliced(listing_of({9, large_side(), channels, 3}));
    for (const std::string name : {"batch_norm+relu+max_pool2d [", "max_pool2d_backward+relu_backward+batch_norm_backward ["}) {
      const size_t at = names.find(name);
      CHECK(at != std::string::npos && count(names.substr(at, names.find(';', at) - at), ", slices of ") == 1);
    }
  }
}

TEST(channels_that_fill_no_block) { CHECK(count(compare_sliced(listing_of({7, large_side(), 20})), ", slices of ") > 0); }

TEST(a_batch_that_fits_the_cache_is_one_piece) { CHECK(count(compare_sliced(listing_of({6, 6, 16})), ", slices of ") == 0); }

TEST(trains_batch_norm_chains) { follow("cpu", "B", 21, 2, 1e-3); }

TEST(every_image_leaves) {
  // Values that are returned are in memory, sliced or not.
  const std::string side = std::to_string(large_side()), x = "f32[9," + side + "," + side + ",16]";
  const std::string norm = " = batch_norm (%3, %1, %2) {epsilon=0.001}\n";
  const std::string names = compare_sliced(
      "program 1\n%0: " + x + " = input {name=\"x\"}\n%1: f32[16] = input {name=\"gamma\"}\n%2: f32[16] = input {name=\"beta\"}\n%3: " + x +
      " = square (%0)\n%4: " + x + ", %5: f32[16], %6: f32[16]" + norm + "%7: " + x + " = relu (%4)\n%8: " + x +
      " = sub (%7, %0)\nreturn (%3, %7, %8, %5)\n");
  CHECK(count(names, ", slices of ") > 0);
}

}  // namespace laminet::test
