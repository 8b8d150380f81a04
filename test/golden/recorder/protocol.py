"""protocol.json: hooks and their logs, histories, steps, what evaluate and train_on_batch return."""

import keras

from . import names, writer
from .generator import labels, one_hot, uniform, values

COUNT, BATCH = 10, 4
X, Y = uniform([COUNT, 3], 41), labels([COUNT], 42, 3)
Y_SECOND, WEIGHT = uniform([COUNT, 1], 43, -2, 2), uniform([COUNT], 44, 0, 2)
WEIGHTS = [uniform([3, 4], 51), uniform([4], 52), uniform([4, 3], 53), uniform([3], 54)]
SECOND = [uniform([4, 1], 55), uniform([1], 56)]
SPARSE = {"class": "SparseCategoricalCrossentropy", "options": {}}
HOOKS = [f"on_{phase}_{edge}" for phase in ["train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch"]
         for edge in ["begin", "end"]]


class Recorder(keras.callbacks.Callback):
    """Writes down every hook with its number and the keys of its logs."""

    def __init__(self, stop_at=None):
        super().__init__()
        self.events, self.stop_at = [], stop_at
        for hook in HOOKS:
            setattr(self, hook, lambda *arguments, hook=hook, **named: self.note(hook, *arguments, **named))

    def note(self, hook, *arguments, logs=None):
        if arguments and isinstance(arguments[-1], dict):
            logs = arguments[-1]
        index = [arguments[0]] if arguments and isinstance(arguments[0], int) else []
        self.events.append([names.camel(hook), *index, list(logs or {})])
        if hook == "on_train_batch_end" and index == [self.stop_at]:
            self.model.stop_training = True


def single(**options):
    """Dense 4 tanh, dense 3 softmax; SGD 0.1; sparse cross-entropy unless told otherwise."""
    keras.utils.clear_session()
    layers = [keras.layers.Dense(4, activation="tanh", name="hidden"), keras.layers.Dense(3, activation="softmax", name="classes")]
    model = keras.Sequential([keras.Input([3], name="features"), *layers])
    model.set_weights([values(weight) for weight in WEIGHTS])
    settings = {"loss": SPARSE, "metrics": ["accuracy"], **options}
    model.compile(optimizer=keras.optimizers.SGD(0.1), **names.to_keras(settings))
    return model


def double(**options):
    """The same with a second output, dense 1 named value, beside classes."""
    keras.utils.clear_session()
    features = keras.Input([3], name="features")
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(features)
    outputs = [keras.layers.Dense(3, activation="softmax", name="classes")(hidden), keras.layers.Dense(1, name="value")(hidden)]
    model = keras.Model(features, outputs)
    model.set_weights([values(weight) for weight in WEIGHTS + SECOND])
    settings = {"loss": [SPARSE, {"class": "MeanSquaredError", "options": {}}], **options}
    model.compile(optimizer=keras.optimizers.SGD(0.1), **names.to_keras(settings))
    return model


def rounded(logs):
    return {key: writer.numbers(value) for key, value in logs.items()}


def hooks():
    """Hook order of fit, evaluate and predict."""
    x, y = values(X), values(Y)

    def fit(recorder, **options):
        single().fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[recorder], **options)

    def scene(name, run, options=None, stop_at=None):
        recorder = Recorder(stop_at)
        run(recorder, **names.to_keras(options or {}))
        return {"name": name, "options": options or {}, "events": recorder.events}

    validation = {"validation_data": (x[:5], y[:5]), "validation_batch_size": 3}
    yield scene("fit", fit, {"epochs": 2})
    yield {**scene("fitValidation", lambda recorder, **more: fit(recorder, **validation, **more), {"epochs": 2}),
           "options": {"epochs": 2, "validationSamples": 5, "validationBatchSize": 3}}
    yield {**scene("fitValidationFreq", lambda recorder, **more: fit(recorder, **validation, **more), {"epochs": 3, "validationFreq": 2}),
           "options": {"epochs": 3, "validationFreq": 2, "validationSamples": 5, "validationBatchSize": 3}}
    yield scene("fitInitialEpoch", fit, {"epochs": 4, "initialEpoch": 2})
    yield {**scene("fitStopped", fit, {"epochs": 3, "validationSplit": 0.3}, stop_at=0), "stopAfterBatch": 0}
    yield scene("fitSteps", fit, {"epochs": 2, "stepsPerEpoch": 1})
    yield scene("evaluate", lambda recorder: single().evaluate(x, y, batch_size=BATCH, verbose=0, callbacks=[recorder]))
    yield scene("predict", lambda recorder: single().predict(x, batch_size=BATCH, verbose=0, callbacks=[recorder]))


def histories():
    """Keys, order and values of History for several ways to compile and fit."""
    mean_squared = {"class": "MeanSquaredError", "options": {}}
    cases = [
        ("plain", {}, {"epochs": 2}),
        ("noMetrics", {"metrics": None}, {"epochs": 2}),
        ("validationSplit", {}, {"epochs": 2, "validationSplit": 0.25}),
        ("shortName", {"metrics": ["acc", "sparseCategoricalCrossentropy"]}, {"epochs": 1}),
        ("sampleWeight", {"weightedMetrics": ["accuracy"]}, {"epochs": 2, "sampleWeight": WEIGHT}),
        ("classWeight", {"weightedMetrics": ["accuracy"]}, {"epochs": 2, "classWeight": {"0": 0.5, "2": 3}}),
        ("stepsPerExecution", {"stepsPerExecution": 2}, {"epochs": 1}),
    ]
    for name, compiled, fitted in cases:
        yield history(name, single, compiled, fitted, values(Y))
    outputs = [values(Y), values(Y_SECOND)]
    cases = [
        ("twoOutputs", {"metrics": {"classes": ["accuracy"], "value": ["mae"]}}, {"epochs": 2, "validationSplit": 0.25}),
        ("lossWeights", {"lossWeights": [1, 0.5]}, {"epochs": 2}),
        ("oneLossForBoth", {"loss": mean_squared, "metrics": [["mae"], ["mae", "mse"]]}, {"epochs": 1}),
    ]
    for name, compiled, fitted in cases:
        y = outputs if name != "oneLossForBoth" else [values(one_hot([COUNT, 3], 42)), outputs[1]]
        yield history(name, double, compiled, fitted, y)


def history(name, build, compiled, fitted, y):
    model = build(**compiled)
    options = names.to_keras({key: value for key, value in fitted.items() if key not in ("sampleWeight", "classWeight")})
    if "sampleWeight" in fitted:
        options["sample_weight"] = values(fitted["sampleWeight"])
    if "classWeight" in fitted:
        options["class_weight"] = {int(key): value for key, value in fitted["classWeight"].items()}
    result = model.fit(values(X), y, batch_size=BATCH, shuffle=False, verbose=0, **options)
    evaluated = model.evaluate(values(X), y, batch_size=BATCH, verbose=0)
    as_logs = model.evaluate(values(X), y, batch_size=BATCH, verbose=0, return_dict=True)
    on_batch = model.test_on_batch(values(X), y)
    return {
        "name": name,
        "outputs": 1 if build is single else 2,
        "compile": compiled,
        "fit": fitted,
        "history": rounded(result.history),
        "epoch": result.epoch,
        "params": result.params,
        "evaluate": writer.numbers(evaluated),
        "evaluateLogs": rounded(as_logs),
        "testOnBatch": writer.numbers(on_batch),
        "metricsNames": model.metrics_names,
    }


class LastBatch(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.batch = batch

    def on_test_batch_end(self, batch, logs=None):
        self.test_batch = batch


def steps():
    """How many batches an epoch and a validation have."""
    for count, batch, split in [(10, 4, 0), (8, 4, 0), (3, 32, 0), (100, None, 0), (10, 3, 0.25), (11, 2, 0.3), (10, 4, 0.5)]:
        counter = LastBatch()
        x, y = values(uniform([count, 3], 45)), values(labels([count], 46, 3))
        result = single().fit(x, y, batch_size=batch, validation_split=split, verbose=0, callbacks=[counter])
        row = {"samples": count, "batchSize": batch, "validationSplit": split, "steps": counter.batch + 1}
        if split:
            row["validationSteps"] = counter.test_batch + 1
        yield {**row, "params": result.params}


def record():
    shared = {"x": X, "y": Y, "second": Y_SECOND, "batchSize": BATCH, "weights": WEIGHTS, "secondWeights": SECOND}
    content = {"hooks": list(hooks()), "histories": list(histories()), "steps": list(steps())}
    writer.write("protocol", {**shared, **content})
