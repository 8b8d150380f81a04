"""Makes PREFIX.onnx of the layers and weights that laminet wrote to PREFIX.json and PREFIX.weights: `onnx_model.py PREFIX`.

The graph is channels first, as PyTorch would export it; the rows of the first dense layer are put into that order.
"""

import json
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# Operator set and file version that every onnxruntime of the last years reads.
OPSET, IR_VERSION = 17, 8


class Graph:
    """Nodes in a row, each fed by the one before."""

    def __init__(self, shape):
        height, width, channels = shape
        self.shape = [channels, height, width]  # without the batch
        self.flattened = None  # the shape before `flatten`, until a dense layer has taken it into account
        self.nodes, self.constants, self.value = [], [], "images"

    def constant(self, array):
        name = f"weight{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def add(self, op, *constants, **attributes):
        output = f"value{len(self.nodes)}"
        operands = [self.value, *map(self.constant, constants)]
        self.nodes.append(helper.make_node(op, operands, [output], **attributes))
        self.value = output

    def activation(self, name):
        if name == "relu":
            self.add("Relu")
        elif name == "softmax":
            self.add("Softmax", axis=-1)
        elif name not in (None, "linear"):
            raise ValueError(f"activation {name} is not known here")

    def slide(self, size, strides, padding, channels):
        """Sets the shape behind a window. Returns its padding: the odd cell goes after, as in Keras."""
        before, after, sizes = [], [], []
        for length, window, step in zip(self.shape[1:], size, strides):
            result = -(-length // step) if padding == "same" else (length - window) // step + 1
            total = max(0, (result - 1) * step + window - length) if padding == "same" else 0
            before.append(total // 2)
            after.append(total - total // 2)
            sizes.append(result)
        self.shape = [channels, *sizes]
        return before + after


def conv2d(graph, config, kernel, bias):
    pads = graph.slide(kernel.shape[:2], config["strides"], config["padding"], kernel.shape[3])
    graph.add("Conv", kernel.transpose(3, 2, 0, 1), bias, strides=config["strides"], pads=pads)
    graph.activation(config["activation"])


def dense(graph, config, kernel, bias):
    if graph.flattened is not None:
        channels, height, width = graph.flattened
        kernel = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
        graph.flattened = None
    graph.add("Gemm", kernel, bias)
    graph.activation(config["activation"])


def max_pooling(graph, config):
    pads = graph.slide(config["poolSize"], config["strides"], config["padding"], graph.shape[0])
    graph.add("MaxPool", kernel_shape=config["poolSize"], strides=config["strides"], pads=pads)


def flatten(graph, _):
    graph.flattened = graph.shape
    graph.add("Flatten")


def global_average(graph, _):
    graph.add("GlobalAveragePool")
    graph.add("Flatten")


LAYERS = {
    "Conv2D": conv2d,
    "Dense": dense,
    "MaxPooling2D": max_pooling,
    "Flatten": flatten,
    "GlobalAveragePooling2D": global_average,
    "BatchNormalization": lambda graph, config, *weights: graph.add("BatchNormalization", *weights, epsilon=config["epsilon"]),
    "LeakyReLU": lambda graph, config: graph.add("LeakyRelu", alpha=config["negativeSlope"]),
    "Activation": lambda graph, config: graph.activation(config["activation"]),
    "Dropout": lambda graph, config: None,
    "InputLayer": lambda graph, config: None,
}


def main(prefix):
    with open(prefix + ".json") as file:
        description = json.load(file)
    numbers = numpy.fromfile(prefix + ".weights", dtype=numpy.float32)
    graph = Graph(description["inputShape"])
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", *graph.shape])
    for layer in description["layers"]:
        weights = [
            numbers[weight["offset"] : weight["offset"] + int(numpy.prod(weight["shape"]))].reshape(weight["shape"])
            for weight in layer["weights"]
        ]
        LAYERS[layer["class"]](graph, layer["config"], *weights)
    graph.add("Identity")
    graph.nodes[-1].output[0] = "probabilities"
    probabilities = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", "classes"])
    body = helper.make_graph(graph.nodes, "model", [images], [probabilities], graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    onnx.save(model, prefix + ".onnx")


if __name__ == "__main__":
    main(sys.argv[1])
