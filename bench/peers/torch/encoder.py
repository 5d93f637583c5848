"""bench/work/encoder.attn: q, k and v as one product, attention as torch's own kernel."""
from shared import layer_norm, linear, maps
from torch import nn
from torch.nn import functional as F


class Model(nn.Module):
    def __init__(self, tensors, sizes):
        super().__init__()
        self.heads = sizes["heads"]
        attention = "EncoderLayer.seen.SelfSublayer.MultiHead"
        self.qkv = maps(tensors, [f"{attention}.{name}" for name in ["Wq", "Wk", "Wv"]], 2)
        self.out = maps(tensors, [f"{attention}.Wo"])
        self.norm1 = layer_norm(tensors, "EncoderLayer.seen.SelfSublayer.LayerNorm")
        self.up = linear(tensors, "EncoderLayer.ForwardSublayer.FeedForward.Linear")
        self.down = linear(tensors, "EncoderLayer.ForwardSublayer.FeedForward.Linear#2")
        self.norm2 = layer_norm(tensors, "EncoderLayer.ForwardSublayer.LayerNorm")

    def loss(self, batch):
        x = batch["x"]
        size, places, model = x.shape
        q, k, v = F.linear(x, self.qkv).view(size, places, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        read = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(size, places, model)
        seen = self.norm1(x + F.linear(read, self.out))
        y = self.norm2(seen + self.down(F.relu(self.up(seen))))
        return F.mse_loss(y, batch["target"])
