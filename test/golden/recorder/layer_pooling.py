"""Cases of pooling layers: ragged edges, overlapping and gapped windows."""

from .generator import labels, uniform


def case(kind, shape, **options):
    return {"class": kind, "options": options, "inputs": [uniform(shape, 700)]}


# (size, pool, stride): fitting, ragged, overlapping, gapped
WINDOWS = [(4, 2, 2), (5, 2, 2), (7, 3, 3), (6, 3, 2), (7, 3, 2), (5, 3, 1), (7, 2, 3), (3, 4, 2)]


def cases():
    for kind in ["MaxPooling2D", "AveragePooling2D"]:
        yield case(kind, [1, 5, 4, 2], poolSize=2)
        for size, pool, stride in WINDOWS:
            for padding in ["valid", "same"]:
                if padding == "same" or pool <= size:
                    yield case(kind, [1, size, size, 2], poolSize=pool, strides=stride, padding=padding)
        yield case(kind, [2, 5, 6, 1], poolSize=[3, 2], strides=[1, 2], padding="same")
        yield case(kind, [1, 5, 5, 1], poolSize=[1, 2])
    # equal values: the gradient goes to the first of them
    yield {"class": "MaxPooling2D", "options": {"poolSize": 2}, "inputs": [labels([1, 6, 6, 2], 700, 2)]}
    yield {
        "class": "MaxPooling2D",
        "options": {"poolSize": 3, "strides": 2, "padding": "same"},
        "inputs": [labels([1, 6, 6, 2], 700, 2)],
    }
    for kind in ["MaxPooling1D", "AveragePooling1D"]:
        for size, pool, stride in WINDOWS[:4]:
            for padding in ["valid", "same"]:
                yield case(kind, [2, size, 2], poolSize=pool, strides=stride, padding=padding)
    for kind in ["GlobalMaxPooling", "GlobalAveragePooling"]:
        for keep in [False, True]:
            yield case(f"{kind}2D", [2, 3, 4, 3], keepdims=keep)
            yield case(f"{kind}1D", [2, 5, 3], keepdims=keep)
