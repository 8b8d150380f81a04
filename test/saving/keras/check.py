"""Keras's side of the exchange: `check.py write FOLDER` and `check.py read FOLDER`."""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

from models import MODELS, RANDOM

TOLERANCE = 1e-5


def batch(model, seed):
    """Inputs and targets that fit the model's shapes."""
    random = np.random.default_rng(seed)
    inputs = [random.normal(size=(6, *x.shape[1:])).astype("float32") for x in model.inputs]
    if model.name == "cnn":
        return inputs, [random.integers(0, 3, 6).astype("int32")]
    return inputs, [random.uniform(0.1, 0.5, size=(6, *y.shape[1:])).astype("float32") for y in model.outputs]


def single(values):
    return values[0] if len(values) == 1 else values


def losses(model, x, y, steps):
    found = []
    for _ in range(steps):
        model.reset_metrics()
        found.append(float(model.train_on_batch(single(x), single(y), return_dict=True)["loss"]))
    return found


def predictions(model, x):
    found = model.predict_on_batch(single(x))
    return found if isinstance(found, (list, tuple)) else [found]


def plain(arrays):
    return [{"shape": a.shape, "dtype": str(a.dtype), "data": np.asarray(a).ravel().tolist()} for a in arrays]


def write(folder):
    keras.utils.set_random_seed(7)
    for make in MODELS:
        model = make()
        name = model.name
        x, y = batch(model, 1)
        losses(model, x, y, 2)
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        model.save_weights(folder / f"{name}.weights.h5")
        record = {
            "name": name,
            "random": name in RANDOM,
            "x": plain(x),
            "y": plain(y),
            "predictions": plain(predictions(model, x)),
            "config": json.loads(model.to_json()),
            "iterations": int(model.optimizer.iterations),
            "losses": losses(model, x, y, 3),
        }
        (folder / f"{name}.json").write_text(json.dumps(record))


def array(value):
    return np.array(value["data"], value["dtype"]).reshape(value["shape"])


def largest_difference(a, b):
    """Relative for values above 1."""
    return max(
        float(np.max(np.abs(np.asarray(p) - q) / np.maximum(1, np.abs(q)))) for p, q in zip(a, b, strict=True)
    )


def check(path, record):
    """Differences of predictions and of the next losses, for one file."""
    x, y = [array(v) for v in record["x"]], [array(v) for v in record["y"]]
    if path.name.endswith(".weights.h5"):
        model = keras.models.model_from_json(json.dumps(record["config"]))
        model.load_weights(path)
    else:
        model = keras.models.load_model(path)
    result = {"predictions": largest_difference(predictions(model, x), [array(v) for v in record["predictions"]])}
    # Keras 3 builds the optimizer of a legacy file before it knows the weights, and starts it anew, its own files too.
    if path.name.endswith(".keras"):
        result["iterations"] = int(model.optimizer.iterations) - record["iterations"]
        if not record["random"]:
            result["losses"] = largest_difference([losses(model, x, y, 3)], [np.array(record["losses"])])
    return result


def read(folder):
    failed = False
    for description in sorted(folder.glob("*.json")):
        record = json.loads(description.read_text())
        for ending in [".keras", ".h5", ".weights.h5"]:
            path = folder / f"{record['name']}{ending}"
            try:
                result = check(path, record)
                good = all(abs(value) <= TOLERANCE for value in result.values())
            except Exception as error:  # every failure is reported by name
                result, good = f"{type(error).__name__}: {error}", False
            failed = failed or not good
            print(f"{'ok  ' if good else 'FAIL'} laminet -> Keras  {path.name}: {result}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    mode, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    print(f"Keras {keras.__version__} on {keras.backend.backend()}")
    (write if mode == "write" else read)(folder)
