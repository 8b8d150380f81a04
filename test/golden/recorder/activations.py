"""activations.json: values and derivatives of every activation on a grid."""

import jax
import jax.numpy as jnp
import keras

from . import generator, names, writer

GRID = [step / 4 for step in range(-24, 25)]
# Kinks sit on the grid on purpose: there the derivative is JAX's choice.
ELEMENTWISE = [
    "celu", "elu", "exponential", "gelu", "hardShrink", "hardSigmoid", "hardSilu", "hardTanh", "leakyRelu", "linear",
    "logSigmoid", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softShrink", "softplus", "softsign",
    "sparsePlus", "sparseSigmoid", "squareplus", "tanh", "tanhShrink",
]
WITH_OPTIONS = [
    ("relu", {"negativeSlope": 0.1}),
    ("relu", {"maxValue": 2}),
    ("relu", {"threshold": 1}),
    ("relu", {"negativeSlope": 0.2, "maxValue": 3, "threshold": 0.5}),
    ("leakyRelu", {"negativeSlope": 0.3}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2}),
    ("gelu", {"approximate": True}),
    ("hardShrink", {"threshold": 1}),
    ("softShrink", {"threshold": 1}),
    ("squareplus", {"b": 1}),
    ("threshold", {"threshold": 1, "defaultValue": -2}),
]
# sparsemax is left out: what Keras 3.15 returns does not sum to 1.
ROWS = [("softmax", {}), ("softmax", {"axis": 0}), ("logSoftmax", {}), ("logSoftmax", {"axis": 0}), ("glu", {})]
MATRIX = generator.uniform([6, 4], 61, -4, 4)
OUTER = generator.uniform([6, 4], 62)


def function(name, options):
    plain = keras.activations.get(names.snake(name))
    return lambda x: plain(x, **names.to_keras(options))


def elementwise(name, options):
    apply, x = function(name, options), jnp.asarray(GRID, "float32")
    slope = jax.grad(lambda values: jnp.sum(apply(values)))(x)
    return {"name": name, "options": options, "values": writer.numbers(apply(x)), "derivatives": writer.numbers(slope)}


def rows(name, options):
    apply, x = function(name, options), jnp.asarray(generator.values(MATRIX))
    y = apply(x)
    outer = jnp.asarray(generator.values(OUTER)).ravel()[: y.size].reshape(y.shape)
    slope = jax.grad(lambda values: jnp.sum(apply(values) * outer))(x)
    return {"name": name, "options": options, "output": writer.tensor(y), "gradient": writer.tensor(slope)}


def record():
    cases = [elementwise(name, {}) for name in ELEMENTWISE] + [elementwise(*case) for case in WITH_OPTIONS]
    content = {"grid": GRID, "elementwise": cases, "matrix": MATRIX, "outer": OUTER}
    writer.write("activations", {**content, "rows": [rows(*case) for case in ROWS]})
