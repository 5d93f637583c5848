"""The models in PyTorch: as they are, or through torch.compile."""
import importlib
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from protocol import read_tensors, serve  # noqa: E402

INTEGERS = {"tokens", "y"}
MODULES = {"decode": "gpt"}


def open_subject(job):
    tensors = {name: torch.from_numpy(array.copy()) for name, array in read_tensors(job["tensors"]).items()}
    inputs = {name.removeprefix("input:"): tensor for name, tensor in tensors.items() if name.startswith("input:")}
    host = {name: tensor.long().numpy() if name in INTEGERS else tensor.numpy() for name, tensor in inputs.items()}
    model = importlib.import_module(MODULES.get(job["row"], job["row"])).Model(tensors, job["sizes"])
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    works = generating(model, job) if "greedy" in job["works"] else training(model, parameters, host, job)
    return {"torch": torch.__version__}, sum(parameter.numel() for parameter in parameters), works


def generating(model, job):
    if job["execution"] == "compiled":
        model.step = torch.compile(model.step, dynamic=True)

    def generate(width):
        with torch.inference_mode():
            return model.generate(width)

    return {"greedy": lambda: generate(1), "beam": lambda: generate(job["sizes"]["width"])}


def training(model, parameters, host, job):
    adam = job["adam"]
    optimizer = torch.optim.Adam(parameters, lr=adam["rates"][0], betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"])
    loss_of = torch.compile(model.loss) if job["execution"] == "compiled" else model.loss
    steps = 0

    def to_device():
        return {name: torch.from_numpy(array) for name, array in host.items()}

    batch = to_device()

    def forward():
        with torch.no_grad():
            return loss_of(batch).item()

    def gradients():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(batch)
        loss.backward()
        return loss.item()

    def step():
        nonlocal steps
        for group in optimizer.param_groups:
            group["lr"] = adam["rates"][min(steps, len(adam["rates"]) - 1)]
        steps += 1
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(to_device())
        loss.backward()
        if adam["clip"] is not None:
            torch.nn.utils.clip_grad_norm_(parameters, adam["clip"])
        optimizer.step()
        return loss.item()

    return {"forward": forward, "gradients": gradients, "step": step}


serve(open_subject)
