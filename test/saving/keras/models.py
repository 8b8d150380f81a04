"""The models that Keras and laminet hand to each other."""

import keras
import numpy as np
from keras import layers, ops


def sequential_cnn():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.MaxPooling2D(),
            layers.Dropout(0.3),
            layers.Conv2D(6, 3, activation="relu", kernel_regularizer="l2"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ],
        name="cnn",
    )
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def branches():
    x = keras.Input((8, 8, 2), name="image")
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = layers.Conv2D(4, 1)(x)
    y = layers.Add()([a, b])
    y = layers.concatenate([y, layers.AveragePooling2D(3, 1, "same")(y)])
    y = layers.LayerNormalization()(y)
    y = layers.Dense(2)(layers.Flatten()(y))
    model = keras.Model(x, y, name="branches")
    model.compile(keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True), "mse")
    return model


def nested():
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(5, activation="tanh"), layers.PReLU()], name="inner"
    )
    z = keras.Input((5,))
    outer = keras.Model(z, layers.Dense(4, activation="elu")(z), name="outer")
    x = keras.Input((6,))
    model = keras.Model(x, layers.Dense(1)(outer(inner(x))), name="nested")
    model.compile(keras.optimizers.Nadam(0.01), keras.losses.MeanAbsoluteError())
    return model


def shared():
    layer = layers.Dense(4, activation="relu", name="twice")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    y = layers.Subtract()([layer(a), layer(layer(b))])
    model = keras.Model([a, b], layers.Dense(2)(y), name="shared")
    model.compile(keras.optimizers.RMSprop(0.01, momentum=0.5), "mse")
    return model


def convolutions():
    model = keras.Sequential(
        [
            keras.Input((9, 9, 2)),
            layers.DepthwiseConv2D(3, depth_multiplier=2),
            layers.SeparableConv2D(5, 3, strides=2),
            layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
            layers.GroupNormalization(groups=3),
            layers.ZeroPadding2D(1),
            layers.UpSampling2D(2),
            layers.GlobalMaxPooling2D(),
        ],
        name="convolutions",
    )
    model.compile(keras.optimizers.AdamW(0.01), keras.losses.Huber())
    return model


def outputs():
    x = keras.Input((5,))
    h = layers.Dense(6, activation="gelu")(x)
    left = layers.Dense(2, name="left")(h)
    right = layers.Dense(3, activation="softmax", name="right")(h)
    model = keras.Model(x, [left, right], name="outputs")
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.02, 2, 0.5), clipnorm=1.0),
        loss={"left": "mse", "right": keras.losses.CategoricalCrossentropy(label_smoothing=0.1)},
        loss_weights={"left": 1.0, "right": 0.5},
        metrics={"left": ["mae"], "right": ["accuracy"]},
    )
    return model


def operations():
    x = keras.Input((4, 4, 3))
    y = ops.relu(1 - x * 2.0)
    y = ops.concatenate([y, ops.sqrt(ops.abs(x))], axis=-1)
    y = ops.mean(y, axis=[1, 2])
    y = ops.softmax(layers.Dense(3)(ops.reshape(y, (-1, 6))))
    y = ops.maximum(y, 0.01) / 2.0 + ops.expand_dims(ops.sum(y, axis=-1), -1)
    model = keras.Model(x, y, name="operations")
    model.compile(keras.optimizers.Adamax(0.01), "mse")
    return model


def selections():
    x = keras.Input((6, 7, 4))
    y = ops.concatenate([x[:, 1:3, ::2], ops.flip(x, 1)[:, -2:, 3:]], axis=2)
    y = ops.concatenate([y[:, ::-1, :, None, 0], ops.take(y, np.array([2, -1]), axis=3)[..., None, 0]], axis=-1)
    y = ops.mean(y, axis=(1, 2)) + x[:, 0, -1, 1:][:, 1:2] + ops.broadcast_to(ops.max(x), (2,))
    model = keras.Model(x, layers.Dense(2)(ops.copy(y)), name="selections")
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model


def windows():
    random = np.random.default_rng(3)
    kernels = [random.normal(0, 0.2, size).astype("float32") for size in [(3, 2, 4, 6), (3, 3, 6, 4), (2, 2, 4, 3)]]
    x = keras.Input((8, 9, 4))
    y = ops.conv(ops.max_pool(x, 2, strides=2, padding="same"), kernels[0], strides=(1, 2), padding="same")
    y = ops.conv(ops.average_pool(y, 2, strides=1, padding="same"), kernels[1], padding="same", dilation_rate=2)
    y = ops.transpose(ops.conv(y, kernels[2]), (0, 3, 1, 2))
    y = ops.max_pool(y, 2, strides=1, data_format="channels_first")
    model = keras.Model(x, layers.Dense(2)(layers.Flatten()(y)), name="windows")
    model.compile(keras.optimizers.SGD(0.001), "mse")
    return model


MODELS = [sequential_cnn, branches, nested, shared, convolutions, outputs, operations, selections, windows]
# Dropout's masks differ between the libraries, so their losses cannot be compared.
RANDOM = {"cnn"}
