"""The models in TensorFlow: each kind of work as one tf.function, plain or compiled by XLA."""
import importlib
import math
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf  # noqa: E402

# Behind the package: this folder has its name.
sys.path.append(str(Path(__file__).resolve().parent.parent))
from protocol import read_tensors, serve  # noqa: E402

from shared import Parameters  # noqa: E402

INTEGERS = {"tokens", "y"}


def open_subject(job):
    tensors = read_tensors(job["tensors"])
    host = {
        name.removeprefix("input:"): array.astype("int32") if name.removeprefix("input:") in INTEGERS else array
        for name, array in tensors.items()
        if name.startswith("input:")
    }
    parameters = Parameters(tensors)
    xla = job["execution"] == "xla"
    loss_of = importlib.import_module(job["row"]).open_model(parameters, job["sizes"])
    works = training(loss_of, parameters.variables, host, job["adam"], xla)
    count = sum(variable.shape.num_elements() for variable in parameters.variables)
    return {"tensorflow": tf.__version__}, count, works


def training(loss_of, variables, host, adam, xla):
    function = tf.function(jit_compile=xla or None)
    slots = [(tf.Variable(tf.zeros_like(each)), tf.Variable(tf.zeros_like(each))) for each in variables]
    steps = 0

    def slopes(batch):
        with tf.GradientTape() as tape:
            loss = loss_of(batch)
        return loss, [tf.convert_to_tensor(slope) for slope in tape.gradient(loss, variables)]

    @function
    def update(batch, rate, power1, power2, epsilon):
        loss, gradients = slopes(batch)
        if adam["clip"] is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, adam["clip"])
        for variable, (mean, square), gradient in zip(variables, slots, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle, m=mean.handle, v=square.handle, beta1_power=power1, beta2_power=power2, lr=rate,
                beta1=adam["beta1"], beta2=adam["beta2"], epsilon=epsilon, grad=gradient,
            )
        return loss

    def to_device():
        return {name: tf.constant(array) for name, array in host.items()}

    batch, loss_alone, with_slopes = to_device(), function(loss_of), function(slopes)

    def step():
        nonlocal steps
        rate = adam["rates"][min(steps, len(adam["rates"]) - 1)]
        steps += 1
        power1, power2 = adam["beta1"] ** steps, adam["beta2"] ** steps
        # The kernel adds its epsilon to the root of the raw second moment, others to that of the corrected one.
        epsilon = adam["epsilon"] * math.sqrt(1 - power2)
        scalars = (tf.constant(value, tf.float32) for value in [rate, power1, power2, epsilon])
        return update(to_device(), *scalars).numpy()

    return {"forward": lambda: loss_alone(batch).numpy(), "gradients": lambda: with_slopes(batch)[0].numpy(), "step": step}


serve(open_subject)
