"""Reproducible numbers. test/harness/lcg.ts and test/harness/golden.ts mirror this file bit for bit."""

import math

import numpy as np


def lcg(seed, count, low=-1.0, high=1.0):
    """`count` float64 values in [low, high) from a linear congruential generator."""
    state = seed & 0xFFFFFFFF
    values = np.empty(count, dtype=np.float64)
    for index in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values[index] = low + (high - low) * (state / 4294967296.0)
    return values


def uniform(shape, seed, low=-1, high=1):
    """A tensor of lcg values."""
    return {"shape": list(shape), "seed": seed, "low": low, "high": high}


def labels(shape, seed, classes):
    """A tensor of whole numbers in 0 .. classes - 1."""
    return {"shape": list(shape), "seed": seed, "classes": classes}


def one_hot(shape, seed):
    """Rows of the last dimension hold a single 1, at a place drawn like labels."""
    return {"shape": list(shape), "seed": seed, "oneHot": True}


def literal(values):
    """A tensor written out."""
    array = np.asarray(values, dtype=np.float64)
    return {"shape": list(array.shape), "data": array.ravel().tolist()}


def values(tensor, dtype="float32"):
    """The NumPy array that a tensor description stands for."""
    shape = tensor["shape"]
    if "data" in tensor:
        return np.asarray(tensor["data"], dtype=np.float64).reshape(shape).astype(dtype)
    if tensor.get("oneHot"):
        rows, classes = math.prod(shape[:-1]), shape[-1]
        places = np.floor(lcg(tensor["seed"], rows, 0, classes)).astype(int)
        return np.eye(classes, dtype=dtype)[places].reshape(shape)
    count = math.prod(shape)
    if "classes" in tensor:
        return np.floor(lcg(tensor["seed"], count, 0, tensor["classes"])).reshape(shape).astype(dtype)
    return lcg(tensor["seed"], count, tensor["low"], tensor["high"]).reshape(shape).astype(dtype)
