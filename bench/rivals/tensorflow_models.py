"""The benchmark's models in Keras on TensorFlow. The last layer gives logits, which the loss takes directly."""

import math

from keras import Input, Sequential, layers


def conv(filters, kernel=3, **options):
    return layers.Conv2D(filters, kernel, **{"padding": "same", "activation": "relu", **options})


def normalized(filters, strides=1, padding="same", activation=None):
    return [
        layers.Conv2D(filters, 3, strides=strides, padding=padding),
        layers.BatchNormalization(),
        activation or layers.LeakyReLU(negative_slope=0.3),
    ]


def model_a():
    return [
        conv(48), layers.MaxPooling2D(3),
        conv(128), layers.MaxPooling2D(3),
        conv(192), conv(192), conv(128), layers.MaxPooling2D(3),
        layers.Flatten(),
        layers.Dense(1024, activation="relu"), layers.Dropout(0.5),
        layers.Dense(1024, activation="relu"),
        layers.Dense(10),
    ]


def model_b():
    return [
        *normalized(32), *normalized(32, 2), *normalized(64), *normalized(64, 2),
        layers.Flatten(),
        layers.Dense(128), layers.BatchNormalization(), layers.LeakyReLU(negative_slope=0.3), layers.Dropout(0.5),
        layers.Dense(10),
    ]


def model_c():
    return [
        conv(64, 7), layers.MaxPooling2D(2),
        conv(128), conv(128), layers.MaxPooling2D(2),
        conv(256), conv(256), layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"), layers.Dropout(0.5),
        layers.Dense(64, activation="relu"), layers.Dropout(0.5),
        layers.Dense(10),
    ]


def model_d():
    stages = []
    for filters, pool in [(32, True), (64, True), (128, False)]:
        stages += normalized(filters, padding="valid", activation=layers.ReLU())
        stages += [layers.MaxPooling2D(3)] if pool else []
    return [*stages, layers.GlobalAveragePooling2D(), layers.Dense(2)]


# name: (layers, channels, height and width, trainable parameters)
MODELS = {
    "A": (model_a, 3, 32, 2_023_370),
    "B": (model_b, 3, 32, 591_914),
    "C": (model_c, 1, 28, 1_413_834),
    "D": (model_d, 3, 48, 93_954),
}


def build(name):
    """The model, its channels, and its height and width."""
    make, channels, size, parameters = MODELS[name]
    model = Sequential([Input((size, size, channels)), *make()])
    count = sum(math.prod(weight.shape) for weight in model.trainable_variables)
    assert count == parameters, f"model {name} has {count} parameters instead of {parameters}"
    return model, channels, size
