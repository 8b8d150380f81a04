"""constraints.json: constraints and regularizers applied to generated weights."""

import jax
import jax.numpy as jnp

from . import names, writer
from .generator import uniform, values

MATRIX, KERNEL = uniform([4, 3], 31, -2, 2), uniform([3, 3, 2, 2], 32, -1, 1)

CONSTRAINTS = [
    (MATRIX, "NonNeg", {}),
    (MATRIX, "MaxNorm", {}),
    (MATRIX, "MaxNorm", {"maxValue": 1}),
    (MATRIX, "MaxNorm", {"maxValue": 1, "axis": 1}),
    (KERNEL, "MaxNorm", {"maxValue": 0.5, "axis": [0, 1, 2]}),
    (MATRIX, "UnitNorm", {}),
    (KERNEL, "UnitNorm", {"axis": [0, 1, 2]}),
    (MATRIX, "MinMaxNorm", {}),
    (MATRIX, "MinMaxNorm", {"minValue": 0.5, "maxValue": 1.5, "rate": 0.7, "axis": 1}),
]
REGULARIZERS = [
    (MATRIX, "L1", {}),
    (MATRIX, "L1", {"l1": 0.1}),
    (MATRIX, "L2", {}),
    (KERNEL, "L2", {"l2": 0.1}),
    (MATRIX, "L1L2", {}),
    (MATRIX, "L1L2", {"l1": 0.1, "l2": 0.2}),
    (MATRIX, "OrthogonalRegularizer", {}),
    (MATRIX, "OrthogonalRegularizer", {"factor": 0.1, "mode": "columns"}),
]


def constrained(weight, kind, options):
    case = {"class": kind, "options": options}
    return {**case, "weight": weight, "result": writer.numbers(names.create(case)(jnp.asarray(values(weight))))}


def regularized(weight, kind, options):
    case = {"class": kind, "options": options}
    penalty, start = names.create(case), jnp.asarray(values(weight))
    slope = jax.grad(lambda x: jnp.sum(penalty(x)))(start)
    return {**case, "weight": weight, "value": writer.number(penalty(start)), "gradient": writer.numbers(slope)}


def record():
    content = {"constraints": [constrained(*case) for case in CONSTRAINTS]}
    writer.write("constraints", {**content, "regularizers": [regularized(*case) for case in REGULARIZERS]})
