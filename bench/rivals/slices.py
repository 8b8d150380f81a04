"""A contestant's side of the protocol: says when it is ready, then trains in slices as told on standard input. See README.md."""

import argparse
import json
import os
import sys
import time

import numpy

BATCHES_OF_DATA = 4


def parser():
    """The options that every contestant has."""
    options = argparse.ArgumentParser()
    options.add_argument("--model", choices=["A", "B", "C", "D"], default="B")
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--threads", type=int, default=os.cpu_count())
    options.add_argument("--data", required=True, help="prefix of the samples' files, .x and .y")
    options.add_argument("--warmup", type=int, default=5, help="steps before the ready line")
    return options


def read_batches(prefix, batch, size, channels):
    """Four batches of images (channels last) and class numbers."""
    x = numpy.fromfile(prefix + ".x", dtype=numpy.float32).reshape(BATCHES_OF_DATA, batch, size, size, channels)
    y = numpy.fromfile(prefix + ".y", dtype=numpy.int32).reshape(BATCHES_OF_DATA, batch)
    return list(zip(x, y))


def run(trainer, seconds):
    """Whole steps until the time is over; at least one."""
    begin, steps = time.perf_counter(), 0
    while True:
        trainer.step()
        steps += 1
        passed = time.perf_counter() - begin
        if passed >= seconds:
            return {"steps": steps, "seconds": passed}


def serve(options, make):
    """`make(options)` gives a trainer with `step()`, `version` and `loss`; importing its library is part of building it."""
    # Only replies go to standard output; whatever libraries print goes to standard error.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(content):
        replies.write(json.dumps(content) + "\n")
        replies.flush()

    begin = time.perf_counter()
    trainer = make(options)
    built = time.perf_counter()
    trainer.step()
    first = time.perf_counter()
    for _ in range(options.warmup - 1):
        trainer.step()
    reply({"ready": trainer.version, "firstStep": first - built, "build": built - begin})
    for line in sys.stdin:
        command = json.loads(line)
        reply({**run(trainer, command["run"]), "batch": options.batch, "loss": trainer.loss})
