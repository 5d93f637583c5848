"""A subject's side of the protocol of bench/suite/protocol.ts, and the tensors that all subjects of a row share."""
import json
import os
import struct
import sys
import time
import traceback

import numpy as np


def read_tensors(path):
    """The tensors of a safetensors file, all of which are float32."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[slice(*each["data_offsets"])], np.float32).reshape(each["shape"]) for name, each in header.items()
    }


def memory():
    with open("/proc/self/status") as status:
        values = dict(line.split(":", 1) for line in status)
    return {name: 1024 * int(values[key].split()[0]) for name, key in [("now", "VmRSS"), ("peak", "VmHWM")]}


def serve(open_subject):
    """`open_subject(job)` gives versions, how many parameters, and a function for each work, whose value is compared."""
    # Standard output belongs to the protocol.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(message):
        out.write(json.dumps(message) + "\n")
        out.flush()

    try:
        answer(json.loads(sys.argv[1]), open_subject, say)
    except Exception as error:
        traceback.print_exc()
        say({"failed": f"{type(error).__name__}: {error}".strip().split("\n")[0]})
        sys.exit(1)


def answer(job, open_subject, say):
    linux = sys.platform == "linux"
    versions, parameters, works = open_subject(job)
    compared, values = job["works"][0], []
    # Nothing changes from one value to the next but by training.
    most = 4 if compared == "step" else 1

    def work(name):
        value = works[name]()
        if name == compared and len(values) < most:
            values.append(float(value))

    constructed = memory()["now"] if linux else 0
    if linux:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    work(compared)
    say({"versions": versions, "parameters": parameters})
    for line in sys.stdin:
        request = json.loads(line)
        if "report" in request:
            say({"values": values, "memory": {"constructed": constructed, "peak": memory()["peak"]} if linux else None})
            continue
        start = time.perf_counter()
        work(request["go"])
        say({"milliseconds": 1000 * (time.perf_counter() - start)})
