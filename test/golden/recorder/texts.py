"""texts/*.txt: what summary, fit, evaluate and predict print into a file."""

import contextlib
import io
import os

import keras

from .generator import labels, uniform, values
from .writer import FOLDER

layers = keras.layers


def sequential():
    """A convolutional net with batch normalisation; not compiled."""
    return keras.Sequential([
        keras.Input([32, 32, 3]),
        layers.Conv2D(32, 3, padding="same"),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])


def branched():
    """Two branches of one input, added and concatenated; two outputs."""
    image = keras.Input([16, 16, 3], name="image")
    wide = layers.Conv2D(8, 5, padding="same", activation="relu", name="wide")(image)
    narrow = layers.Conv2D(8, 1, name="narrow")(image)
    both = layers.Concatenate(name="both")([layers.Add(name="sum")([wide, narrow]), wide])
    pooled = layers.GlobalAveragePooling2D(name="pooled")(both)
    return keras.Model(image, [layers.Dense(4, name="kind")(pooled), layers.Dense(1, name="value")(pooled)], name="branched")


def nested():
    """A frozen model as a layer of another, compiled and trained so that its optimizer is counted."""
    base = keras.Sequential([keras.Input([8]), layers.Dense(6, name="inner")], name="base")
    base.trainable = False
    features = keras.Input([8], name="features")
    model = keras.Model(features, layers.Dense(3, name="classes")(base(features)), name="nested")
    model.compile(optimizer="adam", loss="mse")
    model.train_on_batch(values(uniform([2, 8], 1)), values(uniform([2, 3], 2)))
    return model


def unbuilt():
    return keras.Sequential([layers.Conv2D(4, 3), layers.Dense(2)], name="unbuilt")


SUMMARIES = [
    ("summary-sequential", sequential, {}),
    ("summary-branched", branched, {}),
    ("summary-nested", nested, {}),
    ("summary-nested-expanded", nested, {"expand_nested": True, "show_trainable": True}),
    ("summary-narrow", sequential, {"line_length": 60}),
    ("summary-unbuilt", unbuilt, {}),
]


def small():
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input([3]), layers.Dense(4, activation="tanh"), layers.Dense(3, activation="softmax")])
    seeds = iter(range(51, 55))
    model.set_weights([values(uniform(weight.shape, next(seeds))) for weight in model.weights])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def runs():
    """Name and action; the same model and data as protocol.json's histories."""
    x, y = values(uniform([10, 3], 41)), values(labels([10], 42, 3))
    more = {"batch_size": 4, "shuffle": False}
    yield "fit-verbose-1", lambda: small().fit(x, y, epochs=2, verbose=1, **more)
    yield "fit-verbose-2", lambda: small().fit(x, y, epochs=2, verbose=2, **more)
    yield "fit-one-epoch", lambda: small().fit(x, y, epochs=1, verbose=1, **more)
    yield "fit-validation", lambda: small().fit(x, y, epochs=2, verbose=1, validation_split=0.3, **more)
    yield "fit-validation-verbose-2", lambda: small().fit(x, y, epochs=2, verbose=2, validation_split=0.3, **more)
    yield "evaluate-verbose-1", lambda: small().evaluate(x, y, batch_size=4, verbose=1)
    yield "evaluate-verbose-2", lambda: small().evaluate(x, y, batch_size=4, verbose=2)
    yield "predict-verbose-1", lambda: small().predict(x, batch_size=4, verbose=1)
    yield "predict-verbose-2", lambda: small().predict(x, batch_size=4, verbose=2)


def write(name, text):
    folder = os.path.join(FOLDER, "texts")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.txt"), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    print(f"texts/{name}.txt: {len(text)} characters")


def record():
    for name, build, options in SUMMARIES:
        keras.utils.clear_session()
        lines = []
        build().summary(print_fn=lambda line, **_: lines.append(line), **options)
        write(name, "\n".join(lines) + "\n")
    for name, action in runs():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            action()
        write(name, printed.getvalue())
