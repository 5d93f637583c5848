"""models/gpt/model.attn."""
import tensorflow as tf
from shared import cross_entropy, from_heads, layer_norm, shifted, to_heads


def open_model(parameters, sizes):
    batch, places, model, heads = (sizes[name] for name in ["batch", "places", "model", "heads"])
    table, positions = parameters.vector("Continue.table"), parameters.vector("Continue.learned_places")

    def open_layer(path):
        norm1 = parameters.norm(f"{path}.n.LayerNorm")
        norm2 = parameters.norm(f"{path}.LayerNorm")
        qkv = parameters.maps([f"{path}.seen.MultiHead.{name}" for name in ["Wq", "Wk", "Wv"]], 2)
        out = parameters.maps([f"{path}.seen.MultiHead.Wo"])
        up, b1 = parameters.linear(f"{path}.Network.Linear")
        down, b2 = parameters.linear(f"{path}.Network.Linear#2")

        def layer(x, ahead):
            q, k, v = (to_heads(part, batch, heads) for part in tf.split(layer_norm(x, *norm1) @ qkv, 3, 1))
            weights = tf.nn.softmax(tf.matmul(q * (heads / model) ** 0.5, k, transpose_b=True) + ahead)
            seen = x + from_heads(weights @ v) @ out
            return seen + tf.nn.gelu(layer_norm(seen, *norm2) @ up + b1) @ down + b2

        return layer

    layers = [open_layer(f"Continue.repeat[{k}].x.Layer") for k in range(sizes["layers"])]
    norm = parameters.norm("Continue.logits.LayerNorm")
    ahead = -1e9 * (1 - tf.linalg.band_part(tf.ones([places, places]), -1, 0))

    def loss(inputs):
        x = tf.reshape(tf.gather(table, shifted(inputs["y"], 0)) + positions, [batch * places, model])
        for layer in layers:
            x = layer(x, ahead)
        return cross_entropy(tf.matmul(layer_norm(x, *norm), table, transpose_b=True), inputs["y"])

    return loss
