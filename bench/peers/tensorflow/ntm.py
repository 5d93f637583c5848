"""models/ntm/model.attn, one head of each kind: all that the controller says as one product, the memory's norm once for both heads."""
import numpy as np
import tensorflow as tf
from shared import scan

HEAD = ["content.Linear", "content.Linear#2", "g.Linear", "moved.Linear", "Linear"]
SHIFTS = 3


def inverse_norm(x):
    """One over the norm, along the last axis, which stays."""
    return tf.math.rsqrt(tf.maximum(tf.reduce_sum(tf.square(x), -1, keepdims=True), 1e-16))


def address(M, inverse, told, w):
    key, strength, gate, ways, power = told
    key = tf.tanh(key)
    key = key * inverse_norm(key)
    content = tf.nn.softmax(tf.math.softplus(strength) * ((M @ key[:, :, None]) * inverse)[:, :, 0])
    gated = w + tf.sigmoid(gate) * (content - w)
    back, stay, on = tf.split(tf.nn.softmax(ways), SHIFTS, 1)
    moved = back * tf.roll(gated, -1, 1) + stay * gated + on * tf.roll(gated, 1, 1)
    return tf.nn.softmax((1 + tf.math.softplus(power)) * tf.math.log(moved + 1e-36))


def open_model(parameters, sizes):
    batch, time, slots, width, hidden = (sizes[name] for name in ["batch", "time", "slots", "width", "hidden"])
    r0, read, write = (parameters.vector(name) for name in ["r0", "a0", "b0"])
    controller, b = parameters.linear("run.o.Linear")
    out, c = parameters.linear("run.logits.Linear")
    said = [f"run.{head}.Address.{name}" for head in ["ww", "wr"] for name in HEAD] + ["run.erase.Linear", "run.add.Linear"]
    told_W = parameters.variable(np.concatenate([parameters.tensors[f"{name}.W"].reshape(-1, hidden).T for name in said], 1))
    told_b = parameters.vectors([f"{name}.b" for name in said])
    head = [width, 1, 1, SHIFTS, 1]

    def spread(start):
        return tf.tile(tf.nn.softmax(start - 2.0 * tf.range(slots, dtype=tf.float32)), [batch, 1])

    def step(states, inputs):
        M, inverse, r, reading, writing = states
        o = tf.tanh(tf.concat([inputs[0], r], 1) @ controller + b)
        told = tf.split(o @ told_W + told_b, [*head, *head, width, width], 1)
        erase, add = tf.sigmoid(told[10]), tf.tanh(told[11])
        writing = address(M, inverse, told[:5], writing)
        w = writing[:, :, None]
        M = M * (1 - w * erase[:, None]) + w * add[:, None]
        inverse = inverse_norm(M)
        reading = address(M, inverse, told[5:10], reading)
        r = tf.reshape(reading[:, None] @ M, [batch, width])
        return (M, inverse, r, reading, writing), [tf.concat([o, r], 1)]

    def loss(inputs):
        M = tf.fill([batch, slots, width], 1e-6)
        states = (M, inverse_norm(M), tf.tile(tf.tanh(r0), [batch, 1]), spread(read), spread(write))
        _, (answers,) = scan(step, states, [tf.transpose(inputs["x"], [1, 0, 2])], time, 1)
        logits = tf.reshape(answers, [time * batch, -1]) @ out + c
        wanted = tf.reshape(tf.transpose(inputs["target"], [1, 0, 2]), logits.shape)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits))

    return loss
