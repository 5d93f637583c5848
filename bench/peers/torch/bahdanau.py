"""models/bahdanau/model.attn: gates as one product, keys before the loop, the readout of all positions behind it.

torch's own GRU applies r behind the map, this one before it, so it is written out.
"""
import torch
from shared import maps, vectors
from torch import nn
from torch.nn import functional as F


class GRU(nn.Module):
    def __init__(self, tensors, path):
        super().__init__()
        self.W = maps(tensors, [f"{path}.{name}" for name in ["Wz", "Wr", "W"]])
        self.b = vectors(tensors, [f"{path}.{name}" for name in ["bz", "br", "b"]])
        self.Uzr = maps(tensors, [f"{path}.Uz", f"{path}.Ur"])
        self.U = maps(tensors, [f"{path}.U"])
        self.hidden = self.U.shape[0]

    def forward(self, gates, h):
        """One step; `gates` is what the input gives to them."""
        opened, fresh = gates.split([2 * self.hidden, self.hidden], 1)
        z, r = torch.sigmoid(opened + F.linear(h, self.Uzr)).chunk(2, 1)
        return torch.lerp(h, torch.tanh(fresh + F.linear(r * h, self.U)), z)


class Model(nn.Module):
    def __init__(self, tensors, sizes):
        super().__init__()
        self.hidden, self.embed = sizes["hidden"], sizes["embed"]
        self.words = nn.Parameter(tensors["read.Annotate.table"])
        self.ahead, self.back = (GRU(tensors, f"read.Annotate.{way}.h.GRU") for way in ["forward", "backward"])
        self.characters = nn.Parameter(tensors["Translate.table"])
        self.W0 = maps(tensors, ["Translate.W0"])
        scored = "Translate.context.Scored.Additive"
        self.W, self.U = maps(tensors, [f"{scored}.W"]), maps(tensors, [f"{scored}.U"])
        self.v = nn.Parameter(tensors[f"{scored}.v"])
        self.cell = GRU(tensors, "Translate.s.GRU")
        readout = "Translate.logits.Readout"
        self.pieces = nn.Parameter(torch.cat([tensors[f"{readout}.{name}"].flatten(0, 1) for name in ["U", "V", "C"]], 1))
        self.out = maps(tensors, [f"{readout}.W"])

    def run(self, cell, xs, order):
        inputs, states = F.linear(xs, cell.W, cell.b).unbind(), {}
        h = xs.new_zeros(xs.shape[1], self.hidden)
        for t in order:
            states[t] = h = cell(inputs[t], h)
        return [states[t] for t in range(len(inputs))]

    def loss(self, batch):
        tokens, y = batch["tokens"], batch["y"]
        xs = F.embedding(tokens.T, self.words)
        places = range(len(xs))
        ahead, back = self.run(self.ahead, xs, places), self.run(self.back, xs, reversed(places))
        annotations = torch.cat([torch.stack(ahead, 1), torch.stack(back, 1)], 2)
        keys = F.linear(annotations, self.U)
        es = F.embedding(F.pad(y[:, :-1], (1, 0), value=1).T, self.characters)
        of_e = F.linear(es, self.cell.W[:, : self.embed], self.cell.b).unbind()
        of_context = self.cell.W[:, self.embed :]
        s = torch.tanh(F.linear(back[0], self.W0))
        states, contexts = [], []
        for e in of_e:
            score = torch.tanh(F.linear(s, self.W)[:, None] + keys) @ self.v
            context = (torch.softmax(score, 1)[:, None] @ annotations)[:, 0]
            states.append(s)
            contexts.append(context)
            s = self.cell(e + F.linear(context, of_context), s)
        seen = F.linear(torch.cat([torch.stack(states), es, torch.stack(contexts)], 2), self.pieces)
        logits = F.linear(seen.unflatten(2, (-1, 2)).amax(3), self.out)
        return F.cross_entropy(logits.flatten(0, 1), y.T.flatten())
