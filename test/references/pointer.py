"""The pointer network (Vinyals, Fortunato & Jaitly, 2015) in PyTorch, written from the paper: an independent check of models/pointer.

Not a dependency of anything. To run it:

    pip install torch
    python test/references/pointer.py                       # hulls of 5 to 50 points, as `attnc train models/pointer --config hull-50`
    python test/references/pointer.py --task delaunay

It trains the same network by the same recipe (Adam, the rate falls in the second half, the gradient's norm is clipped at 2, a batch
has examples of one number of points, few points come first) and prints how many answers are exact, of 512 for each number of points.
"""
import argparse
import itertools
import time

import torch
from torch import nn
from torch.nn import functional as F


class PointerNetwork(nn.Module):
    def __init__(self, args):
        super().__init__()
        self.stop, self.go = nn.Parameter(torch.empty(args.embed)), nn.Parameter(torch.empty(args.embed))
        self.embed = nn.Linear(2, args.embed)
        self.read, self.point = (nn.LSTM(args.embed, args.hidden, batch_first=True) for _ in range(2))
        self.W1, self.W2 = (nn.Linear(args.hidden, args.align, bias=False) for _ in range(2))
        self.v = nn.Linear(args.align, 1, bias=False)
        for each in self.parameters():
            nn.init.uniform_(each, -0.08, 0.08)
        for lstm in (self.read, self.point):
            for gate in lstm.weight_hh_l0.data.split(args.hidden):
                nn.init.orthogonal_(gate)
            nn.init.zeros_(lstm.bias_ih_l0)
            nn.init.zeros_(lstm.bias_hh_l0)
            lstm.bias_hh_l0.data[args.hidden : 2 * args.hidden] = 1

    def encode(self, points):
        x = torch.cat([self.stop.expand(len(points), 1, -1), self.embed(points)], 1)
        e, state = self.read(x)
        return x, self.W1(e), state

    def logits(self, keys, d):
        """Eq. (3), for all outputs."""
        return self.v(torch.tanh(keys[:, None] + self.W2(d)[:, :, None]))[..., 0]

    def forward(self, points, y):
        x, keys, state = self.encode(points)
        before = torch.cat([self.go.expand(len(points), 1, -1), x.gather(1, y[:, :-1, None].expand(-1, -1, x.shape[2]))], 1)
        return self.logits(keys, self.point(before, state)[0])

    @torch.no_grad()
    def generate(self, points, most):
        x, keys, state = self.encode(points)
        given, found = self.go.expand(len(points), 1, -1), []
        for _ in range(most):
            d, state = self.point(given, state)
            found.append(self.logits(keys, d)[:, 0].argmax(1))
            given = x[torch.arange(len(points)), found[-1]][:, None]
        return [row[: row.index(0)] if 0 in row else row for row in torch.stack(found, 1).tolist()]


def hull(points):
    """Andrew 1979; counter-clockwise from the corner of the lowest number (sec. 3.1)."""

    def chain(order):
        found = []
        for k in order:
            x, y = points[k]
            while len(found) > 1:
                (ax, ay), (bx, by) = points[found[-2]], points[found[-1]]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                found.pop()
            found.append(k)
        return found[:-1]

    order = sorted(range(len(points)), key=points.__getitem__)
    corners = chain(order) + chain(order[::-1])
    first = corners.index(min(corners))
    return [k + 1 for k in corners[first:] + corners[:first]]


def delaunay(points):
    """The triangles whose circles are empty, ordered by their incentres, each with its corners in ascending order (sec. 3.2)."""
    P = torch.tensor(points, dtype=torch.float64)
    corners = torch.tensor(list(itertools.combinations(range(len(P)), 3)))
    a, b, c = P[corners].unbind(1)
    det = lambda u, v: u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]  # noqa: E731
    p, q, r = (each[:, None] - P for each in (a, b, c))
    square = lambda u: (u * u).sum(-1)  # noqa: E731
    inside = square(p) * det(q, r) + square(q) * det(r, p) + square(r) * det(p, q)
    empty = (inside * det(b - a, c - a)[:, None].sign() < 1e-12).all(1)
    sides = torch.stack([(b - c).norm(dim=1), (c - a).norm(dim=1), (a - b).norm(dim=1)], 1)
    centres = (P[corners] * (sides / sides.sum(1, True))[..., None]).sum(1)
    chosen = sorted(empty.nonzero()[:, 0].tolist(), key=lambda k: centres[k].tolist())
    return (corners[chosen] + 1).flatten().tolist()


def as_set(ids):
    return {tuple(sorted(ids[k : k + 3])) for k in range(0, len(ids) - 2, 3)}


TASKS = {
    "hull": (hull, 50, (5, 10, 20, 50), lambda right, given: float(given == right)),
    "delaunay": (delaunay, 10, (5, 10, 15), lambda right, given: float(len(given) % 3 == 0 and as_set(given) == as_set(right))),
}


def draw(solve, size, count):
    points = torch.rand(size, count, 2)
    return points, [solve([tuple(point) for point in each]) for each in points.tolist()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", choices=TASKS, default="hull")
    for name, value in (("embed", 64), ("hidden", 256), ("align", 64), ("steps", 8000), ("batch", 128), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--stages", default="", help="1:10,3001:20: from step 3,001 on up to 20 points")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    solve, most, tests, exact = TASKS[args.task]
    stages = [tuple(map(int, each.split(":"))) for each in (args.stages or f"1:{most}").split(",")]
    network = PointerNetwork(args)
    optimizer = torch.optim.Adam(network.parameters(), args.rate)
    print(sum(each.numel() for each in network.parameters()), "parameters")
    begin = time.time()
    for step in range(1, args.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1, 2 - 2 * (step - 1) / (args.steps + 1))
        upto = [count for start, count in stages if start <= step][-1]
        points, answers = draw(solve, args.batch, int(torch.randint(5, upto + 1, ())))
        lengths = torch.tensor([len(each) + 1 for each in answers])
        y = torch.zeros(args.batch, int(lengths.max()), dtype=torch.long)
        for row, each in zip(y, answers):
            row[: len(each)] = torch.tensor(each)
        present = torch.arange(y.shape[1]) < lengths[:, None]
        losses = F.cross_entropy(network(points, y).transpose(1, 2), y, reduction="none")
        loss = ((losses * present).sum(1) / lengths).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2)
        optimizer.step()
        if step % 250 == 0:
            print(f"step {step}: loss {loss.item():.4f}, {time.time() - begin:.0f} s", flush=True)
    for count in tests:
        points, answers = draw(solve, 512, count)
        found = network.generate(points, 6 * count + 2)
        right = sum(exact(answer, given) for answer, given in zip(answers, found)) / 512
        print(f"n = {count}: {100 * right:.1f} % exact", flush=True)


main()
