"""mixed.json: 16-bit types: conversions, promotion, layers and trainings under dtype policies, dynamic loss scaling."""

import jax
import jax.numpy as jnp
import keras
import ml_dtypes
import numpy as np

from . import generator, layer_cases, layers, names, trainings, training_models, writer

POLICIES = ["mixed_bfloat16", "mixed_float16"]
DTYPES = ["bool", "uint8", "int32", "float16", "bfloat16", "float32"]  # JAX has float64 only where it was asked for
KINDS = {"bfloat16": ml_dtypes.bfloat16, "float16": np.float16}


def conversions():
    """Bits that float32 numbers of all sizes become; numbers are exact in nine digits."""
    np.seterr(over="ignore")
    scales = [2.0**power for power in (-140, -130, -26, -24, -20, -15, -10, 0, 7, 15, 16, 100)]
    found = []
    for index, scale in enumerate(scales):
        found.append(generator.lcg(50 + index, 12, -scale, scale).astype("float32"))
    sources = np.concatenate([*found, np.float32([0, 65504, 65519, 65520, -65536, 3.4e38, 1e-45])])
    bits = {name: sources.astype(kind).view("uint16").tolist() for name, kind in KINDS.items()}
    return {"sources": [writer.number(value) for value in sources], **bits}


def promotions():
    return [[a, b, keras.backend.result_type(a, b)] for a in DTYPES for b in DTYPES]


def single_layer(case, policy):
    """As recorder/layers.py, with the layer under a policy: output, gradients, and the types of output and weights."""
    keras.utils.clear_session()
    layer = names.create({**case, "options": {**case["options"], "dtype": policy}})
    inputs = [jnp.asarray(generator.values(tensor)) for tensor in case["inputs"]]
    joined = lambda tensors: tensors if len(tensors) > 1 else tensors[0]
    training = case.get("training", False)
    layer.build(joined([array.shape for array in inputs]))
    described = layers.weights_of(layer)
    layer.set_weights([generator.values(weight) for weight in described])
    trainable = [variable.value for variable in layer.trainable_variables]
    fixed = [variable.value for variable in layer.non_trainable_variables]

    def forward(arrays, parameters):
        # Not stateless_call, which leaves out the casts of Layer.__call__.
        held = [*zip(layer.trainable_variables, parameters), *zip(layer.non_trainable_variables, fixed)]
        with keras.StatelessScope(state_mapping=held):
            return layer(joined(arrays), **({"training": True} if training else {}))

    outer = generator.uniform(jax.eval_shape(forward, inputs, trainable).shape, 800)

    def scalar(arrays, parameters):
        output = forward(arrays, parameters)
        return jnp.sum(output.astype("float32") * jnp.asarray(generator.values(outer))), output

    differentiate = jax.jit(jax.grad(scalar, argnums=(0, 1), has_aux=True))
    (by_inputs, by_weights), output = differentiate(inputs, trainable)
    wide = lambda array: writer.tensor(np.asarray(array).astype("float32"), 60)
    return {
        **case,
        "policy": policy,
        "dtype": str(output.dtype),
        "weightTypes": [str(weight.dtype) for weight in layer.weights],
        "weights": described,
        "output": wide(output),
        "outer": outer,
        "inputGradients": [wide(array) for array in by_inputs],
        "weightGradients": {
            variable.name: wide(array) for variable, array in zip(layer.trainable_variables, by_weights)
        },
    }


def layer_results():
    """Every sixth case of each family, and every second normalisation."""
    for family, cases in layer_cases.FAMILIES.items():
        for index, case in enumerate(cases()):
            if index % (2 if family == "normalization" else 6) == 0:
                for policy in POLICIES:
                    yield single_layer(case, policy)


def comparable(case, policy):
    """Inside a LossScaleOptimizer, whose build tracks no variables, Keras's Nadam forgets its product of momenta."""
    return (case["compile"]["optimizer"]["class"], policy) != ("Nadam", "mixed_float16")


def training(case, policy):
    """The losses of ten steps from the same weights as in trainings.json."""
    try:
        model = trainings.prepared(case, case["initialWeights"], policy)
        steps = []
        x, y = trainings.data(case["x"]), trainings.data(case["y"])
        batch = case["batchSize"]
        for step in range(training_models.STEPS):
            logs = model.train_on_batch(
                trainings.part(x, step * batch, batch), trainings.part(y, step * batch, batch), return_dict=True
            )
            model.reset_metrics()
            steps.append(writer.number(logs["loss"]))
        result = {"name": case["name"], "policy": policy, "losses": steps, "iterations": int(model.optimizer.iterations)}
        if hasattr(model.optimizer, "dynamic_scale"):
            result["scale"] = writer.number(model.optimizer.dynamic_scale)
            result["finiteSteps"] = int(model.optimizer.step_counter)
        return result
    finally:
        keras.config.set_dtype_policy("float32")


# Which steps meet a gradient that is not finite, and what it is.
OVERFLOWS = {1: np.inf, 2: -np.inf, 7: np.nan, 12: np.inf}
SCALE_CASES = [
    ("sgd_momentum", {"class": "SGD", "options": {"learningRate": 0.1, "momentum": 0.9}}),
    ("adam_ema", {"class": "Adam", "options": {"learningRate": 0.01, "useEma": True, "emaMomentum": 0.5}}),
    ("adam_accumulation", {"class": "Adam", "options": {"learningRate": 0.01, "gradientAccumulationSteps": 2}}),
]
SCALE_STEPS = 16


def loss_scaling(name, inner):
    """Weights, scale, counter and iterations after each step; gradients are given times the scale of the step."""
    keras.utils.clear_session()
    start = {"kernel": generator.uniform([2, 3], 11), "bias": generator.uniform([3], 12)}
    given = {"kernel": generator.uniform([SCALE_STEPS, 2, 3], 21), "bias": generator.uniform([SCALE_STEPS, 3], 22)}
    weights = [keras.Variable(generator.values(tensor), name=key) for key, tensor in start.items()]
    gradients = [generator.values(tensor) for tensor in given.values()]
    options = {"initialScale": 8, "dynamicGrowthSteps": 3}
    optimizer = keras.optimizers.LossScaleOptimizer(names.create(inner), initial_scale=8.0, dynamic_growth_steps=3)
    optimizer.build(weights)
    after = []
    for step in range(SCALE_STEPS):
        scaled = [np.array(gradient[step]) * float(optimizer.dynamic_scale) for gradient in gradients]
        if step in OVERFLOWS:
            scaled[step % 2].flat[step % 3] = OVERFLOWS[step]
        # `apply` itself does not run with the JAX backend: fit takes this way too.
        values, state = optimizer.stateless_apply(
            [variable.value for variable in optimizer.variables],
            [jnp.asarray(gradient) for gradient in scaled],
            [weight.value for weight in weights],
        )
        for variable, value in zip([*weights, *optimizer.variables], [*values, *state]):
            variable.assign(value)
        after.append({
            "kernel": writer.numbers(weights[0]),
            "bias": writer.numbers(weights[1]),
            "scale": writer.number(optimizer.dynamic_scale),
            "counter": int(optimizer.step_counter),
            "iterations": int(optimizer.iterations),
        })
    variables = [variable.path.split("/")[-1] for variable in optimizer.variables]
    overflows = [[step, step % 2, step % 3, writer.number(value)] for step, value in OVERFLOWS.items()]
    return {
        "name": name, "inner": inner, "options": options, "start": start, "gradients": given,
        "overflows": overflows, "variables": variables, "after": after,
    }


def record():
    import json
    import os

    with open(os.path.join(writer.FOLDER, "trainings.json"), encoding="utf-8") as file:
        described = json.load(file)["trainings"]
    writer.write("mixed", {
        "conversions": conversions(),
        "promotions": promotions(),
        "lossScaling": [loss_scaling(*case) for case in SCALE_CASES],
        "trainings": [training(case, policy) for case in described for policy in POLICIES if comparable(case, policy)],
        "layers": list(layer_results()),
    })
