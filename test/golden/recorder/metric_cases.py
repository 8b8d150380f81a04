"""What metrics.json is made of: streams of batches, and the metrics that read them."""

from .generator import labels, literal, one_hot, uniform

SIZES = [6, 6, 3]


def batches(target, prediction, weight=lambda size, seed: uniform([size], seed, 0, 2)):
    """Three batches; every tensor gets its own seed."""
    return [
        {
            "target": target(size, 500 + index),
            "prediction": prediction(size, 600 + index),
            "sampleWeight": weight(size, 700 + index),
        }
        for index, size in enumerate(SIZES)
    ]


# Ties and values on the threshold are frequent here: tenths only.
TENTHS = [0.5, 0.2, 0.9, 0.5, 0.4, 0.7, 0.1, 0.5, 0.8, 0.3, 0.6, 1, 0, 0.5, 0.2]

STREAMS = {
    "binary": batches(lambda size, seed: labels([size], seed, 2), lambda size, seed: uniform([size], seed, 0, 1)),
    "binaryColumn": batches(lambda size, seed: labels([size, 1], seed, 2), lambda size, seed: uniform([size, 1], seed, 0, 1)),
    "ties": batches(
        lambda size, seed: labels([size], seed, 2),
        lambda size, seed: literal(TENTHS[(seed - 600) * 6 :][:size]),
    ),
    "multilabel": batches(
        lambda size, seed: labels([size, 4], seed, 2), lambda size, seed: uniform([size, 4], seed, 0, 1)
    ),
    "oneHot": batches(lambda size, seed: one_hot([size, 4], seed), lambda size, seed: uniform([size, 4], seed, 0, 1)),
    "sparse": batches(lambda size, seed: labels([size], seed, 4), lambda size, seed: uniform([size, 4], seed, 0, 1)),
    "sparseColumn": batches(lambda size, seed: labels([size, 1], seed, 4), lambda size, seed: uniform([size, 4], seed, 0, 1)),
    "sparseTies": batches(lambda size, seed: labels([size], seed, 4), lambda size, seed: labels([size, 4], seed, 3)),
    "sparseGrid": batches(
        lambda size, seed: labels([size, 2, 2], seed, 3),
        lambda size, seed: uniform([size, 2, 2, 3], seed, 0, 1),
        lambda size, seed: uniform([size, 2, 2], seed, 0, 2),
    ),
    "wholes": batches(lambda size, seed: labels([size], seed, 3), lambda size, seed: labels([size], seed, 3)),
    "real": batches(lambda size, seed: uniform([size, 2], seed, -2, 2), lambda size, seed: uniform([size, 2], seed, -2, 2)),
    "positive": batches(lambda size, seed: uniform([size, 3], seed, 0.1, 2), lambda size, seed: uniform([size, 3], seed, 0.1, 1)),
    "numbers": batches(lambda size, seed: literal([0]), lambda size, seed: uniform([size], seed, -2, 2)),
}


def case(kind, stream, **options):
    return {"class": kind, "stream": stream, "options": options}


def accuracies():
    yield case("Accuracy", "wholes")
    for stream in ["binary", "binaryColumn", "ties", "multilabel"]:
        yield case("BinaryAccuracy", stream)
    yield case("BinaryAccuracy", "binary", threshold=0.3)
    yield case("CategoricalAccuracy", "oneHot")
    for stream in ["sparse", "sparseColumn", "sparseTies", "sparseGrid"]:
        yield case("SparseCategoricalAccuracy", stream)
    yield case("TopKCategoricalAccuracy", "oneHot", k=2)
    yield case("TopKCategoricalAccuracy", "oneHot")
    for stream in ["sparse", "sparseColumn", "sparseTies"]:
        yield case("SparseTopKCategoricalAccuracy", stream, k=2)


def confusion():
    for kind in ["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"]:
        yield case(kind, "binary")
        yield case(kind, "multilabel", thresholds=[0.25, 0.5, 0.75])
    for kind in ["Precision", "Recall"]:
        for stream in ["binary", "ties", "multilabel", "oneHot"]:
            yield case(kind, stream)
        yield case(kind, "binary", thresholds=0.3)
        yield case(kind, "multilabel", thresholds=[0.25, 0.5, 0.75])
        yield case(kind, "multilabel", classId=1)
        yield case(kind, "oneHot", topK=2)
        yield case(kind, "oneHot", topK=2, classId=2)
        yield case(kind, "oneHot", thresholds=0.6, classId=0)
    for average in [None, "micro", "macro", "weighted"]:
        yield case("F1Score", "oneHot", average=average)
    yield case("F1Score", "multilabel", average="macro", threshold=0.5)
    yield case("FBetaScore", "oneHot", average="macro", beta=2.0)


def areas():
    for stream in ["binary", "binaryColumn", "ties", "multilabel"]:
        yield case("AUC", stream)
        yield case("AUC", stream, curve="PR")
    yield case("AUC", "binary", numThresholds=10)
    yield case("AUC", "binary", thresholds=[0.2, 0.5, 0.8])
    yield case("AUC", "multilabel", multiLabel=True)
    yield case("AUC", "multilabel", multiLabel=True, labelWeights=[0.1, 0.2, 0.3, 0.4])
    yield case("AUC", "binary", summationMethod="minoring")
    yield case("AUC", "binary", summationMethod="majoring")
    yield case("AUC", "binary", summationMethod="majoring", curve="PR")


def errors():
    for kind in ["Mean", "Sum"]:
        yield case(kind, "numbers")
    for kind in [
        "MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
        "LogCoshError", "CosineSimilarity", "R2Score",
    ]:
        yield case(kind, "real")
    for kind in ["MeanSquaredLogarithmicError", "KLDivergence", "Poisson"]:
        yield case(kind, "positive")
    yield case("BinaryCrossentropy", "multilabel")
    yield case("BinaryCrossentropy", "multilabel", fromLogits=True, labelSmoothing=0.1)
    yield case("CategoricalCrossentropy", "oneHot")
    yield case("CategoricalCrossentropy", "oneHot", fromLogits=True, labelSmoothing=0.1)
    yield case("SparseCategoricalCrossentropy", "sparse")
    yield case("SparseCategoricalCrossentropy", "sparseGrid", fromLogits=True)
    yield case("SparseCategoricalCrossentropy", "sparse", ignoreClass=0)
    yield case("Hinge", "multilabel")
    yield case("SquaredHinge", "multilabel")
    yield case("CategoricalHinge", "oneHot")
    yield case("MeanIoU", "wholes", numClasses=3)
    yield case("MeanIoU", "sparseGrid", numClasses=3, sparseYPred=False)
    yield case("OneHotMeanIoU", "oneHot", numClasses=4)


def cases():
    return [*accuracies(), *confusion(), *areas(), *errors()]
