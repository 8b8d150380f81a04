"""layers-*.json: outputs, gradients and moving statistics of single layers."""

import jax
import jax.numpy as jnp
import keras

from . import layer_cases, names, writer
from .generator import uniform, values

RANGES = {"gamma": (0.5, 1.5), "variance": (0.5, 1.5), "moving_variance": (0.5, 1.5), "count": (0, 0)}


def weights_of(layer):
    """Descriptions of the layer's weights: seeds 900, 901 ..."""
    described = []
    for index, weight in enumerate(layer.weights):
        low, high = RANGES.get(weight.name, (-1, 1))
        described.append({"name": weight.name, **uniform(weight.shape, 900 + index, low, high)})
    return described


def run(case):
    """Builds the layer, sets its weights, calls it once and differentiates sum(output * outer)."""
    keras.utils.clear_session()
    layer = names.create(case)
    inputs = [jnp.asarray(values(tensor)) for tensor in case["inputs"]]
    joined = lambda tensors: tensors if len(tensors) > 1 else tensors[0]
    training = case.get("training", False)
    layer.build(joined([array.shape for array in inputs]))
    described = weights_of(layer)
    layer.set_weights([values(weight) for weight in described])
    trainable = [variable.value for variable in layer.trainable_variables]
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def forward(arrays, parameters):
        return layer.stateless_call(parameters, fixed, joined(arrays), **({"training": True} if training else {}))

    output, after = forward(inputs, trainable)
    outer = uniform(output.shape, 800)

    def scalar(arrays, parameters):
        return jnp.sum(forward(arrays, parameters)[0] * jnp.asarray(values(outer)))

    by_inputs, by_weights = jax.grad(scalar, argnums=(0, 1))(inputs, trainable)
    result = {**case, "weights": described, "output": writer.tensor(output, 200), "outer": outer}
    result["inputGradients"] = [writer.tensor(array, 100) for array in by_inputs]
    if by_weights:
        result["weightGradients"] = {
            variable.name: writer.tensor(array, 100) for variable, array in zip(layer.trainable_variables, by_weights)
        }
    if training:
        result["weightsAfter"] = {
            variable.name: writer.tensor(array) for variable, array in zip(layer.non_trainable_variables, after)
        }
    return result


def record():
    for name, cases in layer_cases.FAMILIES.items():
        writer.write(f"layers-{name}", {"cases": [run(case) for case in cases()]})
