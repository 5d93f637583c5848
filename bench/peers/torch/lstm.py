"""bench/work/lstm.attn as torch's own layer, a fused kernel."""
from shared import maps, vectors
from torch import nn
from torch.nn import functional as F

GATES = ["i", "f", "g", "o"]


class Model(nn.Module):
    def __init__(self, tensors, sizes):
        super().__init__()

        def of(what):
            return [f"scan.h_c.LSTM.{what}{gate}" for gate in GATES]

        self.lstm = nn.LSTM(sizes["input"], sizes["hidden"], batch_first=True)
        self.lstm.weight_ih_l0 = maps(tensors, of("W"))
        self.lstm.weight_hh_l0 = maps(tensors, of("U"))
        self.lstm.bias_ih_l0 = vectors(tensors, of("b"))
        # It has two biases where one is enough.
        nn.init.zeros_(self.lstm.bias_hh_l0)
        self.lstm.bias_hh_l0.requires_grad_(False)

    def loss(self, batch):
        return F.mse_loss(self.lstm(batch["x"])[0], batch["target"])
