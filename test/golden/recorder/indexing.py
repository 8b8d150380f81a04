"""Random indices applied by NumPy: what `ops.at` must give."""

import random

import numpy as np

from .writer import write

CASES = 400


def random_range(size, generator):
    """A range as text, and as a slice; bounds often lie outside the axis."""

    def bound():
        return None if generator.random() < 0.35 else generator.randint(-size - 3, size + 3)

    start, stop = bound(), bound()
    step = generator.choice([None, None, 1, 2, 3, -1, -1, -2, -3])
    text = f"{'' if start is None else start}:{'' if stop is None else stop}"
    return (text if step is None else f"{text}:{step}"), slice(start, stop, step)


def random_index(shape, generator):
    """Indices as they are written in TypeScript, and as Python takes them."""
    written, taken = [], []
    used = generator.randint(0, len(shape))
    ellipsis = generator.randint(0, used) if generator.random() < 0.4 else None
    skipped = len(shape) - used
    list_at = generator.randint(0, used - 1) if used and generator.random() < 0.45 else None
    for position in range(used + 1):
        if position == ellipsis:
            written.append("...")
            taken.append(Ellipsis)
        if generator.random() < 0.12:
            written.append(None)
            taken.append(None)
        if position == used:
            break
        size = shape[position + (skipped if ellipsis is not None and position >= ellipsis else 0)]
        if position == list_at:
            entries = [generator.randint(-size, size - 1) for _ in range(generator.randint(0, 4))] if size else []
            written.append(entries)
            taken.append(np.array(entries, dtype=np.int64))
        elif size and generator.random() < 0.35:
            written.append(generator.randint(-size, size - 1))
            taken.append(written[-1])
        else:
            text, part = random_range(size, generator)
            written.append(text)
            taken.append(part)
    return written, tuple(taken)


def record():
    generator = random.Random(7)
    cases = []
    while len(cases) < CASES:
        shape = [generator.randint(1, 5) for _ in range(generator.randint(1, 4))]
        if generator.random() < 0.05:
            shape[generator.randrange(len(shape))] = 0
        written, taken = random_index(shape, generator)
        part = np.arange(int(np.prod(shape))).reshape(shape)[taken]
        cases.append({"shape": shape, "indices": written, "result": list(part.shape), "data": part.ravel().tolist()})
    write("indexing", {"cases": cases})
