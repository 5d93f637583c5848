"""SNAIL (Mishra et al., 2018) on Bernoulli bandits in PyTorch, written from the paper: an independent check of models/snail/bandits.

Not a dependency of anything. To run it:

    pip install torch
    python test/references/snail_bandits.py                    # a hundred pulls of five arms
    python test/references/snail_bandits.py --pulls 10 --stages 1:10 --steps 600

It trains the same network by the same recipe (actor-critic with the clipped ratio of Schulman et al., 2017, trials that
become longer) and prints the mean total reward of the pulls of trials that it was not trained on.
"""
import argparse
import math
import time

import torch
from torch import nn
from torch.nn import functional as F


class Dense(nn.Module):
    """Sec. 3.1: a causal convolution of two places `gap` apart, with a gate. What it adds to its input is returned alone."""

    def __init__(self, channels, gap, width):
        super().__init__()
        self.channels, self.gap, self.width = channels, gap, width
        limit = math.sqrt(6 / (channels + width))
        self.earlier = nn.Parameter(torch.empty(channels, 2 * width).uniform_(-limit, limit))
        self.here = nn.Parameter(torch.empty(channels, 2 * width).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.zeros(2 * width))

    def gate(self, y):
        return torch.tanh(y[..., :self.width]) * torch.sigmoid(y[..., self.width:])

    def forward(self, x):
        y = x @ self.here + self.bias
        if self.gap < x.shape[1]:
            y = y + F.pad(x[:, :-self.gap] @ self.earlier, (0, 0, self.gap, 0))
        return self.gate(y)

    def step(self, x, earlier):
        y = x @ self.here + self.bias
        return self.gate(y if earlier is None else y + earlier @ self.earlier)


class Policy(nn.Module):
    """Sec. 5.2.1: a layer of 32, TC(pulls, 32) twice, attention with 32, and the heads."""

    def __init__(self, arms, pulls, width):
        super().__init__()
        self.arms, self.width = arms, width
        self.first = nn.Linear(arms + 1, width)
        gaps = [2 ** i for i in range(math.ceil(math.log2(pulls)))] * 2
        self.dense = nn.ModuleList(Dense(width * (1 + k), gap, width) for k, gap in enumerate(gaps))
        channels = width * (1 + len(gaps))
        self.q, self.k, self.v = (nn.Linear(channels, width) for _ in range(3))
        self.logits, self.value = nn.Linear(channels + width, arms), nn.Linear(channels + width, 1)
        for layer in (self.first, self.q, self.k, self.v, self.logits, self.value):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.first(x)
        for dense in self.dense:
            x = torch.cat([x, dense(x)], -1)
        y = F.scaled_dot_product_attention(self.q(x)[:, None], self.k(x)[:, None], self.v(x)[:, None], is_causal=True)[:, 0]
        x = torch.cat([x, y], -1)
        return self.logits(x), self.value(x)[..., 0]

    @torch.no_grad()
    def play(self, trials, pulls, chance):
        """Plays place by place: what a convolution and the attention look back to is kept."""
        means = torch.rand(trials, self.arms, generator=chance)
        rows = torch.arange(trials)
        channels = self.width * (1 + len(self.dense))
        seen = torch.zeros(pulls, trials, channels)
        keys, values = torch.zeros(trials, pulls, self.width), torch.zeros(trials, pulls, self.width)
        inputs = torch.zeros(trials, pulls, self.arms + 1)
        chosen = torch.zeros(trials, pulls, dtype=torch.long)
        rewards, before, expected = (torch.zeros(trials, pulls) for _ in range(3))
        for t in range(pulls):
            if t > 0:
                inputs[:, t] = torch.cat([F.one_hot(chosen[:, t - 1], self.arms), rewards[:, t - 1:t]], -1)
            x = seen[t]
            x[:, :self.width] = self.first(inputs[:, t])
            for dense in self.dense:
                c = dense.channels
                x[:, c:c + self.width] = dense.step(x[:, :c], seen[t - dense.gap][:, :c] if t >= dense.gap else None)
            keys[:, t], values[:, t] = self.k(x), self.v(x)
            weights = torch.softmax(torch.einsum('nd,ntd->nt', self.q(x), keys[:, :t + 1]) / math.sqrt(self.width), -1)
            y = torch.cat([x, torch.einsum('nt,ntd->nd', weights, values[:, :t + 1])], -1)
            policy = torch.log_softmax(self.logits(y), -1)
            noise = torch.rand(trials, self.arms, generator=chance).clamp(1e-9, 1 - 1e-7)
            chosen[:, t] = (policy - torch.log(-torch.log(noise))).argmax(-1)
            rewards[:, t] = (torch.rand(trials, generator=chance) < means[rows, chosen[:, t]]).float()
            before[:, t], expected[:, t] = policy[rows, chosen[:, t]], self.value(y)[:, 0]
        return inputs, chosen, rewards, before, expected


def credit(rewards, expected, discount, trace):
    """Advantages by generalised advantage estimation, and returns as means over the pulls to come, as the value is one."""
    trials, pulls = rewards.shape
    horizon = torch.tensor([sum(discount ** k for k in range(pulls - t)) for t in range(pulls)])
    values = torch.cat([expected * horizon, torch.zeros(trials, 1)], 1)
    advantages, ahead = torch.zeros(trials, pulls), torch.zeros(trials)
    for t in reversed(range(pulls)):
        ahead = rewards[:, t] + discount * values[:, t + 1] - values[:, t] + discount * trace * ahead
        advantages[:, t] = ahead
    returns = (advantages + values[:, :-1]) / horizon
    return (advantages - advantages.mean()) / (advantages.std() + 1e-6), returns


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--arms', type=int, default=5)
    parser.add_argument('--pulls', type=int, default=100)
    parser.add_argument('--width', type=int, default=32)
    parser.add_argument('--steps', type=int, default=6000)
    parser.add_argument('--batch', type=int, default=32, help='trials of one step')
    parser.add_argument('--parts', type=int, default=4, help='batches of one rollout')
    parser.add_argument('--rounds', type=int, default=3, help='how often a trial is learnt from')
    parser.add_argument('--stages', default='1:10,1501:20,2701:40,3901:100', help='step:pulls')
    parser.add_argument('--rate', type=float, default=1e-3)
    parser.add_argument('--discount', type=float, default=0.99)
    parser.add_argument('--trace', type=float, default=0.9)
    parser.add_argument('--bonus', type=float, default=0.05)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--test', type=int, default=4096)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    chance = torch.Generator().manual_seed(given.seed)
    policy = Policy(given.arms, given.pulls, given.width)
    optimizer = torch.optim.Adam(policy.parameters(), lr=given.rate)
    stages = [tuple(map(int, stage.split(':'))) for stage in given.stages.split(',')]
    began, busy, step, recent = time.time(), time.process_time(), 0, []
    shown = 0
    while step < given.steps:
        pulls = [each for first, each in stages if first <= step + 1][-1]
        bonus = given.bonus * max(0, 1 - step / (0.8 * given.steps))
        inputs, chosen, rewards, before, expected = policy.play(given.batch * given.parts, pulls, chance)
        advantages, returns = credit(rewards, expected, given.discount, given.trace)
        recent = [*recent, rewards.mean().item()][-20:]
        for _ in range(given.rounds):
            for rows in torch.randperm(len(inputs), generator=chance).split(given.batch):
                step += 1
                for group in optimizer.param_groups:
                    group['lr'] = given.rate * min(1, step / 240) * max(0.1, 1 - step / given.steps)
                logits, value = policy(inputs[rows])
                every = torch.log_softmax(logits, -1)
                ratio = torch.exp(every.gather(-1, chosen[rows][..., None])[..., 0] - before[rows])
                gain = torch.min(ratio * advantages[rows], ratio.clamp(0.8, 1.2) * advantages[rows])
                spread = -(every.exp() * every).sum(-1)
                loss = (0.5 * (value - returns[rows]) ** 2 - gain - bonus * spread).mean()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(policy.parameters(), 0.5)
                optimizer.step()
        if step - shown >= 240 or step >= given.steps:
            shown = step
            minutes, cpu = (time.time() - began) / 60, (time.process_time() - busy) / 60
            print(f'step {step}, pulls {pulls}: paid {sum(recent) / len(recent):.4f}, entropy {spread.mean():.3f}, {minutes:.1f} min, {cpu:.1f} of the processor', flush=True)
    totals = policy.play(given.test, given.pulls, torch.Generator().manual_seed(999))[2].sum(1)
    print(f'{given.test} trials of {given.pulls} pulls: {totals.mean():.2f} ± {totals.std() / math.sqrt(given.test):.2f}')


if __name__ == '__main__':
    main()
