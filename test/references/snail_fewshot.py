"""SNAIL (Mishra et al., 2018), supervised form, on characters of held-out alphabets in PyTorch, written from the paper: an
independent check of models/snail, on the same pictures (models/glyphs) and by the same recipe.

Not a dependency of anything. To run it:

    pip install torch
    python test/references/snail_fewshot.py --shots 1
    python test/references/snail_fewshot.py --shots 5 --batch 16
    python test/references/snail_fewshot.py --ways 20
    python test/references/snail_fewshot.py --mixer none --filters 64

It prints the loss and the accuracy on the validation alphabets while it trains, then the accuracy on the test alphabets.
"""
import argparse
import json
import math
import pathlib
import time
import zlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# Pictures asked about in an episode, and pixels of one.
ASKED, SIZE = 5, 28
GLYPHS = pathlib.Path(__file__).parents[2] / "models" / "glyphs"


def load():
    """side -> alphabet -> a list of characters, each [fonts, 28, 28]."""
    index = json.loads((GLYPHS / "glyphs.json").read_text())
    packed = np.frombuffer(zlib.decompress((GLYPHS / "glyphs.bin").read_bytes()), np.uint8)
    pixels = np.stack([packed >> 2 * k & 3 for k in range(4)], 1).reshape(-1, SIZE, SIZE).astype(np.float32) / 3
    sides, at = {}, 0
    for alphabet in index["alphabets"]:
        characters = []
        for bits in alphabet["characters"].values():
            count = bin(bits).count("1")
            characters.append(pixels[at : at + count])
            at += count
        sides.setdefault(alphabet["side"], {})[alphabet["name"]] = characters
    return sides


def episodes(alphabets, count, ways, shots, random, train, classes=None):
    """Pictures shown [count, ways * shots, 28, 28] and their labels, pictures asked about [count, ASKED, 28, 28] and theirs.

    Fewer `classes` than `ways` stand in as many places all the same.
    """
    classes = classes or ways
    alphabets = [alphabet for alphabet in alphabets.values() if len(alphabet) >= ways]
    shares = np.array([len(alphabet) for alphabet in alphabets], float)
    shares /= shares.sum()
    shown = np.zeros((count, ways * shots, SIZE, SIZE), np.float32)
    asked = np.zeros((count, ASKED, SIZE, SIZE), np.float32)
    labels, answers = np.zeros((count, ways * shots), np.int64), np.zeros((count, ASKED), np.int64)
    for n in range(count):
        # Training alphabets as often as they have characters, the others in turn.
        alphabet = alphabets[random.choice(len(alphabets), p=shares) if train else n % len(alphabets)]
        quarters = random.integers(4) if train else 0
        characters = random.permutation(len(alphabet))[:classes]
        names, fonts = random.permutation(ways), [random.permutation(len(alphabet[each])) for each in characters]
        taken = np.zeros(classes, np.int64)

        def take(k):
            one = k % classes
            font = fonts[one][taken[one] % len(fonts[one])]
            taken[one] += 1
            return np.rot90(alphabet[characters[one]][font], quarters), names[one]

        for k, place in enumerate(random.permutation(ways * shots)):
            shown[n, place], labels[n, place] = take(k)
        for k, place in enumerate(random.permutation(ASKED)):
            asked[n, place], answers[n, place] = take(k)
    return tuple(map(torch.from_numpy, (shown, labels, asked, answers)))


def begun(layer, inputs, outputs):
    """Glorot & Bengio 2010, eq. (16); of a convolution, the inputs and outputs of one position."""
    limit = math.sqrt(6 / (inputs + outputs))
    nn.init.uniform_(layer.weight, -limit, limit)
    nn.init.zeros_(layer.bias)
    return layer


def linear(inputs, outputs):
    return begun(nn.Linear(inputs, outputs), inputs, outputs)


def convolution(inputs, outputs, side, stride=1, padding=0):
    return begun(nn.Conv2d(inputs, outputs, side, stride, padding), inputs * side**2, outputs)


class Embed(nn.Module):
    def __init__(self, embed=64, fine=8, middle=16, coarse=16):
        super().__init__()
        self.patches = convolution(1, fine, 2, stride=2)
        self.first = convolution(fine, middle, 3, padding=1)
        self.second = convolution(middle, coarse, 3, padding=1)
        self.last = linear(coarse * (SIZE // 4) ** 2, embed)

    def forward(self, x):
        x = F.relu(self.patches(x - 0.2))
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        return self.last(F.relu(self.second(x)).flatten(1))


class Dense(nn.Module):
    def __init__(self, channels, gap, filters):
        super().__init__()
        self.gap = gap
        # One map for both places: [before, here] to [value, gate].
        self.map = begun(nn.Linear(2 * channels, 2 * filters), channels, filters)

    def gate(self, before, x):
        value, gate = self.map(torch.cat([before, x], -1)).chunk(2, -1)
        return torch.cat([x, torch.tanh(value) * torch.sigmoid(gate)], -1)

    def forward(self, known, question):
        count = known.shape[1]
        earlier = F.pad(known, (0, 0, self.gap, 0))
        return self.gate(earlier[:, :count], known), self.gate(earlier[:, count : count + 1].expand_as(question), question)


class Attend(nn.Module):
    def __init__(self, channels, inner, value):
        super().__init__()
        self.q, self.k, self.v = linear(channels, inner), linear(channels, inner), linear(channels, value)

    def forward(self, known, question):
        scale, count = 1 / math.sqrt(self.k.out_features), known.shape[1]
        keys, values = self.k(known), self.v(known)
        later = torch.ones(count, count, dtype=torch.bool).triu(1)
        score = scale * self.q(known) @ keys.transpose(1, 2)
        read = score.masked_fill(later, -1e9).softmax(-1) @ values
        # A question sees what is shown, and itself.
        q = self.q(question)
        itself = (q * self.k(question)).sum(-1, keepdim=True)
        weights = (scale * torch.cat([q @ keys.transpose(1, 2), itself], -1)).softmax(-1)
        asked = weights[..., :count] @ values + weights[..., count:] * self.v(question)
        return torch.cat([known, read], -1), torch.cat([question, asked], -1)


class FewShot(nn.Module):
    def __init__(self, ways, shots, mixer, coarse=16, filters=16, embed=64, inner=64, value=32):
        super().__init__()
        self.ways, self.embed, layers = ways, Embed(embed, coarse=coarse), []
        rounds, channels = math.ceil(math.log2(ways * shots + 1)), embed + ways
        for width, convolve in ((value, True), (2 * value, True), (2 * value, False)):
            if mixer == "attention":
                layers.append(Attend(channels, inner, width))
                channels += width
            for i in range(rounds if convolve else 0):
                layers.append(Dense(channels, 2**i, filters))
                channels += filters
        self.layers, self.out = nn.ModuleList(layers), linear(channels, ways)

    def forward(self, shown, labels, asked):
        batch, count = labels.shape
        e = self.embed(torch.cat([shown, asked], 1).flatten(0, 1).unsqueeze(1)).reshape(batch, count + ASKED, -1)
        known, question = e[:, :count], e[:, count:]
        centre = known.mean(1, keepdim=True)
        scale = 1 / torch.sqrt(((known - centre) ** 2).mean(1, keepdim=True) + 1e-5)
        known = torch.cat([scale * (known - centre), F.one_hot(labels, self.ways).float()], -1)
        question = F.pad(scale * (question - centre), (0, self.ways))
        # Each question stands by itself after all that is shown, which sees none of them and so is computed once.
        for layer in self.layers:
            known, question = layer(known, question)
        return self.out(question)


def right(model, data):
    with torch.no_grad():
        parts = zip(*(part.split(64) for part in data))
        return torch.cat([(model(*inputs).argmax(-1) == answers).float().mean(1) for *inputs, answers in parts]).numpy()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--ways", type=int, default=5)
    p.add_argument("--shots", type=int, default=1)
    p.add_argument("--mixer", choices=["attention", "none"], default="attention")
    p.add_argument("--coarse", type=int, default=16)
    p.add_argument("--filters", type=int, default=16)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--steps", type=int, default=6000)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--fewer", type=int, default=0, help="steps in which the characters of an episode grow from two to all")
    p.add_argument("--every", type=int, default=500)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--no-test", action="store_true")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    random, sides = np.random.default_rng(a.seed), load()
    model = FewShot(a.ways, a.shots, a.mixer, a.coarse, a.filters)
    print(f"{sum(w.numel() for w in model.parameters()):,} parameters")
    held = lambda side, count, seed: episodes(sides[side], count, a.ways, a.shots, np.random.default_rng(seed), False)
    validation = held("validation", 512, 1000)
    optimizer = torch.optim.Adam(model.parameters(), lr=a.rate)
    losses, start, spent = [], time.time(), 0.0
    for step in range(1, a.steps + 1):
        began = time.process_time()
        # Half of the run at the full rate, then down to a fiftieth.
        for group in optimizer.param_groups:
            group["lr"] = a.rate * min(1, max(0.02, 2 - 2 * step / a.steps))
        classes = a.ways if step > a.fewer else 2 + (step - 1) * (a.ways - 2) // a.fewer
        *inputs, answers = episodes(sides["train"], a.batch, a.ways, a.shots, random, True, classes)
        loss = F.cross_entropy(model(*inputs).flatten(0, 1), answers.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        spent += time.process_time() - began
        if step % a.every == 0:
            print(f"step {step}: loss {np.mean(losses[-a.every:]):.3f}, validation {right(model, validation).mean():.3f}, {spent:.0f} s of processor, {time.time() - start:.0f} s", flush=True)
    if a.no_test:
        return
    result = right(model, held("test", 1024, 2000))
    names = list(sides["test"])
    print(f"test {result.mean():.4f}: " + ", ".join(f"{name} {result[k :: len(names)].mean():.3f}" for k, name in enumerate(names)))


if __name__ == "__main__":
    main()
