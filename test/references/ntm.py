"""The Neural Turing Machine (Graves, Wayne & Danihelka, 2014) in PyTorch, written from the paper: an independent check of models/ntm.

Not a dependency of anything. To run it:

    pip install torch
    python test/references/ntm.py --slots 160 --veil 0.3 --steps 2500     # copying, fed forward, as `attnc train models/ntm`
    python test/references/ntm.py --task repeat --steps 4000 --rate 1e-3 --full 800
    python test/references/ntm.py --slots 160 --controller lstm --hidden 32 --leak 0.5 --steps 3000

It trains the same machine by the same recipe (Adam, the rate falls in the last third, the gradient's norm is clipped at 10,
batches of 32 sequences of one size, small sizes first) and prints wrong bits of a sequence, of 100 for each size.
"""
import argparse
import math
import time

import torch
from torch import nn
from torch.nn import functional as F


def linear(inputs, outputs):
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Head(nn.Module):
    """Sec. 3.3: eq. (5) to (9)."""

    def __init__(self, hidden, width):
        super().__init__()
        self.key, self.strength, self.gate = linear(hidden, width), linear(hidden, 1), linear(hidden, 1)
        self.shift, self.power = linear(hidden, 3), linear(hidden, 1)

    def forward(self, memory, o, w):
        key = torch.tanh(self.key(o))
        content = torch.softmax(F.softplus(self.strength(o)) * F.cosine_similarity(memory, key[:, None], -1, 1e-8), 1)
        gated = torch.lerp(w, content, torch.sigmoid(self.gate(o)))
        back, stay, on = torch.softmax(self.shift(o), 1).split(1, 1)
        moved = back * gated.roll(-1, 1) + stay * gated + on * gated.roll(1, 1)
        return torch.softmax((1 + F.softplus(self.power(o))) * torch.log(moved + 1e-36), 1)


class Machine(nn.Module):
    def __init__(self, bits, out, args):
        super().__init__()
        hidden, heads, width, slots = args.hidden, args.heads, args.width, args.slots
        self.slots, self.width, self.veil, self.leak = slots, width, args.veil, args.leak
        self.r = nn.Parameter(0.1 * torch.randn(heads, width))
        self.read0, self.write0 = (nn.Parameter(torch.zeros(heads, slots)) for _ in range(2))
        self.is_lstm = args.controller == "lstm"
        inputs = bits + heads * width
        self.controller = nn.LSTMCell(inputs, hidden) if self.is_lstm else linear(inputs, hidden)
        self.readers, self.writers = (nn.ModuleList(Head(hidden, width) for _ in range(heads)) for _ in range(2))
        self.erase, self.add = (nn.ModuleList(linear(hidden, width) for _ in range(heads)) for _ in range(2))
        self.out = linear(hidden + heads * width, out)
        self.hidden = hidden

    def forward(self, x):
        size = x.shape[0]
        slots = torch.arange(self.slots)
        memory = torch.full((size, self.slots, self.width), 1e-6)
        r = torch.tanh(self.r).flatten().expand(size, -1)
        reading = [torch.softmax(each - 2 * slots, 0).expand(size, -1) for each in self.read0]
        writing = [torch.softmax(each - 2 * slots, 0).expand(size, -1) for each in self.write0]
        state = (torch.zeros(size, self.hidden), torch.zeros(size, self.hidden))
        answers = []
        for xt in x.unbind(1):
            given = torch.cat([xt, F.dropout(r, self.veil, self.training)], 1)
            if self.is_lstm:
                state = self.controller(given, (state[0], (1 - self.leak) * state[1]))
                o = state[0]
            else:
                o = torch.tanh(self.controller(given))
            writing = [head(memory, o, w) for head, w in zip(self.writers, writing)]
            kept = torch.ones_like(memory)
            for w, erase in zip(writing, self.erase):
                kept = kept * (1 - w[:, :, None] * torch.sigmoid(erase(o))[:, None])
            memory = memory * kept + sum(w[:, :, None] * torch.tanh(add(o))[:, None] for w, add in zip(writing, self.add))
            reading = [head(memory, o, w) for head, w in zip(self.readers, reading)]
            r = torch.cat([(w[:, None] @ memory)[:, 0] for w in reading], 1)
            answers.append(self.out(torch.cat([o, r], 1)))
        return torch.stack(answers, 1)


def copy(size, share=None, length=None):
    length = length or 1 + int(math.ceil(20 * share) * torch.rand(()).item())
    items = torch.randint(2, (size, length, 8)).float()
    x = torch.zeros(size, 2 * length + 1, 9)
    x[:, :length, :8] = items
    x[:, length, 8] = 1
    return x, items


def repeat(size, share=None, length=None, times=None):
    length = length or 1 + int(math.ceil(10 * share) * torch.rand(()).item())
    times = times or 1 + int(math.ceil(10 * share) * torch.rand(()).item())
    items = torch.randint(2, (size, length, 8)).float()
    x = torch.zeros(size, length + 1 + length * times + 1, 10)
    x[:, :length, :8] = items
    x[:, length, 8] = 1
    x[:, length, 9] = (times - 5.5) / math.sqrt(99 / 12)
    target = torch.zeros(size, length * times + 1, 9)
    target[:, :-1, :8] = items.repeat(1, times, 1)
    target[:, -1, 8] = 1
    return x, target


TASKS = {
    "copy": (9, 8, copy, [{"length": n} for n in (10, 20, 30, 50, 120)]),
    "repeat": (10, 9, repeat, [{"length": n, "times": k} for n, k in ((10, 10), (20, 10), (10, 20))]),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", choices=TASKS, default="copy")
    parser.add_argument("--controller", choices=["feedforward", "lstm"], default="feedforward")
    for name, value in (("hidden", 100), ("slots", 128), ("width", 20), ("heads", 1), ("steps", 1500), ("batch", 32), ("seed", 1), ("full", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--veil", type=float, default=0.0)
    parser.add_argument("--leak", type=float, default=0.0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    bits, out, draw, tests = TASKS[args.task]
    machine = Machine(bits, out, args)
    optimizer = torch.optim.Adam(machine.parameters(), args.rate)
    print(sum(each.numel() for each in machine.parameters()), "parameters")
    begin = time.time()
    for step in range(1, args.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * max(0.02, min(1, 3 - 3 * step / args.steps))
        x, target = draw(args.batch, share=1 if step >= (args.full or args.steps // 2) else 0.4)
        loss = F.binary_cross_entropy_with_logits(machine(x)[:, -target.shape[1]:], target)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(machine.parameters(), 10)
        optimizer.step()
        if step % 250 == 0:
            print(f"step {step}: loss {loss.item():.5f}, {time.time() - begin:.0f} s", flush=True)
    machine.eval()
    with torch.no_grad():
        for test in tests:
            x, target = draw(100, **test)
            wrong = ((machine(x)[:, -target.shape[1]:] > 0) != (target > 0.5)).sum((1, 2)).float()
            whole = 100 * (wrong == 0).float().mean().item()
            print(", ".join(f"{name} {value}" for name, value in test.items()), f"{wrong.mean().item():.2f} bits wrong, {whole:.1f} % whole")


main()
