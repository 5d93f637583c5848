"""models/gpt/model.attn: q, k and v as one product, attention as torch's own kernel; for decoding, a cache made once."""
import torch
from shared import layer_norm, linear, maps
from torch import nn
from torch.nn import functional as F


class Layer(nn.Module):
    def __init__(self, tensors, path, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = layer_norm(tensors, f"{path}.n.LayerNorm"), layer_norm(tensors, f"{path}.LayerNorm")
        self.qkv = maps(tensors, [f"{path}.seen.MultiHead.{name}" for name in ["Wq", "Wk", "Wv"]], 2)
        self.out = maps(tensors, [f"{path}.seen.MultiHead.Wo"])
        self.up, self.down = linear(tensors, f"{path}.Network.Linear"), linear(tensors, f"{path}.Network.Linear#2")

    def forward(self, x, cache=None, t=0):
        """All positions at once, or, with a cache, position t of each hypothesis."""
        size, places, model = x.shape
        q, k, v = F.linear(self.norm1(x), self.qkv).view(size, places, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if cache is not None:
            cache[0][:, :, t : t + 1], cache[1][:, :, t : t + 1] = k, v
            k, v = cache[0][:, :, : t + 1], cache[1][:, :, : t + 1]
        read = F.scaled_dot_product_attention(q, k, v, is_causal=cache is None)
        seen = x + F.linear(read.transpose(1, 2).reshape(size, places, model), self.out)
        return seen + self.down(F.gelu(self.up(self.norm2(seen))))


class Model(nn.Module):
    def __init__(self, tensors, sizes):
        super().__init__()
        self.places, self.vocab, self.heads, self.model = (sizes[name] for name in ["places", "vocab", "heads", "model"])
        self.table = nn.Parameter(tensors["Continue.table"])
        self.positions = nn.Parameter(tensors["Continue.learned_places"])
        self.layers = nn.ModuleList(
            Layer(tensors, f"Continue.repeat[{k}].x.Layer", self.heads) for k in range(sizes["layers"])
        )
        self.norm = layer_norm(tensors, "Continue.logits.LayerNorm")

    def loss(self, batch):
        y = batch["y"]
        x = F.embedding(F.pad(y[:, :-1], (1, 0)), self.table) + self.positions
        for layer in self.layers:
            x = layer(x)
        return F.cross_entropy((self.norm(x) @ self.table.T).flatten(0, 1), y.flatten())

    def step(self, ids, t, caches):
        """The logarithms of the next probabilities, [hypotheses, vocabulary]."""
        x = (self.table[ids] + self.positions[t])[:, None]
        for layer, cache in zip(self.layers, caches):
            x = layer(x, cache, t)
        return F.log_softmax(self.norm(x[:, 0]) @ self.table.T, -1)

    def generate(self, width):
        """The log-probability of the best text, which `chosen` holds; a width of 1 is greedy search."""
        shape = (2, width, self.heads, self.places, self.model // self.heads)
        caches = [torch.zeros(shape) for _ in self.layers]
        ids, scores, chosen = torch.zeros(width, dtype=torch.long), torch.zeros(width, 1), []
        for t in range(self.places):
            total = self.step(ids, t, caches) + scores
            if width == 1:
                scores, ids = total.max(1, keepdim=True)
                ids = ids[:, 0]
            else:
                # At first all hypotheses are the same one.
                best, at = total[: 1 if t == 0 else width].flatten().topk(width)
                scores, parents, ids = best[:, None], at // self.vocab, at % self.vocab
                for cache in caches:
                    cache[:, :, :, : t + 1] = cache[:, parents, :, : t + 1]
                chosen.append(parents)
            chosen.append(ids)
        return scores.max().item()
