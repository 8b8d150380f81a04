"""optimizers.json: two weights, ten given gradients, the weights after every step."""

import jax.numpy as jnp
import keras

from . import generator, names, writer

STEPS = 10
SHAPES = {"kernel": [3, 4], "bias": [4]}
START = {"kernel": generator.uniform([3, 4], 11), "bias": generator.uniform([4], 12)}
# One row of numbers a step; large enough for every kind of clipping to bite now and then.
GRADIENTS = {
    "kernel": generator.uniform([STEPS, 3, 4], 21, -0.6, 0.6),
    "bias": generator.uniform([STEPS, 4], 22, -0.6, 0.6),
}

EXPONENTIAL = {"class": "ExponentialDecay", "options": {"initialLearningRate": 0.05, "decaySteps": 3, "decayRate": 0.5}}

CASES = [
    ("sgd", "SGD", {}),
    ("sgd_rate", "SGD", {"learningRate": 0.1}),
    ("sgd_momentum", "SGD", {"learningRate": 0.1, "momentum": 0.9}),
    ("sgd_nesterov", "SGD", {"learningRate": 0.1, "momentum": 0.8, "nesterov": True}),
    ("sgd_schedule", "SGD", {"learningRate": EXPONENTIAL, "momentum": 0.9}),
    ("sgd_clipnorm", "SGD", {"learningRate": 0.1, "clipnorm": 0.5}),
    ("sgd_clipvalue", "SGD", {"learningRate": 0.1, "clipvalue": 0.2}),
    ("sgd_global_clipnorm", "SGD", {"learningRate": 0.1, "globalClipnorm": 0.7}),
    ("sgd_weight_decay", "SGD", {"learningRate": 0.1, "weightDecay": 0.05}),
    ("sgd_ema", "SGD", {"learningRate": 0.1, "useEma": True, "emaMomentum": 0.9}),
    ("sgd_ema_overwrite", "SGD", {"learningRate": 0.1, "useEma": True, "emaMomentum": 0.8, "emaOverwriteFrequency": 3}),
    ("sgd_accumulation", "SGD", {"learningRate": 0.1, "momentum": 0.9, "gradientAccumulationSteps": 3}),
    ("sgd_accumulation_schedule", "SGD", {"learningRate": EXPONENTIAL, "gradientAccumulationSteps": 2}),
    ("sgd_loss_scale", "SGD", {"learningRate": 0.1, "lossScaleFactor": 4}),
    ("sgd_clipnorm_decay_ema", "SGD", {"learningRate": 0.1, "momentum": 0.9, "clipnorm": 0.5, "weightDecay": 0.01, "useEma": True}),
    ("adam", "Adam", {}),
    ("adam_options", "Adam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.001}),
    ("adam_amsgrad", "Adam", {"learningRate": 0.01, "amsgrad": True}),
    ("adam_schedule", "Adam", {"learningRate": EXPONENTIAL}),
    ("adam_clipnorm", "Adam", {"learningRate": 0.01, "clipnorm": 0.5}),
    ("adam_weight_decay", "Adam", {"learningRate": 0.01, "weightDecay": 0.1}),
    ("adam_accumulation", "Adam", {"learningRate": 0.01, "gradientAccumulationSteps": 2}),
    ("adam_ema_overwrite", "Adam", {"learningRate": 0.01, "useEma": True, "emaMomentum": 0.5, "emaOverwriteFrequency": 4}),
    ("adamw", "AdamW", {}),
    ("adamw_options", "AdamW", {"learningRate": 0.01, "weightDecay": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-5}),
    ("adamw_amsgrad", "AdamW", {"learningRate": 0.01, "amsgrad": True}),
    ("nadam", "Nadam", {}),
    ("nadam_options", "Nadam", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.001}),
    ("nadam_schedule", "Nadam", {"learningRate": EXPONENTIAL}),
    ("adamax", "Adamax", {}),
    ("adamax_options", "Adamax", {"learningRate": 0.02, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.001}),
    ("rmsprop", "RMSprop", {}),
    ("rmsprop_options", "RMSprop", {"learningRate": 0.01, "rho": 0.8, "epsilon": 0.001}),
    ("rmsprop_momentum", "RMSprop", {"learningRate": 0.01, "momentum": 0.9}),
    ("rmsprop_centered", "RMSprop", {"learningRate": 0.01, "centered": True}),
    ("rmsprop_centered_momentum", "RMSprop", {"learningRate": 0.01, "rho": 0.8, "momentum": 0.5, "centered": True}),
    ("adagrad", "Adagrad", {}),
    ("adagrad_options", "Adagrad", {"learningRate": 0.1, "initialAccumulatorValue": 0.5, "epsilon": 0.001}),
    ("adadelta", "Adadelta", {}),
    ("adadelta_options", "Adadelta", {"learningRate": 1.0, "rho": 0.8, "epsilon": 0.001}),
    ("lion", "Lion", {}),
    ("lion_options", "Lion", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1}),
    ("ftrl", "Ftrl", {}),
    ("ftrl_options", "Ftrl", {
        "learningRate": 0.1, "learningRatePower": -0.4, "initialAccumulatorValue": 0.2,
        "l1RegularizationStrength": 0.01, "l2RegularizationStrength": 0.02, "beta": 0.1,
    }),
]


def run(case):
    """One trajectory: the weights after each step, the slots' names, averages if there are any."""
    keras.utils.clear_session()
    name, kind, options = case
    weights = [keras.Variable(generator.values(START[key]), name=key) for key in SHAPES]
    gradients = [generator.values(GRADIENTS[key]) for key in SHAPES]
    optimizer = names.create({"class": kind, "options": options})
    optimizer.build(weights)
    after, iterations, rates = [], [], []
    for step in range(STEPS):
        rates.append(writer.number(optimizer.learning_rate))
        optimizer.apply([jnp.asarray(gradient[step]) for gradient in gradients], weights)
        after.append([writer.numbers(weight) for weight in weights])
        iterations.append(int(optimizer.iterations))
    result = {"name": name, "class": kind, "options": options}
    result["variables"] = [variable.path.split("/")[-1] for variable in optimizer.variables]
    if iterations != list(range(1, STEPS + 1)):
        result["iterations"] = iterations
    if "class" in str(options.get("learningRate")):
        result["learningRates"] = rates
    result["after"] = {key: [step[index] for step in after] for index, key in enumerate(SHAPES)}
    if optimizer.use_ema:
        optimizer.finalize_variable_values(weights)
        result["finalized"] = {key: writer.numbers(weight) for key, weight in zip(SHAPES, weights)}
    return result


def record():
    writer.write("optimizers", {"start": START, "gradients": GRADIENTS, "cases": [run(case) for case in CASES]})
