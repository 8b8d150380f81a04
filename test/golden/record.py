"""Records golden files from Keras: python record.py [name ...]; without names, all of them.

See README.md beside this file for the format.
"""

import importlib
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["COLUMNS"] = "120"

RECORDERS = [
    "generator_check",
    "trainings",
    "optimizers",
    "losses",
    "schedules",
    "metrics",
    "activations",
    "layers",
    "constraints",
    "callbacks",
    "protocol",
    "texts",
    "configs",
    "indexing",
    "mixed",
]

if __name__ == "__main__":
    wanted = sys.argv[1:] or RECORDERS
    for name in wanted:
        if name not in RECORDERS:
            sys.exit(f"unknown recorder '{name}'; known: {', '.join(RECORDERS)}")
    for name in wanted:
        importlib.import_module(f"recorder.{name}").record()
