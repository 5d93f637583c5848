"""Writes a row's model with its loss as an ONNX file: `export.py JOB FILE`."""
import importlib
import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from protocol import read_tensors  # noqa: E402

INTEGERS = {"tokens", "y"}


class Loss(torch.nn.Module):
    """The inputs as arguments, in the order of their names."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *values):
        return self.model.loss(dict(zip(self.names, values)))


job, file = json.loads(sys.argv[1]), sys.argv[2]
tensors = {name: torch.from_numpy(array.copy()) for name, array in read_tensors(job["tensors"]).items()}
inputs = {name.removeprefix("input:"): value for name, value in sorted(tensors.items()) if name.startswith("input:")}
model = importlib.import_module(job["row"]).Model(tensors, job["sizes"])
values = tuple(value.long() if name in INTEGERS else value for name, value in inputs.items())
with torch.no_grad():
    torch.onnx.export(
        Loss(model, list(inputs)).eval(), values, file, input_names=list(inputs), output_names=["loss"], dynamo=True,
        external_data=False, verbose=False,
    )
