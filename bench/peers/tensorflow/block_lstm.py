"""TensorFlow's own cell kernels beside a loop over products: an LSTM of 32 x 50, 256 to 256, forward and gradients.

Run it with the peers' Python: bench/peers/venv/bin/python bench/peers/tensorflow/block_lstm.py
Attnc emits the loop: BlockLSTMV2 takes longer for the same numbers.
"""

import statistics
import time

import tensorflow as tf
from tensorflow.python.ops import gen_rnn_ops

BATCH, STEPS, WIDTH = 32, 50, 256
ROUNDS = 15

x = tf.random.normal([STEPS, BATCH, WIDTH])
kernel = 0.05 * tf.random.normal([2 * WIDTH, 4 * WIDTH])
bias = tf.zeros([4 * WIDTH])
empty = tf.zeros([BATCH, WIDTH])
peephole = tf.zeros([WIDTH])
common = dict(seq_len_max=tf.constant(STEPS, tf.int64), cs_prev=empty, h_prev=empty, wci=peephole, wcf=peephole, wco=peephole)


def block(x, kernel, bias):
    return gen_rnn_ops.block_lstmv2(x=x, w=kernel, b=bias, cell_clip=0.0, use_peephole=False, **common)


@tf.function
def block_forward(x, kernel, bias):
    return [tf.reduce_sum(block(x, kernel, bias).h)]


@tf.function
def block_gradients(x, kernel, bias):
    made = block(x, kernel, bias)
    back = gen_rnn_ops.block_lstm_grad_v2(
        x=x, w=kernel, b=bias, i=made.i, cs=made.cs, f=made.f, o=made.o, ci=made.ci, co=made.co, h=made.h,
        cs_grad=tf.zeros_like(made.cs), h_grad=tf.ones_like(made.h), use_peephole=False, **common
    )
    return [tf.reduce_sum(made.h), back.w_grad, back.b_grad]


def loop(x, kernel, bias):
    given = tf.reshape(tf.reshape(x, [STEPS * BATCH, WIDTH]) @ kernel[:WIDTH], [STEPS, BATCH, 4 * WIDTH]) + bias
    own = kernel[WIDTH:]

    def step(t, h, c, total):
        i, g, f, o = tf.split(given[t] + h @ own, 4, 1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return t + 1, h, c, total + tf.reduce_sum(h)

    return tf.while_loop(lambda t, *_: t < STEPS, step, [0, empty, empty, tf.constant(0.0)])[3]


@tf.function
def loop_forward(x, kernel, bias):
    return [loop(x, kernel, bias)]


@tf.function
def loop_gradients(x, kernel, bias):
    with tf.GradientTape() as tape:
        tape.watch([kernel, bias])
        loss = loop(x, kernel, bias)
    return [loss, *tape.gradient(loss, [kernel, bias])]


works = [block_forward, loop_forward, block_gradients, loop_gradients]
times = {work: [] for work in works}
for turn in range(-3, ROUNDS):
    for work in works:
        begin = time.perf_counter()
        for value in work(x, kernel, bias):
            value.numpy()
        if turn >= 0:
            times[work].append(1e3 * (time.perf_counter() - begin))
for work in works:
    print(f"{work.__name__:16} {statistics.median(times[work]):6.1f} ms")
