"""Compact, readable JSON with floats of nine significant digits."""

import json
import math
import os

import numpy as np

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH = 118


def number(value):
    """Nine digits name a float32 exactly. Infinities and NaN become strings."""
    value = float(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    value = float(f"{value:.9g}")
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def numbers(array):
    """A flat list of an array's numbers, row by row; a scalar stays a number."""
    array = np.asarray(array)
    return number(array) if array.ndim == 0 else [number(value) for value in array.ravel()]


def tensor(array, limit=256):
    """{"shape", "data"}, or for large arrays {"shape", "sum", "absoluteSum", "first"}."""
    array = np.asarray(array)
    if array.size <= limit:
        return {"shape": list(array.shape), "data": [number(value) for value in array.ravel()]}
    wide = array.astype(np.float64)
    return {
        "shape": list(array.shape),
        "sum": number(wide.sum()),
        "absoluteSum": number(np.abs(wide).sum()),
        "first": [number(value) for value in array.ravel()[:16]],
    }


def text(value, indent=""):
    """JSON in which whatever fits on one line stays there, and lists of numbers always do."""
    line = json.dumps(value, ensure_ascii=False)
    scalars = isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)
    if len(indent) + len(line) <= WIDTH or scalars or not isinstance(value, (dict, list)):
        return line
    deeper = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + text(item, deeper) for item in value) + f"\n{indent}]"
    rows = [f"{deeper}{json.dumps(key)}: {text(item, deeper)}" for key, item in value.items()]
    return "{\n" + ",\n".join(rows) + f"\n{indent}}}"


def write(name, content):
    """Writes test/golden/<name>.json and says how large it is."""
    path = os.path.join(FOLDER, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text(content) + "\n")
    print(f"{name}.json: {os.path.getsize(path) / 1000:.1f} kB")
