"""From the camelCase descriptions in the golden files to Keras objects."""

import re

import keras

SPECIAL = {"beta1": "beta_1", "beta2": "beta_2"}
GROUPS = [
    keras.layers,
    keras.optimizers,
    keras.optimizers.schedules,
    keras.losses,
    keras.metrics,
    keras.regularizers,
    keras.constraints,
    keras.initializers,
]


def snake(name):
    """kernelSize -> kernel_size"""
    return SPECIAL.get(name) or re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def camel(name):
    """kernel_size -> kernelSize"""
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def to_keras(value, key=None):
    """Options in camelCase to Keras's arguments; {"class", "options"} to an object."""
    if isinstance(value, dict):
        if "class" in value:
            return create(value)
        return {snake(name): to_keras(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [to_keras(item, key) for item in value]
    if isinstance(value, str) and key not in ("name", "curve"):
        return snake(value)
    return value


def create(description, groups=GROUPS, **more):
    """Builds the Keras object of {"class", "options"}. Losses and metrics share names: losses come first."""
    name = description["class"]
    for group in groups:
        if hasattr(group, name):
            return getattr(group, name)(**to_keras(description.get("options", {})), **more)
    raise ValueError(f"Keras has no class {name}")
