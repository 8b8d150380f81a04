"""configs.json: layers and models as Keras serialises them."""

import json

import keras

from .writer import write

layers = keras.layers

LAYERS = [
    ("Dense", lambda: layers.Dense(3, activation="log_softmax", kernel_regularizer="l2", bias_constraint="non_neg")),
    ("Conv1D", lambda: layers.Conv1D(4, 3, padding="causal")),
    ("Conv2D", lambda: layers.Conv2D(4, 3, padding="same", data_format="channels_first", kernel_initializer="he_normal")),
    ("DepthwiseConv1D", lambda: layers.DepthwiseConv1D(3)),
    ("DepthwiseConv2D", lambda: layers.DepthwiseConv2D(3, strides=2)),
    ("SeparableConv1D", lambda: layers.SeparableConv1D(4, 3)),
    ("SeparableConv2D", lambda: layers.SeparableConv2D(4, 3)),
    ("Conv1DTranspose", lambda: layers.Conv1DTranspose(4, 3)),
    ("Conv2DTranspose", lambda: layers.Conv2DTranspose(4, 3, strides=2, output_padding=1)),
    ("MaxPooling1D", layers.MaxPooling1D),
    ("MaxPooling2D", layers.MaxPooling2D),
    ("AveragePooling1D", lambda: layers.AveragePooling1D(2)),
    ("AveragePooling2D", lambda: layers.AveragePooling2D(2, padding="same")),
    ("GlobalAveragePooling1D", layers.GlobalAveragePooling1D),
    ("GlobalAveragePooling2D", lambda: layers.GlobalAveragePooling2D(keepdims=True)),
    ("GlobalMaxPooling1D", layers.GlobalMaxPooling1D),
    ("GlobalMaxPooling2D", layers.GlobalMaxPooling2D),
    ("BatchNormalization", layers.BatchNormalization),
    ("LayerNormalization", layers.LayerNormalization),
    ("GroupNormalization", lambda: layers.GroupNormalization(4)),
    ("RMSNormalization", layers.RMSNormalization),
    ("UnitNormalization", layers.UnitNormalization),
    ("Normalization", lambda: layers.Normalization(mean=1.0, variance=4.0)),
    ("Rescaling", lambda: layers.Rescaling(0.5)),
    ("Resizing", lambda: layers.Resizing(4, 5)),
    ("CenterCrop", lambda: layers.CenterCrop(4, 5)),
    ("Activation", lambda: layers.Activation("hard_sigmoid")),
    ("ReLU", lambda: layers.ReLU(6.0)),
    ("LeakyReLU", layers.LeakyReLU),
    ("PReLU", lambda: layers.PReLU(shared_axes=[1, 2])),
    ("ELU", layers.ELU),
    ("Softmax", layers.Softmax),
    ("Dropout", lambda: layers.Dropout(0.5, seed=3)),
    ("SpatialDropout1D", lambda: layers.SpatialDropout1D(0.5)),
    ("SpatialDropout2D", lambda: layers.SpatialDropout2D(0.5)),
    ("GaussianNoise", lambda: layers.GaussianNoise(0.5)),
    ("GaussianDropout", lambda: layers.GaussianDropout(0.5)),
    ("AlphaDropout", lambda: layers.AlphaDropout(0.5)),
    ("Flatten", layers.Flatten),
    ("Reshape", lambda: layers.Reshape((2, -1))),
    ("Permute", lambda: layers.Permute((2, 1))),
    ("RepeatVector", lambda: layers.RepeatVector(3)),
    ("ZeroPadding1D", layers.ZeroPadding1D),
    ("ZeroPadding2D", lambda: layers.ZeroPadding2D(((0, 1), (2, 3)))),
    ("Cropping1D", layers.Cropping1D),
    ("Cropping2D", lambda: layers.Cropping2D(1)),
    ("UpSampling1D", layers.UpSampling1D),
    ("UpSampling2D", lambda: layers.UpSampling2D(interpolation="bilinear")),
    ("Add", layers.Add),
    ("Subtract", layers.Subtract),
    ("Multiply", layers.Multiply),
    ("Average", layers.Average),
    ("Maximum", layers.Maximum),
    ("Minimum", layers.Minimum),
    ("Concatenate", layers.Concatenate),
    ("Dot", lambda: layers.Dot(1)),
    ("Identity", layers.Identity),
    ("ActivityRegularization", lambda: layers.ActivityRegularization(l2=0.1)),
]


def sequential():
    return keras.Sequential([
        keras.Input([8, 8, 3]),
        layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.1),
        layers.MaxPooling2D(),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ])


def functional():
    """A shared model inside, a call with training set, two outputs."""
    image = keras.Input([8, 8, 3], name="image")
    maps = layers.Conv2D(4, 3, padding="same")(image)
    frozen = layers.BatchNormalization()(maps, training=False)
    total = layers.Add()([maps, frozen])
    base = keras.Sequential([keras.Input([8, 8, 4]), layers.Flatten(), layers.Dense(2)], name="base")
    return keras.Model(image, [base(total), base(frozen)], name="net")


def record():
    keras.utils.clear_session()
    described = [{"class": name, "config": keras.saving.serialize_keras_object(make())} for name, make in LAYERS]
    models = []
    for build in (sequential, functional):
        keras.utils.clear_session()
        models.append({"name": build.__name__, "json": json.loads(build().to_json())})
    write("configs", {"layers": described, "models": models})
