"""losses.json: values and gradients of every loss, with every reduction, with and without sample weights."""

import jax
import jax.numpy as jnp

from . import loss_cases, names, writer
from .generator import values

REDUCTIONS = ["sumOverBatchSize", "sum", "none", "meanWithSampleWeight"]


def evaluate(case, reduction, weighted):
    """One loss with one reduction: its value, and the gradient of the value's sum by the predictions."""
    options = dict(case["options"])
    loss = names.create({"class": case["class"], "options": {**options, "reduction": reduction}})
    target = jnp.asarray(values(case["target"]))
    prediction = jnp.asarray(values(case["prediction"]))
    weights = jnp.asarray(values(case["sampleWeight"])) if weighted else None
    value = loss(target, prediction, sample_weight=weights)
    slope = jax.grad(lambda y: jnp.sum(loss(target, y, sample_weight=weights)))(prediction)
    result = {"reduction": reduction, "weighted": weighted, "value": writer.numbers(value)}
    if reduction == "none":
        result["shape"] = list(value.shape)
    return {**result, "gradient": writer.numbers(slope)}


def run(case):
    """All reductions of the first case of a class; the mean alone, and the unreduced values, of the others."""
    chosen = REDUCTIONS if case.pop("all", False) else ["sumOverBatchSize", "none"]
    results = [evaluate(case, reduction, weighted) for reduction in chosen for weighted in (False, True)]
    return {**case, "results": results}


def record():
    writer.write("losses", {"cases": [run(case) for case in loss_cases.cases()]})
