"""What losses.json is made of: losses, their targets, predictions and sample weights."""

from .generator import labels, literal, one_hot, uniform

ROW_WEIGHTS = uniform([4], 71, 0, 2)
GRID_WEIGHTS = uniform([2, 2, 2], 72, 0, 2)
PROBABILITIES = uniform([4, 3], 73, 0.05, 1)
LOGITS = uniform([4, 3], 74, -3, 3)
SOFT = uniform([4, 3], 75, 0.05, 1)
REAL = uniform([4, 3], 76, -2, 2)
ZERO_ONE = labels([4, 3], 77, 2)
ONE_HOT = one_hot([4, 3], 78)
WHOLE = labels([4], 79, 3)
GRID_LOGITS = uniform([2, 2, 2, 3], 80, -3, 3)
GRID_ONE_HOT = one_hot([2, 2, 2, 3], 81)
GRID_WHOLE = labels([2, 2, 2], 82, 3)
SATURATED = literal([[0, 1, 0], [1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]])
LOGIT = {"fromLogits": True}


def case(kind, options, target, prediction, weight=ROW_WEIGHTS, **more):
    return {"class": kind, "options": options, "target": target, "prediction": prediction, "sampleWeight": weight, **more}


def categorical():
    kind = "CategoricalCrossentropy"
    yield case(kind, {}, ONE_HOT, PROBABILITIES, all=True)
    yield case(kind, LOGIT, ONE_HOT, LOGITS)
    yield case(kind, {"labelSmoothing": 0.1}, ONE_HOT, PROBABILITIES)
    yield case(kind, {**LOGIT, "labelSmoothing": 0.2}, ONE_HOT, LOGITS)
    yield case(kind, {}, ONE_HOT, SATURATED)
    yield case(kind, LOGIT, GRID_ONE_HOT, GRID_LOGITS, GRID_WEIGHTS, all=True)
    yield case(kind, {**LOGIT, "axis": 1}, one_hot([2, 2, 3], 83), uniform([2, 2, 3], 84, -3, 3), uniform([2, 3], 85, 0, 2))
    kind = "SparseCategoricalCrossentropy"
    yield case(kind, {}, WHOLE, PROBABILITIES, all=True)
    yield case(kind, {}, labels([4, 1], 79, 3), PROBABILITIES)
    yield case(kind, LOGIT, WHOLE, LOGITS)
    yield case(kind, {}, WHOLE, SATURATED)
    yield case(kind, LOGIT, GRID_WHOLE, GRID_LOGITS, GRID_WEIGHTS)
    yield case(kind, {**LOGIT, "ignoreClass": 1}, GRID_WHOLE, GRID_LOGITS, GRID_WEIGHTS, all=True)
    yield case(kind, {**LOGIT, "ignoreClass": -1}, literal([0, -1, 2, -1]), LOGITS)
    yield case(kind, {"ignoreClass": 0}, WHOLE, PROBABILITIES)
    kind = "CategoricalFocalCrossentropy"
    yield case(kind, {}, ONE_HOT, PROBABILITIES, all=True)
    yield case(kind, LOGIT, ONE_HOT, LOGITS)
    yield case(kind, {"alpha": 0.5, "gamma": 1.5, "labelSmoothing": 0.1}, ONE_HOT, PROBABILITIES)
    yield case(kind, {"alpha": [0.2, 0.3, 0.5], "gamma": 3}, ONE_HOT, PROBABILITIES)


def binary():
    kind = "BinaryCrossentropy"
    yield case(kind, {}, ZERO_ONE, PROBABILITIES, all=True)
    yield case(kind, LOGIT, ZERO_ONE, LOGITS)
    yield case(kind, {"labelSmoothing": 0.1}, ZERO_ONE, PROBABILITIES)
    yield case(kind, {**LOGIT, "labelSmoothing": 0.2}, ZERO_ONE, LOGITS)
    yield case(kind, {}, ZERO_ONE, SATURATED)
    yield case(kind, {}, labels([4], 86, 2), uniform([4, 1], 87, 0.05, 1))
    kind = "BinaryFocalCrossentropy"
    yield case(kind, {}, ZERO_ONE, PROBABILITIES, all=True)
    yield case(kind, LOGIT, ZERO_ONE, LOGITS)
    yield case(kind, {"applyClassBalancing": True, "alpha": 0.3, "gamma": 1.5}, ZERO_ONE, PROBABILITIES)
    yield case(kind, {"labelSmoothing": 0.1}, ZERO_ONE, PROBABILITIES)


def regression():
    real = uniform([4, 3], 88, -2, 2)
    for kind in ["MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "Huber", "LogCosh"]:
        yield case(kind, {}, real, REAL, all=True)
    yield case("MeanSquaredError", {}, uniform([2, 2, 2, 3], 89), uniform([2, 2, 2, 3], 90), GRID_WEIGHTS, all=True)
    yield case("MeanSquaredError", {}, uniform([4], 91), uniform([4, 1], 92))
    yield case("MeanAbsolutePercentageError", {}, literal([[0, 1], [1e-8, -2]]), literal([[1, 2], [1, -1]]), literal([1, 0.5]))
    yield case("Huber", {"delta": 0.5}, real, REAL)
    yield case("LogCosh", {}, uniform([4, 3], 88, -30, 30), REAL)
    yield case("MeanSquaredLogarithmicError", {}, SOFT, PROBABILITIES, all=True)
    yield case("MeanSquaredLogarithmicError", {}, real, REAL)
    yield case("CosineSimilarity", {}, real, REAL, all=True)
    yield case("CosineSimilarity", {"axis": 1}, uniform([2, 2, 3], 93), uniform([2, 2, 3], 94), uniform([2, 3], 85, 0, 2))


def others():
    signs = literal([[1, -1, 1], [-1, -1, 1], [1, 1, 1], [-1, 1, -1]])
    for kind in ["Hinge", "SquaredHinge"]:
        yield case(kind, {}, signs, REAL, all=True)
        yield case(kind, {}, ZERO_ONE, REAL)
    yield case("CategoricalHinge", {}, ONE_HOT, REAL, all=True)
    yield case("KLDivergence", {}, SOFT, PROBABILITIES, all=True)
    yield case("KLDivergence", {}, ONE_HOT, SATURATED)
    yield case("Poisson", {}, labels([4, 3], 95, 5), SOFT, all=True)
    yield case("Dice", {}, ZERO_ONE, PROBABILITIES, literal(0.5))
    yield case("Dice", {"axis": [1, 2]}, labels([2, 2, 2, 3], 96, 2), uniform([2, 2, 2, 3], 97, 0.05, 1), uniform([2, 3], 85, 0, 2))
    yield case("Tversky", {"alpha": 0.3, "beta": 0.7}, ZERO_ONE, PROBABILITIES, literal(0.5))


def cases():
    return [*categorical(), *binary(), *regression(), *others()]
