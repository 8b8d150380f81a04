"""schedules.json: learning rates at the steps 0 to 30."""

from . import names, writer

STEPS = range(31)

CASES = [
    ("ExponentialDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5}),
    ("ExponentialDecay", {"initialLearningRate": 0.1, "decaySteps": 7, "decayRate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5}),
    ("InverseTimeDecay", {"initialLearningRate": 0.1, "decaySteps": 4, "decayRate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"initialLearningRate": 0.01, "decaySteps": 1, "decayRate": 1e-6}),
    ("PiecewiseConstantDecay", {"boundaries": [5, 12, 20], "values": [1, 0.5, 0.1, 0.01]}),
    ("PolynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 10}),
    ("PolynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0.01, "power": 2}),
    ("PolynomialDecay", {"initialLearningRate": 0.1, "decaySteps": 10, "endLearningRate": 0.01, "power": 0.5, "cycle": True}),
    ("CosineDecay", {"initialLearningRate": 0.1, "decaySteps": 20}),
    ("CosineDecay", {"initialLearningRate": 0.1, "decaySteps": 20, "alpha": 0.1}),
    ("CosineDecay", {"initialLearningRate": 0.01, "decaySteps": 15, "alpha": 0.1, "warmupTarget": 0.1, "warmupSteps": 6}),
    ("CosineDecay", {"initialLearningRate": 0.0, "decaySteps": 15, "warmupTarget": 0.1, "warmupSteps": 5}),
    ("CosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 5}),
    ("CosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 5, "tMul": 1.5, "mMul": 0.8, "alpha": 0.1}),
    ("CosineDecayRestarts", {"initialLearningRate": 0.1, "firstDecaySteps": 6, "tMul": 1, "mMul": 0.5}),
]


def run(kind, options):
    case = {"class": kind, "options": options}
    schedule = names.create(case)
    return {**case, "rates": [writer.number(schedule(step)) for step in STEPS]}


def record():
    writer.write("schedules", {"steps": list(STEPS), "cases": [run(*case) for case in CASES]})
