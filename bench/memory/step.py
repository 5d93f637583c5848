"""The model of models/gpt/model.attn in PyTorch, without dropout: training steps; the last line is what was measured, as JSON."""
import json
import sys

import torch
from torch import nn
from torch.nn import functional as F

VOCAB, PLACES, MODEL, HEADS, LAYERS, BATCH, STEPS = 4096, 128, 256, 8, 12, 4, int(sys.argv[1])


def memory():
    with open("/proc/self/status") as status:
        values = dict(line.split(":", 1) for line in status)
    return {name: 1024 * int(values[key].split()[0]) for name, key in [("now", "VmRSS"), ("peak", "VmHWM")]}


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(MODEL), nn.LayerNorm(MODEL)
        self.q, self.k, self.v, self.o = (nn.Linear(MODEL, MODEL, bias=False) for _ in range(4))
        self.up, self.down = nn.Linear(MODEL, 4 * MODEL), nn.Linear(4 * MODEL, MODEL)

    def forward(self, x, mask):
        n = self.norm1(x)
        batch, time, _ = n.shape
        q, k, v = (f(n).view(batch, time, HEADS, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        weights = torch.softmax((q @ k.transpose(-1, -2) / (MODEL // HEADS) ** 0.5).masked_fill(mask, float("-inf")), -1)
        seen = x + self.o((weights @ v).transpose(1, 2).reshape(batch, time, MODEL))
        return seen + self.down(F.gelu(self.up(self.norm2(seen))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.places = nn.Embedding(VOCAB, MODEL), nn.Embedding(PLACES, MODEL)
        nn.init.normal_(self.table.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.layers, self.norm = nn.ModuleList(Layer() for _ in range(LAYERS)), nn.LayerNorm(MODEL)

    def forward(self, y):
        time = y.shape[1]
        mask = torch.ones(time, time, dtype=torch.bool).triu(1)
        x = self.table(y) + self.places.weight[:time]
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x) @ self.table.weight.T


torch.manual_seed(1)
model = GPT()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.99))
now = memory()["now"]
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
for step in range(STEPS):
    y = torch.randint(1, VOCAB, (BATCH, PLACES))
    previous = torch.cat([torch.zeros(BATCH, 1, dtype=torch.long), y[:, :-1]], 1)
    loss = F.cross_entropy(model(previous).view(-1, VOCAB), y.view(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
print(json.dumps({"version": torch.__version__, "constructed": now, "peak": memory()["peak"] - now, "loss": loss.item()}))
