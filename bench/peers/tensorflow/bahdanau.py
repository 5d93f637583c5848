"""models/bahdanau/model.attn: gates as one product, keys before the loop, the readout of all positions behind it."""
import tensorflow as tf
from shared import cross_entropy, scan, shifted


class GRU:
    """Cho et al. 2014, with r before the map."""

    def __init__(self, parameters, path, hidden):
        self.hidden = hidden
        self.W = parameters.maps([f"{path}.{name}" for name in ["Wz", "Wr", "W"]])
        self.b = parameters.vectors([f"{path}.{name}" for name in ["bz", "br", "b"]])
        self.Uzr = parameters.maps([f"{path}.Uz", f"{path}.Ur"])
        self.U = parameters.maps([f"{path}.U"])

    def __call__(self, gates, h):
        opened, fresh = tf.split(gates, [2 * self.hidden, self.hidden], 1)
        z, r = tf.split(tf.sigmoid(opened + h @ self.Uzr), 2, 1)
        return h + z * (tf.tanh(fresh + (r * h) @ self.U) - h)


def open_model(parameters, sizes):
    batch, source, target = sizes["batch"], sizes["source"], sizes["longest"]
    hidden, units, embed = sizes["hidden"], sizes["units"], sizes["embed"]
    words = parameters.vector("read.Annotate.table")
    ahead, back = (GRU(parameters, f"read.Annotate.{way}.h.GRU", hidden) for way in ["forward", "backward"])
    characters, W0 = parameters.vector("Translate.table"), parameters.maps(["Translate.W0"])
    scored = "Translate.context.Scored.Additive"
    W, U, v = parameters.maps([f"{scored}.W"]), parameters.maps([f"{scored}.U"]), parameters.vector(f"{scored}.v")
    cell = GRU(parameters, "Translate.s.GRU", units)
    readout = "Translate.logits.Readout"
    pieces, out = parameters.inputs([f"{readout}.{name}" for name in ["U", "V", "C"]], 2), parameters.maps([f"{readout}.W"])

    def run(gru, xs, backwards):
        gates = tf.reshape(tf.reshape(xs, [source * batch, embed]) @ gru.W + gru.b, [source, batch, 3 * hidden])

        def step(states, inputs):
            h = gru(inputs[0], states[0])
            return (h,), [h]

        (last,), (states,) = scan(step, (tf.zeros([batch, hidden]),), [gates], source, 1, backwards)
        return last, states

    def loss(inputs):
        xs = tf.gather(words, tf.transpose(inputs["tokens"]))
        (_, forward), (first, backward) = run(ahead, xs, False), run(back, xs, True)
        annotations = tf.transpose(tf.concat([forward, backward], 2), [1, 0, 2])
        keys = tf.reshape(tf.reshape(annotations, [batch * source, -1]) @ U, [batch, source, -1])
        es = tf.gather(characters, tf.transpose(shifted(inputs["y"], 1)))
        of_e = tf.reshape(tf.reshape(es, [target * batch, embed]) @ cell.W[:embed] + cell.b, [target, batch, 3 * units])

        of_context = cell.W[embed:]

        def step(states, given):
            (s,) = states
            score = tf.linalg.matvec(tf.tanh((s @ W)[:, None] + keys), v)
            context = tf.reshape(tf.nn.softmax(score)[:, None] @ annotations, [batch, 2 * hidden])
            return (cell(given[0] + context @ of_context, s),), [s, context]

        _, (states, contexts) = scan(step, (tf.tanh(first @ W0),), [of_e], target, 2)
        seen = tf.reshape(tf.concat([states, es, contexts], 2), [target * batch, -1]) @ pieces
        logits = tf.reduce_max(tf.reshape(seen, [target * batch, -1, 2]), 2) @ out
        return cross_entropy(logits, tf.transpose(inputs["y"]))

    return loss
