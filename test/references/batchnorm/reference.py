"""BatchNorm2d in PyTorch, in training and out of it, for test/references/batchnorm.test.ts: writes `reference.json` beside itself.

    pip install torch
    python test/references/batchnorm/reference.py
"""
import json
import pathlib

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)

batch, channels, height, width, steps = 3, 2, 4, 5, 3
norm = torch.nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1)
gain = torch.tensor([0.7, -1.3])
bias = torch.tensor([0.2, 0.5])
with torch.no_grad():
    norm.weight.copy_(gain)
    norm.bias.copy_(bias)
weigh = torch.randn(channels, height, width)


def rounded(x: torch.Tensor) -> object:
    return [rounded(part) for part in x] if x.dim() > 0 else round(x.item(), 8)


updates = []
for _ in range(steps):
    x = torch.randn(batch, channels, height, width) * torch.tensor([0.5, 3.0])[None, :, None, None] + 1
    norm.zero_grad()
    y = norm(x)
    loss = (y ** 2 * weigh).sum(dim=(1, 2, 3)).mean() / (height * width)
    loss.backward()
    updates.append({
        'x': rounded(x), 'loss': loss.item(), 'gain': rounded(norm.weight.grad), 'bias': rounded(norm.bias.grad),
        'mean': rounded(norm.running_mean), 'variance': rounded(norm.running_var),
    })
norm.eval()
x = torch.randn(batch, channels, height, width)
numbers = ({'gain': rounded(gain), 'bias': rounded(bias), 'weigh': rounded(weigh), 'updates': updates, 'x': rounded(x), 'y': rounded(norm(x))})
pathlib.Path(__file__).with_name('reference.json').write_text(json.dumps(numbers) + '\n')
