"""Cases of normalisation, reshaping, activation and merging layers."""

from .generator import literal, uniform


def case(kind, shape, low=-1, high=1, **options):
    return {"class": kind, "options": options, "inputs": [uniform(shape, 700, low, high)]}


def trained(entry):
    return {**entry, "training": True}


def normalization():
    batch_cases = [
        case("BatchNormalization", [4, 3, 3, 2], -3, 5),
        case("BatchNormalization", [6, 3], -3, 5),
        case("BatchNormalization", [2, 3, 4, 4], -3, 5, axis=1),
        case("BatchNormalization", [4, 3, 2], 2, 3, momentum=0.8, epsilon=0.01),
        case("BatchNormalization", [4, 2, 2, 2], 2, 3, center=False),
        case("BatchNormalization", [4, 2, 2, 2], 2, 3, scale=False),
        case("BatchNormalization", [4, 2, 2, 2], 2, 3, center=False, scale=False),
        case("BatchNormalization", [1, 1, 1, 3], 2, 3),
    ]
    for entry in batch_cases:
        yield entry
        yield trained(entry)
    yield trained({**batch_cases[0], "options": {"trainable": False}})
    yield case("LayerNormalization", [3, 4], -2, 3)
    yield case("LayerNormalization", [2, 3, 3, 4], -2, 3)
    yield case("LayerNormalization", [2, 3, 4], -2, 3, axis=[1, 2])
    yield case("LayerNormalization", [2, 3, 4], -2, 3, axis=1, epsilon=0.1)
    yield case("LayerNormalization", [3, 4], -2, 3, center=False, scale=False)
    yield case("RMSNormalization", [3, 4], -2, 3)
    yield case("GroupNormalization", [2, 3, 3, 4], -2, 3, groups=2)
    yield case("GroupNormalization", [2, 3, 3, 4], -2, 3, groups=-1)
    yield case("GroupNormalization", [2, 3, 3, 4], -2, 3, groups=4, epsilon=0.1, center=False)
    yield case("UnitNormalization", [3, 4])
    yield case("UnitNormalization", [2, 3, 4], axis=1)
    yield case("Normalization", [3, 4], 0, 9, mean=[1, 2, 3, 4], variance=[1, 4, 9, 0])
    yield case("Normalization", [2, 2, 2, 3], 0, 9, mean=[1, 2, 3], variance=[1, 4, 9])
    yield case("Normalization", [3, 4], 0, 9, mean=2, variance=4, axis=None)
    yield case("Normalization", [3, 4], -2, 2, mean=[1, 2, 3, 4], variance=[1, 4, 9, 16], invert=True)
    yield case("Rescaling", [2, 3], 0, 255, scale=1 / 255)
    yield case("Rescaling", [2, 3], 0, 255, scale=1 / 127.5, offset=-1)
    yield case("Rescaling", [2, 2, 2, 3], 0, 255, scale=[0.1, 0.2, 0.3], offset=[1, 2, 3])


def shape():
    yield case("ZeroPadding2D", [1, 2, 3, 2])
    yield case("ZeroPadding2D", [1, 2, 3, 2], padding=[1, 2])
    yield case("ZeroPadding2D", [1, 2, 3, 2], padding=[[0, 1], [2, 3]])
    yield case("ZeroPadding1D", [2, 3, 2], padding=[1, 2])
    yield case("Cropping2D", [1, 5, 6, 2], cropping=1)
    yield case("Cropping2D", [1, 5, 6, 2], cropping=[[0, 1], [2, 1]])
    yield case("Cropping1D", [2, 6, 2], cropping=[1, 2])
    yield case("UpSampling1D", [2, 3, 2], size=3)
    for interpolation in ["nearest", "bilinear"]:
        yield case("UpSampling2D", [1, 3, 2, 2], interpolation=interpolation)
        yield case("UpSampling2D", [1, 2, 3, 2], size=[3, 2], interpolation=interpolation)
        for height, width in [(6, 8), (2, 3), (5, 5), (3, 7), (1, 1)]:
            yield case("Resizing", [1, 4, 5, 2], height=height, width=width, interpolation=interpolation)
    yield case("Resizing", [1, 4, 6, 1], height=3, width=3, cropToAspectRatio=True)
    yield case("Resizing", [1, 4, 6, 1], height=4, width=4, padToAspectRatio=True)
    yield case("CenterCrop", [1, 5, 6, 2], height=2, width=3)
    yield case("CenterCrop", [1, 6, 7, 1], height=3, width=4)
    yield case("Flatten", [2, 2, 3, 2])
    yield case("Reshape", [2, 3, 4], targetShape=[2, -1])
    yield case("Permute", [2, 2, 3, 2], dims=[3, 1, 2])
    yield case("RepeatVector", [2, 3], n=3)


def activation():
    yield case("ReLU", [3, 4], -4, 4)
    yield case("ReLU", [3, 4], -4, 4, maxValue=2, negativeSlope=0.1, threshold=0.5)
    yield case("LeakyReLU", [3, 4], -4, 4)
    yield case("LeakyReLU", [3, 4], -4, 4, negativeSlope=0.01)
    yield case("ELU", [3, 4], -4, 4)
    yield case("ELU", [3, 4], -4, 4, alpha=0.3)
    yield case("PReLU", [2, 3, 3, 2], -2, 2)
    yield case("PReLU", [2, 3, 3, 2], -2, 2, sharedAxes=[1, 2])
    yield case("Softmax", [2, 3, 4], -4, 4)
    yield case("Softmax", [2, 3, 4], -4, 4, axis=1)
    yield case("Softmax", [2, 3, 4], -4, 4, axis=[1, 2])
    yield case("Softmax", [1, 3], 80, 120)
    yield case("Activation", [2, 3], -4, 4, activation="tanh")
    yield {"class": "ReLU", "options": {}, "inputs": [literal([0, 1, -1])]}


def merging():
    def merged(kind, *shapes, **options):
        return {"class": kind, "options": options, "inputs": [uniform(shape, 700 + place) for place, shape in enumerate(shapes)]}

    for kind in ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]:
        yield merged(kind, [2, 2, 3], [2, 2, 3])
        yield merged(kind, [2, 2, 3], [2, 1, 3])
    for kind in ["Add", "Multiply", "Average", "Maximum", "Minimum"]:
        yield merged(kind, [2, 3], [2, 3], [2, 3])
    yield merged("Concatenate", [2, 2, 3], [2, 2, 1])
    yield merged("Concatenate", [2, 2, 3], [2, 1, 3], [2, 3, 3], axis=1)
    yield merged("Dot", [2, 3], [2, 3], axes=1)
    yield merged("Dot", [2, 3], [2, 3], axes=1, normalize=True)
    yield merged("Dot", [2, 3, 2], [2, 4, 2], axes=2)
