"""The four models whose trainings are recorded: descriptions only, no Keras."""

from .generator import labels, one_hot, uniform

BATCH = 8
STEPS = 10
COUNT = BATCH * STEPS


def layer(kind, name, **options):
    return {"class": kind, "name": name, "options": options}


DENSE = {
    "name": "dense_sgd",
    "description": "two hidden dense layers; SGD with Nesterov momentum; categorical cross-entropy of one-hot labels",
    "inputs": [{"name": "features", "shape": [6]}],
    "layers": [
        layer("Dense", "hidden_1", units=8, activation="relu"),
        layer("Dense", "hidden_2", units=8, activation="tanh"),
        layer("Dense", "classes", units=3, activation="softmax"),
    ],
    "compile": {
        "optimizer": {"class": "SGD", "options": {"learningRate": 0.1, "momentum": 0.9, "nesterov": True}},
        "loss": {"class": "CategoricalCrossentropy", "options": {}},
        "metrics": ["accuracy"],
    },
    "x": {"features": uniform([COUNT, 6], 101)},
    "y": {"classes": one_hot([COUNT, 3], 102)},
}

CONVOLUTION = {
    "name": "convolution_adam",
    "description": "convolution, max pooling, convolution, average pooling, dense softmax; Adam; whole-number labels",
    "inputs": [{"name": "image", "shape": [12, 12, 2]}],
    "layers": [
        layer("Conv2D", "conv_1", filters=4, kernelSize=3, padding="same", activation="relu"),
        layer("MaxPooling2D", "pool_1", poolSize=2),
        layer("Conv2D", "conv_2", filters=6, kernelSize=3, activation="relu"),
        layer("AveragePooling2D", "pool_2", poolSize=2),
        layer("Flatten", "flatten"),
        layer("Dense", "classes", units=5, activation="softmax"),
    ],
    "compile": {
        "optimizer": {"class": "Adam", "options": {"learningRate": 0.01}},
        "loss": {"class": "SparseCategoricalCrossentropy", "options": {}},
        "metrics": ["accuracy"],
    },
    "x": {"image": uniform([COUNT, 12, 12, 2], 201)},
    "y": {"classes": labels([COUNT], 202, 5)},
}

NORMALIZED = {
    "name": "normalized_rmsprop",
    "description": "batch normalisation, leaky ReLU, depthwise, separable and transposed convolution, global "
    "average pooling; RMSprop; cross-entropy from logits",
    "inputs": [{"name": "image", "shape": [8, 8, 3]}],
    "layers": [
        layer("Conv2D", "conv", filters=4, kernelSize=3, padding="same", useBias=False),
        layer("BatchNormalization", "norm"),
        layer("LeakyReLU", "leaky"),
        layer("DepthwiseConv2D", "depthwise", kernelSize=3, strides=2, padding="same", depthMultiplier=2),
        layer("SeparableConv2D", "separable", filters=6, kernelSize=3, padding="same", activation="relu"),
        layer("Conv2DTranspose", "transpose", filters=4, kernelSize=3, strides=2, padding="same", activation="elu"),
        layer("GlobalAveragePooling2D", "average"),
        layer("Dense", "classes", units=3),
    ],
    "compile": {
        "optimizer": {"class": "RMSprop", "options": {"learningRate": 0.005}},
        "loss": {"class": "SparseCategoricalCrossentropy", "options": {"fromLogits": True}},
        "metrics": ["accuracy"],
    },
    "x": {"image": uniform([COUNT, 8, 8, 3], 301)},
    "y": {"classes": labels([COUNT], 302, 3)},
}


def l2(strength):
    return {"class": "L2", "options": {"l2": strength}}


BRANCHED = {
    "name": "branched_nadam",
    "description": "two inputs through one shared convolution, add, concatenate, two outputs with loss weights, "
    "L2 penalties; Nadam",
    "inputs": [{"name": "left", "shape": [8, 8, 2]}, {"name": "right", "shape": [8, 8, 2]}],
    "layers": [
        layer("Conv2D", "shared", filters=4, kernelSize=3, padding="same", activation="tanh", kernelRegularizer=l2(0.01)),
        layer("Add", "sum"),
        layer("Concatenate", "joined"),
        layer("Conv2D", "mixed", filters=3, kernelSize=3, strides=2, activation="relu", kernelRegularizer=l2(0.02)),
        layer("Flatten", "flatten"),
        layer("Dense", "kind", units=3, activation="softmax"),
        layer("Dense", "value", units=1),
    ],
    "calls": [
        {"layer": "shared", "inputs": ["left"], "output": "leftFeatures"},
        {"layer": "shared", "inputs": ["right"], "output": "rightFeatures"},
        {"layer": "sum", "inputs": ["leftFeatures", "rightFeatures"], "output": "sum"},
        {"layer": "joined", "inputs": ["sum", "leftFeatures"], "output": "joined"},
        {"layer": "mixed", "inputs": ["joined"], "output": "mixed"},
        {"layer": "flatten", "inputs": ["mixed"], "output": "flatten"},
        {"layer": "kind", "inputs": ["flatten"], "output": "kind"},
        {"layer": "value", "inputs": ["flatten"], "output": "value"},
    ],
    "outputs": ["kind", "value"],
    "compile": {
        "optimizer": {"class": "Nadam", "options": {"learningRate": 0.01}},
        "loss": {
            "kind": {"class": "CategoricalCrossentropy", "options": {}},
            "value": {"class": "MeanSquaredError", "options": {}},
        },
        "lossWeights": {"kind": 1, "value": 0.5},
        "metrics": {"kind": ["accuracy"], "value": ["mae"]},
    },
    "x": {"left": uniform([COUNT, 8, 8, 2], 401), "right": uniform([COUNT, 8, 8, 2], 402)},
    "y": {"kind": one_hot([COUNT, 3], 403), "value": uniform([COUNT, 1], 404, -2, 2)},
}

MODELS = [DENSE, CONVOLUTION, NORMALIZED, BRANCHED]
