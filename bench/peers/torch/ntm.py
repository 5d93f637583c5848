"""models/ntm/model.attn, one head of each kind: all that the controller says as one product, the memory's norm once for both heads."""
import torch
from shared import linear
from torch import nn
from torch.nn import functional as F

HEAD = ["content.Linear", "content.Linear#2", "g.Linear", "moved.Linear", "Linear"]
SHIFTS = 3


def inverse_norm(x):
    """One over the norm, along the last axis, which stays."""
    return x.square().sum(-1, keepdim=True).clamp(min=1e-16).rsqrt()


def address(M, inverse, told, w):
    key, strength, gate, ways, power = told
    key = torch.tanh(key)
    key = key * inverse_norm(key)
    content = torch.softmax(F.softplus(strength) * ((M @ key[:, :, None]) * inverse)[:, :, 0], 1)
    gated = torch.lerp(w, content, torch.sigmoid(gate))
    back, stay, on = torch.softmax(ways, 1).split(1, 1)
    moved = back * gated.roll(-1, 1) + stay * gated + on * gated.roll(1, 1)
    return torch.softmax((1 + F.softplus(power)) * torch.log(moved + 1e-36), 1)


class Model(nn.Module):
    def __init__(self, tensors, sizes):
        super().__init__()
        self.slots, self.width = sizes["slots"], sizes["width"]
        self.r, self.read, self.write = (nn.Parameter(tensors[name]) for name in ["r0", "a0", "b0"])
        self.controller, self.out = linear(tensors, "run.o.Linear"), linear(tensors, "run.logits.Linear")
        said = [f"run.{head}.Address.{name}" for head in ["ww", "wr"] for name in HEAD] + ["run.erase.Linear", "run.add.Linear"]
        self.told_W = nn.Parameter(torch.cat([tensors[f"{name}.W"].reshape(-1, sizes["hidden"]) for name in said]))
        self.told_b = nn.Parameter(torch.cat([tensors[f"{name}.b"].flatten() for name in said]))
        head = [self.width, 1, 1, SHIFTS, 1]
        self.parts = [*head, *head, self.width, self.width]

    def loss(self, batch):
        x = batch["x"]
        size = x.shape[0]
        slots = torch.arange(self.slots)
        M = x.new_full((size, self.slots, self.width), 1e-6)
        inverse = inverse_norm(M)
        r = torch.tanh(self.r).expand(size, -1)
        reading = torch.softmax(self.read - 2 * slots, 1).expand(size, -1)
        writing = torch.softmax(self.write - 2 * slots, 1).expand(size, -1)
        answers = []
        for xt in x.unbind(1):
            o = torch.tanh(self.controller(torch.cat([xt, r], 1)))
            told = F.linear(o, self.told_W, self.told_b).split(self.parts, 1)
            erase, add = torch.sigmoid(told[10]), torch.tanh(told[11])
            writing = address(M, inverse, told[:5], writing)
            w = writing[:, :, None]
            M = M * (1 - w * erase[:, None]) + w * add[:, None]
            inverse = inverse_norm(M)
            reading = address(M, inverse, told[5:10], reading)
            r = (reading[:, None] @ M)[:, 0]
            answers.append(torch.cat([o, r], 1))
        return F.binary_cross_entropy_with_logits(self.out(torch.stack(answers, 1)), batch["target"])
