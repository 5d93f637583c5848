"""The Transformer of Vaswani et al. (2017) in PyTorch, written from the paper: an independent check of models/transformer.

Not a dependency of anything. To run it:

    pip install torch
    npx tsx test/references/transformer-data.ts full 400000 full.json
    python test/references/transformer.py full.json

and likewise with `reversal` and `sorting`. It trains on the same examples with the same sizes, on one thread, and prints
the share of the test set that greedy search gets right.
"""
import argparse
import json
import math
import random
import time

import torch
from torch import nn
from torch.nn import functional as F

START, END = 1, 2


class Attention(nn.Module):
    """Sec. 3.2.2, without biases."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))
        for each in (self.q, self.k, self.v, self.o):
            nn.init.xavier_uniform_(each.weight)

    def forward(self, x, y, absent):
        split = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = split(self.q(x)), split(self.k(y)), split(self.v(y))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        weights = scores.masked_fill(absent, -1e9).softmax(-1)
        return self.o((weights @ v).transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    """Eq. (2)."""

    def __init__(self, width, inner):
        super().__init__()
        self.first, self.second = nn.Linear(width, inner), nn.Linear(inner, width)
        for each in (self.first, self.second):
            nn.init.xavier_uniform_(each.weight)
            nn.init.zeros_(each.bias)

    def forward(self, x):
        return self.second(F.relu(self.first(x)))


class Layer(nn.Module):
    """Sec. 3.1; `pre` normalises what goes into a sublayer instead of what comes out of the sum."""

    def __init__(self, o, cross):
        super().__init__()
        self.pre = o.norm == 'pre'
        self.parts = nn.ModuleList([Attention(o.width, o.heads) for _ in range(1 + cross)] + [FeedForward(o.width, o.inner)])
        self.norms = nn.ModuleList(nn.LayerNorm(o.width) for _ in self.parts)
        self.dropout = nn.Dropout(o.dropout)

    def forward(self, x, absent, memory=None, memory_absent=None, past=None):
        for index, (part, norm) in enumerate(zip(self.parts, self.norms)):
            n = norm(x) if self.pre else x
            if isinstance(part, FeedForward):
                out = part(n)
            elif index == 0:
                if past is not None:
                    past[0] = torch.cat([past[0], n], 1)
                out = part(n, n if past is None else past[0], absent)
            else:
                out = part(n, memory, memory_absent)
            x = x + self.dropout(out) if self.pre else norm(x + self.dropout(out))
        return x


class Transformer(nn.Module):
    def __init__(self, vocab, o):
        super().__init__()
        self.width = o.width
        self.table = nn.Parameter(torch.randn(vocab, o.width) * o.width ** -0.5)
        self.encoder = nn.ModuleList(Layer(o, False) for _ in range(o.layers))
        self.decoder = nn.ModuleList(Layer(o, True) for _ in range(o.layers))
        last = (lambda: nn.LayerNorm(o.width)) if o.norm == 'pre' else nn.Identity
        self.encoded, self.decoded = last(), last()
        self.dropout = nn.Dropout(o.dropout)

    def embed(self, ids):
        place = torch.arange(ids.shape[1])[:, None]
        even = torch.arange(0, self.width, 2)
        angle = place / 10000 ** (even / self.width)
        sinusoid = torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)
        return self.dropout(math.sqrt(self.width) * self.table[ids] + sinusoid)

    def encode(self, source):
        absent = (source < 0)[:, None, None, :]
        x = self.embed(source.clamp(min=0))
        for layer in self.encoder:
            x = layer(x, absent)
        return self.encoded(x), absent

    def decode(self, y, memory, memory_absent, past=None):
        """With `past`, a list for each layer of what it has seen of the earlier positions: the last position alone."""
        causal = torch.ones(y.shape[1], y.shape[1], dtype=torch.bool).triu(1)
        x = self.embed(y)
        if past is not None:
            x, causal = x[:, -1:], causal[-1:]
        for index, layer in enumerate(self.decoder):
            x = layer(x, causal, memory, memory_absent, None if past is None else past[index])
        return self.decoded(x) @ self.table.T

    def greedy(self, source, most):
        memory = self.encode(source)
        y = torch.full((len(source), 1), START)
        ended = torch.zeros(len(source), dtype=torch.bool)
        for _ in range(most):
            following = self.decode(y, *memory)[:, -1].argmax(-1)
            y = torch.cat([y, following[:, None]], 1)
            ended |= following == END
            if ended.all():
                break
        return [(row[:row.index(END)] if END in row else row) for row in y[:, 1:].tolist()]


def padded(rows, filler):
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def loss_of(model, batch, smoothing):
    """Smoothed by (1 - smoothing) on the right symbol and smoothing / (V - 1) on each other; the mean over each example's places."""
    source, target = padded([s for s, _ in batch], -1), padded([t for _, t in batch], -1)
    shifted = torch.cat([torch.full((len(batch), 1), START), target[:, :-1].clamp(min=0)], 1)
    logp = model.decode(shifted, *model.encode(source)).log_softmax(-1)
    right = -logp.gather(-1, target.clamp(min=0)[..., None])[..., 0]
    others = (-logp.sum(-1) - right) / (logp.shape[-1] - 1)
    here = (target >= 0).float()
    return (((1 - smoothing) * right + smoothing * others) * here).sum(1).div(here.sum(1)).mean()


@torch.no_grad()
def exact(model, test, most):
    model.eval()
    order = sorted(range(len(test)), key=lambda k: len(test[k][0]))
    right = {}
    for at in range(0, len(order), 256):
        part = order[at:at + 256]
        answers = model.greedy(padded([test[k][0] for k in part], -1), most)
        right.update((k, answer == test[k][1][:-1]) for k, answer in zip(part, answers))
    model.train()
    return right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('data')
    for name, value in dict(layers=2, width=64, heads=4, inner=256, batch=64, window=20, steps=3000, seed=1, every=500, threads=1).items():
        parser.add_argument(f'--{name}', type=int, default=value)
    for name, value in dict(factor=0.5, warmup=400.0, dropout=0.0, smoothing=0.1, cool=math.inf, halving=400.0, seconds=math.inf).items():
        parser.add_argument(f'--{name}', type=float, default=value)
    parser.add_argument('--norm', choices=['post', 'pre'], default='pre')
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    rng = random.Random(o.seed)
    with open(o.data, encoding='utf8') as file:
        data = json.load(file)
    vocab, train, test = data['vocab'], data['train'], data['test']
    most = max(len(t) for _, t in test) + 2
    model = Transformer(vocab, o)
    print(vars(o), sum(p.numel() for p in model.parameters()), 'parameters', flush=True)
    adam = torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.98), eps=1e-9)
    # Processor time, since a machine may have other work; measuring is not counted.
    spent, window = 0.0, []
    for step in range(1, o.steps + 1):
        begun = time.process_time()
        if not window:
            # Sorted by length within a window, so that a batch holds little padding.
            pool = sorted((train[rng.randrange(len(train))] for _ in range(o.window * o.batch)), key=lambda e: len(e[0]))
            window = [pool[at:at + o.batch] for at in range(0, len(pool), o.batch)]
            rng.shuffle(window)
        rate = o.factor * o.width ** -0.5 * min(step ** -0.5, step * o.warmup ** -1.5)
        adam.param_groups[0]['lr'] = rate * 0.5 ** max(0, (step - o.cool) / o.halving)
        loss = loss_of(model, window.pop(), o.smoothing)
        adam.zero_grad()
        loss.backward()
        adam.step()
        spent += time.process_time() - begun
        last = step == o.steps or spent > o.seconds
        if step % o.every == 0 or last:
            right = exact(model, test if last else test[::8], most)
            share = sum(right.values()) / len(right)
            print(f'{step} steps, {spent:.0f} s, loss {loss.item():.4f}, exact {100 * share:.2f} %', flush=True)
        if last:
            break
    # In thirds by the length of the input.
    order = sorted(range(len(test)), key=lambda k: len(test[k][0]))
    for third in range(3):
        part = order[third * len(order) // 3:(third + 1) * len(order) // 3]
        share = sum(right[k] for k in part) / len(part)
        print(f'inputs of {len(test[part[0]][0])} to {len(test[part[-1]][0])}: exact {100 * share:.2f} % of {len(part)}')


if __name__ == '__main__':
    main()
