"""A contestant: trains one of the benchmark's models in PyTorch. See README.md."""

from slices import parser, read_batches, serve


class Trainer:
    """Model, optimizer, four fixed batches, and one step."""

    def __init__(self, options):
        import torch
        from torch_models import MODELS

        torch.set_num_threads(options.threads)
        torch.manual_seed(1)
        build, channels, size, _, parameters = MODELS[options.model]
        memory = torch.channels_last if options.format == "channels_last" else torch.contiguous_format
        model = build().to(memory_format=memory).train()
        count = sum(parameter.numel() for parameter in model.parameters())
        assert count == parameters, f"model {options.model} has {count} parameters instead of {parameters}"
        self.batches = [
            (torch.from_numpy(x.transpose(0, 3, 1, 2)).contiguous(memory_format=memory), torch.from_numpy(y).long())
            for x, y in read_batches(options.data, options.batch, size, channels)
        ]
        self.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
        measure = torch.nn.CrossEntropyLoss()
        self.forward = lambda x, y: measure(model(x), y)
        if options.mode == "compile":
            self.forward = torch.compile(self.forward)
        self.version = f"torch {torch.__version__}"
        self.done, self.loss = 0, 0.0

    def step(self):
        x, y = self.batches[self.done % len(self.batches)]
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward(x, y)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()
        self.done += 1


if __name__ == "__main__":
    options = parser()
    options.add_argument("--mode", choices=["eager", "compile"], default="eager")
    options.add_argument("--format", choices=["channels_first", "channels_last"], default="channels_first")
    serve(options.parse_args(), Trainer)
