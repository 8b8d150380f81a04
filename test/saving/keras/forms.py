"""Forms of Keras's files that models.py does not lead to: `forms.py FOLDER` writes one of each, with what Keras makes of it."""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import keras
import numpy as np
from keras import layers
from keras.src.legacy.saving import legacy_h5_format


def record(folder, name, model, x, **more):
    x = [np.asarray(v, "float32") for v in x]
    predictions = model.predict_on_batch(x if len(x) > 1 else x[0])
    plain = [{"shape": v.shape, "dtype": "float32", "data": v.ravel().tolist()} for v in [*x, predictions]]
    (folder / f"{name}.json").write_text(json.dumps({"x": plain[:-1], "predictions": plain[-1:], **more}))


def halves(folder):
    """Weights of 16 bits: ordinary, the largest, the smallest, infinite."""
    values = [1 / 3, -2.5, 65504, 2**-24, -(2**-14), float("inf")]
    model = keras.Sequential(
        [keras.Input((6,))] + [layers.Dense(1, dtype=dtype, name=dtype) for dtype in ("float16", "bfloat16")],
        name="halves",
    )
    model.layers[0].set_weights([np.array(values)[:, None], np.array([0.1])])
    model.layers[1].set_weights([np.array([[1 / 3]]), np.array([-3e38])])
    model.save(folder / "halves.keras")
    model.save_weights(folder / "halves.weights.h5")
    weights = [np.asarray(w, "float32").ravel().tolist() for layer in model.layers for w in layer.get_weights()]
    text = json.dumps({"weights": weights}).replace("Infinity", '"Infinity"')
    (folder / "halves.json").write_text(text)


def parts(folder):
    """Lists of names in several attributes, as Keras cuts those of more than 64 KB."""
    model = keras.Sequential(
        [keras.Input((3,))] + [layers.Dense(2, name=f"layer_of_a_long_list_{i}") for i in range(5)], name="parts"
    )
    limit = legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT
    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = 60
    model.save(folder / "parts.h5")
    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = limit
    record(folder, "parts", model, [np.random.normal(size=(4, 3))])


def old_layer(class_name, name, inbound, **config):
    return {"name": name, "class_name": class_name, "config": {"name": name, **config}, "inbound_nodes": inbound}


def old(folder):
    """A functional model in the words of Keras 2.2: two inputs, a shared layer, a merge, options in calls."""
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(3, activation="relu", name="shared")
    norm = layers.BatchNormalization(name="norm")
    merged = layers.Concatenate(name="merge")([shared(a), norm(shared(b), training=False)])
    model = keras.Model([a, b], layers.Dense(2, name="out")(merged), name="old")
    norm.set_weights([np.random.uniform(0.5, 1.5, 3) for _ in range(4)])
    model.save(folder / "old.h5")
    entry = {"batch_input_shape": [None, 4], "dtype": "float32", "sparse": False}
    dense = {"trainable": True, "use_bias": True}
    described = [
        old_layer("InputLayer", "b", [], **entry),
        old_layer("InputLayer", "a", [], **entry),
        old_layer("Dense", "shared", [[["a", 0, 0, {}]], [["b", 0, 0, {}]]], units=3, activation="relu", **dense),
        old_layer("BatchNormalization", "norm", [[["shared", 1, 0, {"training": False}]]], axis=[1], momentum=0.99),
        old_layer("Concatenate", "merge", [[["shared", 0, 0, {}], ["norm", 0, 0, {}]]], axis=-1),
        old_layer("Dense", "out", [[["merge", 0, 0, {}]]], units=2, activation="linear", **dense),
    ]
    config = {
        "name": "old",
        "layers": described,
        "input_layers": [["a", 0, 0], ["b", 0, 0]],
        "output_layers": [["out", 0, 0]],
    }
    with h5py.File(folder / "old.h5", "a") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Model", "config": config})
        file.attrs["keras_version"] = "2.2.4"
    record(folder, "old", model, [np.random.normal(size=(5, 4)) for _ in range(2)])


def by_name(folder):
    """Weights of one model for another that shares some layers: one of them has another shape."""

    def make(name, head, classes):
        return keras.Sequential(
            [
                keras.Input((6, 6, 2)),
                layers.Conv2D(3, 3, activation="relu", name="conv"),
                layers.BatchNormalization(name="norm"),
                layers.GlobalAveragePooling2D(),
                *head,
                layers.Dense(classes, name="classes"),
            ],
            name=name,
        )

    source = make("source", [], 4)
    source.layers[1].set_weights([np.random.uniform(0.5, 1.5, 3) for _ in range(4)])
    target = make("target", [layers.Dense(5, activation="relu", name="hidden")], 2)
    source.save(folder / "source.h5")
    target.save_weights(folder / "target.weights.h5")
    target.load_weights(folder / "source.h5", by_name=True, skip_mismatch=True)
    record(folder, "target", target, [np.random.normal(size=(4, 6, 6, 2))], config=json.loads(target.to_json()))


def code(folder):
    """Python code in a layer, compiled under a name that is the same everywhere."""
    double = eval(compile("lambda x: x * 2", "code.py", "eval"))
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Lambda(double, name="double")], name="code")
    model.save(folder / "code.keras")
    model.save(folder / "code.h5")
    record(folder, "code", model, [np.random.normal(size=(4, 3))])


def mixed(folder):
    """A model of mixed_float16 with its loss scaling, after a step that overflowed and two that did not."""
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu", name="hidden"),
            layers.LayerNormalization(name="norm"),
            layers.Dense(2, dtype="float32", name="out"),
        ],
        name="mixed",
    )
    scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01), initial_scale=64.0, dynamic_growth_steps=3)
    model.compile(scaling, "mse")
    keras.config.set_dtype_policy("float32")
    x, y = np.random.normal(size=(6, 4)).astype("float32"), np.random.normal(size=(6, 2)).astype("float32")

    def loss(factor=1.0):
        model.reset_metrics()
        return float(model.train_on_batch(x, y * np.float32(factor), return_dict=True)["loss"])

    for factor in (1e30, 1, 1):
        loss(factor)
    model.save(folder / "mixed.keras")
    plain = lambda array: {"shape": array.shape, "dtype": "float32", "data": np.asarray(array).ravel().tolist()}
    described = {"x": [plain(x)], "y": [plain(y)], "predictions": [plain(model.predict_on_batch(x))]}
    described["iterations"] = int(scaling.iterations)
    described["scale"], described["counter"] = float(scaling.dynamic_scale), int(scaling.step_counter)
    described["losses"] = [loss() for _ in range(3)]
    described["scaleAfter"] = float(scaling.dynamic_scale)
    (folder / "mixed.json").write_text(json.dumps(described) + "\n")


if __name__ == "__main__":
    keras.utils.set_random_seed(11)
    np.random.seed(11)
    for make in (halves, parts, old, by_name, code, mixed):
        make(pathlib.Path(sys.argv[1]))
