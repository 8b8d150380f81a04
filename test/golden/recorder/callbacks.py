"""callbacks.json: what callbacks do with given logs, epoch by epoch, without training."""

import keras
import numpy as np

from . import names, writer

FALLING = [1.0, 0.8, 0.9, 0.85, 0.79, 0.81, 0.82, 0.83, 0.84, 0.7]
FLAT = [1.0, 0.5, 0.5, 0.49995, 0.49, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
RISING = [0.1, 0.3, 0.2, 0.25, 0.35, 0.34, 0.33, 0.32, 0.31, 0.3]
GAP = [None, 0.5, None, 0.6, 0.7, 0.8]

EARLY_STOPPING = [
    (FALLING, {}),
    (FALLING, {"patience": 2}),
    (FALLING, {"patience": 3}),
    (FALLING, {"patience": 3, "restoreBestWeights": True}),
    (FALLING, {"patience": 9, "restoreBestWeights": True}),
    (FALLING[:9], {"patience": 9, "restoreBestWeights": True}),
    (FALLING, {"patience": 2, "minDelta": 0.05}),
    (FALLING, {"patience": 2, "baseline": 0.75}),
    (FALLING, {"patience": 1, "startFromEpoch": 4}),
    (FALLING, {"patience": 4, "startFromEpoch": 2, "restoreBestWeights": True}),
    (RISING, {"patience": 3, "mode": "max", "restoreBestWeights": True}),
    (RISING, {"patience": 1, "mode": "min"}),
    ([float("nan"), 0.5, 0.4], {"patience": 1}),
    ([0.5, float("nan"), 0.6, 0.4], {"patience": 3}),
    (GAP, {"patience": 2}),
]
PLATEAU = [
    (FALLING, {"patience": 2}),
    (FALLING, {"patience": 1, "factor": 0.5}),
    (FLAT, {"patience": 2, "factor": 0.5}),
    (FLAT, {"patience": 2, "factor": 0.5, "minDelta": 0}),
    (FLAT, {"patience": 2, "factor": 0.5, "cooldown": 2}),
    (FLAT, {"patience": 1, "factor": 0.1, "minLr": 0.001}),
    (RISING, {"patience": 2, "mode": "max", "factor": 0.2}),
    (GAP, {"patience": 1}),
]
CHECKPOINT = [
    (FALLING, {"filepath": "net.{epoch:02d}-{val_loss:.2f}.keras"}),
    (FALLING, {"filepath": "best.keras", "saveBestOnly": True}),
    (FALLING, {"filepath": "best.weights.h5", "saveBestOnly": True, "saveWeightsOnly": True, "initialValueThreshold": 0.8}),
    (RISING, {"filepath": "net-{epoch}-{val_loss:.3f}.keras", "saveBestOnly": True, "mode": "max"}),
    (GAP, {"filepath": "best.keras", "saveBestOnly": True}),
]


def model():
    """One weight; the optimizer's rate starts at 0.1."""
    net = keras.Sequential([keras.Input([1]), keras.layers.Dense(1, use_bias=False)])
    net.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    net.stop_training = False
    return net


def epochs(callback, net, series):
    """Yields after the end of each epoch; the weight is the epoch's number meanwhile."""
    callback.set_model(net)
    callback.on_train_begin({})
    for epoch, value in enumerate(series):
        net.set_weights([np.full([1, 1], epoch)])
        callback.on_epoch_begin(epoch, {})
        logs = {"loss": 2.0} if value is None else {"loss": 2.0, "val_loss": value}
        callback.on_epoch_end(epoch, logs)
        yield epoch, logs
        if net.stop_training:
            break
    callback.on_train_end({})


def shown(series):
    return [value if value is None else writer.number(value) for value in series]


def early_stopping(series, options):
    net, last = model(), 0
    for last, _ in epochs(keras.callbacks.EarlyStopping(**names.to_keras(options)), net, series):
        pass
    result = {"stopped": net.stop_training, "lastEpoch": last, "weight": writer.number(net.get_weights()[0][0, 0])}
    return {"options": options, "valLoss": shown(series), **result}


def plateau(series, options):
    net, rates, logged = model(), [], []
    for _, logs in epochs(keras.callbacks.ReduceLROnPlateau(**names.to_keras(options)), net, series):
        rates.append(writer.number(net.optimizer.learning_rate))
        logged.append(writer.number(logs["learning_rate"]))
    return {"options": options, "valLoss": shown(series), "rates": rates, "logged": logged}


def checkpoint(series, options):
    net, saved = model(), []
    for method in ["save", "save_weights"]:
        setattr(net, method, lambda path, **_: saved.append(str(path)))
    arguments = {key: value for key, value in options.items() if key != "filepath"}
    callback = keras.callbacks.ModelCheckpoint(filepath=options["filepath"], **names.to_keras(arguments))
    after = [len(saved) for _ in epochs(callback, net, series)]
    return {"options": options, "valLoss": shown(series), "saved": saved, "savedAfterEpoch": after}


def record():
    content = {
        "earlyStopping": [early_stopping(*case) for case in EARLY_STOPPING],
        "reduceLROnPlateau": [plateau(*case) for case in PLATEAU],
        "modelCheckpoint": [checkpoint(*case) for case in CHECKPOINT],
    }
    writer.write("callbacks", content)
