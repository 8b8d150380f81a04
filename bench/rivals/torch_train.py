"""Trains one of the benchmark's models in PyTorch, in slices, as told on standard input. See README.md."""

import argparse
import json
import os
import resource
import sys
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", choices=["A", "B", "C", "D"], default="B")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    parser.add_argument("--format", choices=["channels_first", "channels_last"], default="channels_first")
    parser.add_argument("--warmup", type=int, default=10, help="steps before the ready line")
    return parser.parse_args()


class Trainer:
    """Model, optimizer, four fixed batches, and one step."""

    def __init__(self, options):
        import torch
        from torch_models import MODELS

        torch.set_num_threads(options.threads)
        torch.manual_seed(1)
        build, channels, size, classes, parameters = MODELS[options.model]
        memory = torch.channels_last if options.format == "channels_last" else torch.contiguous_format
        model = build().to(memory_format=memory).train()
        count = sum(parameter.numel() for parameter in model.parameters())
        assert count == parameters, f"model {options.model} has {count} parameters instead of {parameters}"
        self.batches = [
            (
                torch.randn(options.batch, channels, size, size).to(memory_format=memory),
                torch.randint(classes, (options.batch,)),
            )
            for _ in range(4)
        ]
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
        measure = torch.nn.CrossEntropyLoss()
        self.forward = lambda x, y: measure(model(x), y)
        if options.mode == "compile":
            self.forward = torch.compile(self.forward)
        self.version = torch.__version__
        self.count, self.done, self.loss = count, 0, 0.0

    def step(self):
        x, y = self.batches[self.done % 4]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward(x, y)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()
        self.done += 1


def run(trainer, seconds):
    """Whole steps until the time is over; at least one."""
    begin, steps = time.perf_counter(), 0
    while True:
        trainer.step()
        steps += 1
        passed = time.perf_counter() - begin
        if passed >= seconds:
            return {"steps": steps, "seconds": passed}


def peak_memory():
    """Largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main():
    options = arguments()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    # Only replies go to standard output; whatever libraries print goes to standard error.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def reply(content):
        replies.write(json.dumps(content) + "\n")
        replies.flush()

    begin = time.perf_counter()
    trainer = Trainer(options)
    built = time.perf_counter()
    trainer.step()
    first = time.perf_counter()
    for _ in range(options.warmup - 1):
        trainer.step()
    facts = {"firstStep": first - built, "build": built - begin, "parameters": trainer.count, "peakMemory": peak_memory()}
    reply({"ready": f"torch {trainer.version}", **facts, **vars(options)})
    for line in sys.stdin:
        command = json.loads(line)
        if "run" in command:
            result = run(trainer, command["run"])
            reply({**result, "batch": options.batch, "loss": trainer.loss, "peakMemory": peak_memory()})
        elif "quit" in command:
            break
        else:
            reply({"error": f"unknown command {line.strip()}; known: run, quit"})


if __name__ == "__main__":
    main()
