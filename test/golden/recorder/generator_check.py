"""generator.json: tensors written out, so that the TypeScript generator can be compared with this one."""

from . import generator, writer

CASES = [
    generator.uniform([6], 0),
    generator.uniform([6], 4294967295, -0.4, 0.4),
    generator.uniform([2, 3], 12345, 0, 7),
    generator.labels([2, 5], 46, 3),
    generator.one_hot([3, 4], 78),
    generator.literal([[1, -2], [0.5, 0]]),
]


def record():
    cases = [{"tensor": case, "values": generator.values(case, "float64").ravel().tolist()} for case in CASES]
    writer.write("generator", {"cases": cases})
