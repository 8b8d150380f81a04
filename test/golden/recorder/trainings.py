"""trainings.json: ten-step trainings, batch by batch, without shuffling."""

import jax
import keras
import numpy as np

from . import generator, names, training_models, writer

RANGES = {
    "bias": (-0.1, 0.1),
    "gamma": (0.5, 1.5),
    "beta": (-0.2, 0.2),
    "moving_mean": (-0.1, 0.1),
    "moving_variance": (0.5, 1.5),
}


def build(case, policy=None):
    """The Keras model of a description: layers in a row, or the listed calls."""
    keras.utils.clear_session()  # forgets the policy too
    if policy is not None:
        keras.config.set_dtype_policy(policy)
    layers = {entry["name"]: names.create(entry, name=entry["name"]) for entry in case["layers"]}
    known = {entry["name"]: keras.Input(entry["shape"], name=entry["name"]) for entry in case["inputs"]}
    inputs = list(known.values())
    if "calls" not in case:
        return keras.Sequential([inputs[0], *layers.values()])
    for call in case["calls"]:
        arguments = [known[name] for name in call["inputs"]]
        known[call["output"]] = layers[call["layer"]](arguments if len(arguments) > 1 else arguments[0])
    return keras.Model(inputs, [known[name] for name in case["outputs"]])


def initial_weights(model, first_seed):
    """One description for each weight, in the order of model.weights."""
    weights = []
    for index, weight in enumerate(model.weights):
        layer, name = weight.path.split("/")[-2:]
        low, high = RANGES.get(name, (-0.4, 0.4))
        weights.append({"name": f"{layer}/{name}", **generator.uniform(weight.shape, first_seed + index, low, high)})
    return weights


def prepared(case, weights, policy=None):
    """A compiled model holding its initial weights."""
    model = build(case, policy)
    dtype = keras.config.floatx()
    model.set_weights([generator.values(weight, dtype) for weight in weights])
    options = case["compile"]
    model.compile(
        optimizer=names.create(options["optimizer"]),
        loss=names.to_keras(options["loss"]),
        loss_weights=options.get("lossWeights"),
        metrics=options["metrics"],
    )
    return model


def data(tensors):
    arrays = {name: generator.values(tensor, keras.config.floatx()) for name, tensor in tensors.items()}
    return arrays if len(arrays) > 1 else next(iter(arrays.values()))


def part(arrays, start, count):
    if isinstance(arrays, dict):
        return {name: array[start : start + count] for name, array in arrays.items()}
    return arrays[start : start + count]


def logs_of(logs):
    return {key: writer.number(value) for key, value in logs.items()}


class Running(keras.callbacks.Callback):
    """Keeps the logs of every batch: running means since the epoch's start."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(logs_of(logs))


def train(case, weights):
    """Trains twice, by train_on_batch and by fit; both must end in the same weights."""
    x, y = data(case["x"]), data(case["y"])
    model = prepared(case, weights)
    steps = []
    for step in range(training_models.STEPS):
        start = step * training_models.BATCH
        model.reset_metrics()
        batch = part(x, start, training_models.BATCH), part(y, start, training_models.BATCH)
        steps.append(logs_of(model.train_on_batch(*batch, return_dict=True)))
    fitted, running = prepared(case, weights), Running()
    fitted.fit(x, y, batch_size=training_models.BATCH, epochs=1, shuffle=False, verbose=0, callbacks=[running])
    for one, other in zip(model.get_weights(), fitted.get_weights()):
        np.testing.assert_array_equal(one, other)
    evaluation = fitted.evaluate(x, y, batch_size=training_models.BATCH, verbose=0, return_dict=True)
    predictions = fitted.predict(part(x, 0, 4), verbose=0)
    predictions = predictions if isinstance(predictions, list) else [predictions]
    return {
        "steps": steps,
        "running": running.seen,
        "evaluate": logs_of(evaluation),
        "predict": [writer.tensor(array) for array in predictions],
        "weights": [writer.tensor(array) for array in fitted.get_weights()],
    }


def record():
    trainings = []
    for index, case in enumerate(training_models.MODELS):
        weights = initial_weights(build(case), 1000 * (index + 1))
        results = {"float32": train(case, weights)}
        jax.config.update("jax_enable_x64", True)
        keras.config.set_floatx("float64")
        results["float64"] = train(case, weights)
        keras.config.set_floatx("float32")
        jax.config.update("jax_enable_x64", False)
        size = {"batchSize": training_models.BATCH}
        trainings.append({**case, **size, "initialWeights": weights, **results})
    writer.write("trainings", {"trainings": trainings})
