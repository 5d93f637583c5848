"""bench/work/encoder.attn."""
import tensorflow as tf
from shared import from_heads, layer_norm, to_heads


def open_model(parameters, sizes):
    batch, model, heads = sizes["batch"], sizes["model"], sizes["heads"]
    attention = "EncoderLayer.seen.SelfSublayer.MultiHead"
    qkv = parameters.maps([f"{attention}.{name}" for name in ["Wq", "Wk", "Wv"]], 2)
    out = parameters.maps([f"{attention}.Wo"])
    norm1 = parameters.norm("EncoderLayer.seen.SelfSublayer.LayerNorm")
    up, b1 = parameters.linear("EncoderLayer.ForwardSublayer.FeedForward.Linear")
    down, b2 = parameters.linear("EncoderLayer.ForwardSublayer.FeedForward.Linear#2")
    norm2 = parameters.norm("EncoderLayer.ForwardSublayer.LayerNorm")

    def loss(inputs):
        x = tf.reshape(inputs["x"], [-1, model])
        q, k, v = (to_heads(part, batch, heads) for part in tf.split(x @ qkv, 3, 1))
        weights = tf.nn.softmax(tf.matmul(q * (heads / model) ** 0.5, k, transpose_b=True))
        seen = layer_norm(x + from_heads(weights @ v) @ out, *norm1)
        y = layer_norm(seen + tf.nn.relu(seen @ up + b1) @ down + b2, *norm2)
        return tf.reduce_mean(tf.math.squared_difference(y, tf.reshape(inputs["target"], [-1, model])))

    return loss
