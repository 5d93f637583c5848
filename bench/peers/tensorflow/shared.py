"""Parameters out of attnc's file, and what the models share."""
import numpy as np
import tensorflow as tf


class Parameters:
    def __init__(self, tensors):
        self.tensors, self.variables = tensors, []

    def variable(self, value):
        self.variables.append(tf.Variable(np.ascontiguousarray(value)))
        return self.variables[-1]

    def vector(self, name):
        return self.variable(self.tensors[name])

    def vectors(self, names):
        return self.variable(np.concatenate([self.tensors[name].ravel() for name in names]))

    def transposed(self, name, outs):
        array = self.tensors[name]
        return array.reshape(int(np.prod(array.shape[:outs])), -1).T

    def maps(self, names, outs=1):
        """Maps of the same input, side by side: [in, out + out + …]."""
        return self.variable(np.concatenate([self.transposed(name, outs) for name in names], 1))

    def inputs(self, names, outs=1):
        """Maps to the same outputs, one below the other: [in + in + …, out]."""
        return self.variable(np.concatenate([self.transposed(name, outs) for name in names]))

    def linear(self, path):
        return self.maps([f"{path}.W"]), self.vector(f"{path}.b")

    def norm(self, path):
        return self.vector(f"{path}.gain"), self.vector(f"{path}.bias")


def layer_norm(x, gain, bias):
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, bias, gain, 1e-5)


def to_heads(x, size, heads):
    return tf.transpose(tf.reshape(x, [size, -1, heads, x.shape[-1] // heads]), [0, 2, 1, 3])


def from_heads(x):
    return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [-1, x.shape[1] * x.shape[3]])


def cross_entropy(logits, targets):
    flat = tf.reshape(logits, [-1, logits.shape[-1]])
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(targets, [-1]), flat))


def shifted(y, start):
    """The previous output at each position."""
    return tf.concat([tf.fill([y.shape[0], 1], start), y[:, :-1]], 1)


def scan(step, states, inputs, count, outputs, backwards=False):
    """`step(states, inputs)` gives the next states, and what is stacked, in the order of positions: [count, …] each."""
    arrays = [tf.TensorArray(tf.float32, count).unstack(each) for each in inputs]
    stacks = tuple(tf.TensorArray(tf.float32, count) for _ in range(outputs))

    def body(k, states, stacks):
        t = count - 1 - k if backwards else k
        states, made = step(states, [array.read(t) for array in arrays])
        return k + 1, states, tuple(stack.write(t, each) for stack, each in zip(stacks, made))

    _, states, stacks = tf.while_loop(lambda k, *_: k < count, body, (0, tuple(states), stacks), maximum_iterations=count)
    return states, [stack.stack() for stack in stacks]
