"""bench/work/lstm.attn: a loop with all gates as one product.

The library's fused kernel is no choice: the gradient of BlockLSTMV2 is not that of its value (TensorFlow 2.21).
"""
import tensorflow as tf
from shared import scan


def open_model(parameters, sizes):
    batch, time, hidden = sizes["batch"], sizes["time"], sizes["hidden"]
    gates = ["i", "f", "g", "o"]

    def of(what):
        return [f"scan.h_c.LSTM.{what}{gate}" for gate in gates]

    W, U, b = parameters.maps(of("W")), parameters.maps(of("U")), parameters.vectors(of("b"))
    zero = tf.zeros([batch, hidden])

    def run(xs):
        of_x = tf.reshape(tf.reshape(xs, [time * batch, -1]) @ W + b, [time, batch, 4 * hidden])

        def step(states, inputs):
            h, c = states
            i, f, g, o = tf.split(inputs[0] + h @ U, 4, 1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            return (h, c), [h]

        return scan(step, (zero, zero), [of_x], time, 1)[1][0]

    def loss(inputs):
        xs, wanted = (tf.transpose(inputs[name], [1, 0, 2]) for name in ["x", "target"])
        return tf.reduce_mean(tf.math.squared_difference(run(xs), wanted))

    return loss
