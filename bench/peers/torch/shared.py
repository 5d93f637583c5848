"""Parameters out of attnc's file."""
import torch
from torch import nn


def maps(tensors, names, outs=1):
    """Maps of the same input as one, [out + out + …, in]."""
    return nn.Parameter(torch.cat([tensors[name].flatten(0, outs - 1).flatten(1) for name in names]))


def vectors(tensors, names):
    return nn.Parameter(torch.cat([tensors[name].flatten() for name in names]))


def linear(tensors, path):
    """nn.Linear from a block `Linear` of the standard library."""
    weight = tensors[f"{path}.W"]
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(tensors[f"{path}.b"])
    return layer


def layer_norm(tensors, path):
    gain = tensors[f"{path}.gain"]
    layer = nn.LayerNorm(gain.shape)
    layer.weight, layer.bias = nn.Parameter(gain), nn.Parameter(tensors[f"{path}.bias"])
    return layer
