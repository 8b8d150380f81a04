"""metrics.json: streams of three batches, the result after every update."""

import keras

from . import metric_cases, names, writer
from .generator import values


def stream(case, weighted):
    """The results after each batch, then after a reset and the second batch alone."""
    metric = names.create(case, [keras.metrics])
    results = []
    for batch in metric_cases.STREAMS[case["stream"]]:
        update(metric, case, batch, weighted)
        results.append(writer.numbers(metric.result()))
    metric.reset_state()
    update(metric, case, metric_cases.STREAMS[case["stream"]][1], weighted)
    return {"results": results, "afterReset": writer.numbers(metric.result())}


def update(metric, case, batch, weighted):
    weight = values(batch["sampleWeight"]) if weighted else None
    if case["stream"] == "numbers":
        metric.update_state(values(batch["prediction"]), sample_weight=weight)
    else:
        metric.update_state(values(batch["target"]), values(batch["prediction"]), sample_weight=weight)


def run(case):
    results = {"plain": stream(case, False), "weighted": stream(case, True)}
    keras.utils.clear_session()
    metric = names.create(case, [keras.metrics])
    try:
        empty = {"empty": writer.numbers(metric.result())}
    except AttributeError:  # F1Score and R2Score have no result before the first batch
        empty = {}
    return {**case, "name": metric.name, **empty, **results}


def record():
    cases = [run(case) for case in metric_cases.cases()]
    writer.write("metrics", {"streams": metric_cases.STREAMS, "cases": cases})
