// Operation graphs of cuDNN, written with the calls of cudnn_calls.h.
#pragma once

#include "cudnn_calls.h"

namespace laminet::test {

using Sizes = std::vector<int64_t>;

// Strides of dense tensors: of channels-last images (sizes [n, c, ...]), and row-major ones.
inline Sizes channels_last(const Sizes& sizes) {
  Sizes strides(sizes.size(), 1);
  int64_t step = sizes[1];
  for (size_t axis = sizes.size(); axis-- > 2; step *= sizes[axis]) strides[axis] = step;
  strides[0] = step;
  return strides;
}
inline Sizes row_major(const Sizes& sizes) {
  Sizes strides(sizes.size(), 1);
  for (size_t axis = sizes.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * sizes[axis];
  return strides;
}

struct Window {
  Sizes before{1, 1}, after{1, 1}, strides{1, 1}, dilations{1, 1};
  cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
};

// Makes descriptors with one library.
class Graphs {
 public:
  explicit Graphs(const Cudnn& cudnn) : cudnn(cudnn) {}

  Descriptor make(cudnnBackendDescriptorType_t type) const { return Descriptor(cudnn, type); }

  Descriptor tensor(int64_t id, const Sizes& sizes, const Sizes& strides, cudnnDataType_t type = CUDNN_DATA_FLOAT, bool is_virtual = false,
                    int64_t alignment = 16) const {
    Descriptor result = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    result.integer(CUDNN_ATTR_TENSOR_UNIQUE_ID, id).data_type(CUDNN_ATTR_TENSOR_DATA_TYPE, type);
    result.integers(CUDNN_ATTR_TENSOR_DIMENSIONS, sizes).integers(CUDNN_ATTR_TENSOR_STRIDES, strides);
    result.integer(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, alignment);
    if (is_virtual) result.boolean(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
    result.finalize();
    return result;
  }
  Descriptor image(int64_t id, const Sizes& sizes, cudnnDataType_t type = CUDNN_DATA_FLOAT, bool is_virtual = false) const {
    return tensor(id, sizes, channels_last(sizes), type, is_virtual);
  }

  Descriptor window(const Window& window, cudnnDataType_t compute = CUDNN_DATA_FLOAT) const {
    Descriptor result = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    result.data_type(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, compute)
        .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, std::vector{window.mode});
    result.integer(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, static_cast<int64_t>(window.strides.size()));
    result.integers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, window.before).integers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, window.after);
    result.integers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, window.strides)
        .integers(CUDNN_ATTR_CONVOLUTION_DILATIONS, window.dilations)
        .finalize();
    return result;
  }

  Descriptor forward(const Descriptor& x, const Descriptor& w, const Descriptor& y, const Descriptor& window, float alpha = 1,
                     float beta = 0) const {
    Descriptor result = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x).child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y).child(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, window);
    result.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, alpha).real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, beta).finalize();
    return result;
  }
  Descriptor backward_data(const Descriptor& dx, const Descriptor& w, const Descriptor& dy, const Descriptor& window, float alpha = 1,
                           float beta = 0) const {
    Descriptor result = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, dx).child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, w);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, dy).child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, window);
    result.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, alpha)
        .real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, beta)
        .finalize();
    return result;
  }
  Descriptor backward_filter(const Descriptor& dw, const Descriptor& x, const Descriptor& dy, const Descriptor& window, float alpha = 1,
                             float beta = 0) const {
    Descriptor result = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, dw).child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, x);
    result.child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, dy).child(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, window);
    result.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, alpha)
        .real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, beta)
        .finalize();
    return result;
  }

  Descriptor formula(cudnnPointwiseMode_t mode, cudnnDataType_t compute = CUDNN_DATA_FLOAT) const {
    Descriptor result = make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    result.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, std::vector{mode})
        .data_type(CUDNN_ATTR_POINTWISE_MATH_PREC, compute)
        .finalize();
    return result;
  }
  // Null: not set.
  struct PointwiseTensors {
    const Descriptor *x = nullptr, *b = nullptr, *y = nullptr, *dy = nullptr, *dx = nullptr;
  };
  Descriptor pointwise(const Descriptor& formula, const PointwiseTensors& tensors) const {
    Descriptor result = make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, formula);
    if (tensors.x != nullptr) result.child(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *tensors.x);
    if (tensors.b != nullptr) result.child(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *tensors.b);
    if (tensors.y != nullptr) result.child(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, *tensors.y);
    if (tensors.dy != nullptr) result.child(CUDNN_ATTR_OPERATION_POINTWISE_DYDESC, *tensors.dy);
    if (tensors.dx != nullptr) result.child(CUDNN_ATTR_OPERATION_POINTWISE_DXDESC, *tensors.dx);
    result.finalize();
    return result;
  }

  Descriptor matmul(const Descriptor& a, const Descriptor& b, const Descriptor& c, cudnnDataType_t compute = CUDNN_DATA_FLOAT) const {
    Descriptor product = make(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
    product.data_type(CUDNN_ATTR_MATMUL_COMP_TYPE, compute).finalize();
    Descriptor result = make(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_MATMUL_ADESC, a).child(CUDNN_ATTR_OPERATION_MATMUL_BDESC, b);
    result.child(CUDNN_ATTR_OPERATION_MATMUL_CDESC, c).child(CUDNN_ATTR_OPERATION_MATMUL_DESC, product).finalize();
    return result;
  }

  Descriptor reduction(const Descriptor& x, const Descriptor& y, cudnnReduceTensorOp_t operation = CUDNN_REDUCE_TENSOR_ADD) const {
    Descriptor sum = make(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
    sum.data_type(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_DATA_FLOAT);
    sum.set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, std::vector{operation}).finalize();
    Descriptor result = make(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
    result.child(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, x).child(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, y);
    result.child(CUDNN_ATTR_OPERATION_REDUCTION_DESC, sum).finalize();
    return result;
  }

  Descriptor graph(const std::vector<const Descriptor*>& operations) const {
    std::vector<cudnnBackendDescriptor_t> raws;
    for (const Descriptor* operation : operations) raws.push_back(operation->raw());
    Descriptor result = make(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    result.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, raws).finalize();
    return result;
  }

  // An H100, so that the real library needs no device (sizes of its data sheet; cuDNN's header: CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR).
  Descriptor device() const {
    Descriptor result = make(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    result.text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION,
                R"({"deviceVer":900,"multiProcessorCount":132,"warpSize":32,"maxSharedMemoryPerBlock":49152,)"
                R"("maxSharedMemoryPerBlockOptin":232448,"reservedSharedMemoryPerBlock":1024,"maxRegistersPerSM":65536,"maxCtasPerSM":32,)"
                R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"regsPerBlock":65536,"totalGlobalMem":84942979072,)"
                R"("smClockRateKHz":1980000,"l2CacheSize":52428800,"maxBlockSize":[1024,1024,64],"memClockRateKHz":2619000,)"
                R"("maxGridSize":[2147483647,65535,65535],"supportCoopLaunch":1,"pciDeviceId":0,"isTccDriver":0,"cudaDeviceId":0,)"
                R"("driverVer":13000,"deviceName":"H100"})");
    result.finalize();
    return result;
  }

  std::vector<Descriptor> configurations(const Descriptor& graph, cudnnBackendHeurMode_t mode = CUDNN_HEUR_MODE_A) const {
    Descriptor heuristics = make(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristics.child(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, std::vector{mode});
    heuristics.child(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device()).finalize();
    return heuristics.children(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  }

  Descriptor plan(const Descriptor& configuration) const {
    Descriptor result = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    result.child(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration).child(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device()).finalize();
    return result;
  }
  Descriptor plan_of_text(const std::string& text) const {
    Descriptor result = make(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    result.text(CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, text).child(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device()).finalize();
    return result;
  }

  const Cudnn& cudnn;
};

}  // namespace laminet::test
