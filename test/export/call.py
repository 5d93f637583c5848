"""Calls signatures of SavedModels with plain TensorFlow: `call.py cases.json`, whose answers go beside it."""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

cases = Path(sys.argv[1])


def told(case):
    """The outputs' files, or why the call was refused."""
    signature = tf.saved_model.load(case["model"]).signatures[case["signature"]]
    given = {}
    for name, spec in signature.structured_input_signature[1].items():
        own = case["inputs"][name]
        values = np.fromfile(cases.parent / own["file"], dtype=own["dtype"]).reshape(own["shape"])
        assert spec.dtype.as_numpy_dtype == values.dtype, (name, spec)
        assert spec.shape.is_compatible_with(values.shape), (name, spec)
        given[name] = tf.constant(values)
    try:
        outputs = signature(**given)
    except tf.errors.InvalidArgumentError as error:
        return {"refused": error.message}
    answers = {}
    for name, tensor in outputs.items():
        assert signature.structured_outputs[name].shape.is_compatible_with(tensor.shape), name
        file = f"{case['name']}.{name}.out"
        tensor.numpy().tofile(cases.parent / file)
        answers[name] = {"file": file, "dtype": tensor.dtype.name, "shape": tensor.shape.as_list()}
    return {"outputs": answers}


Path(cases).with_name("answers.json").write_text(json.dumps([told(case) for case in json.loads(cases.read_text())]))
