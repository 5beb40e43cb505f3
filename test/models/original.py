# Runs a model in the framework it came from, on the inputs of a folder, and prints how far its outputs are from those
# stored beside them: `original.py MODEL FOLDER`, where FOLDER holds tensors.json and the tensors' bytes.
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy


def stored(folder, kind):
    with open(os.path.join(folder, "tensors.json")) as file:
        return [numpy.fromfile(os.path.join(folder, t["file"]), t["type"]).reshape(t["shape"]) for t in json.load(file)[kind]]


def by_onnxruntime(path, inputs):
    import onnx
    import onnxruntime
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    types = {"tensor(float16)": "float16", "tensor(double)": "float64"}
    feeds = {v.name: t.astype(types.get(v.type, t.dtype)) for v, t in zip(session.get_inputs(), inputs)}
    return session.run(None, feeds), f"onnx.checker {onnx.__version__}, onnxruntime {onnxruntime.__version__}"


def by_keras(path, inputs):
    try:
        import keras
        keras.config.enable_unsafe_deserialization()
        model = keras.models.load_model(path, compile=False)
        name = f"Keras {keras.__version__}"
    except Exception as error:
        # Files of Keras 1 and 2 that Keras 3 no longer opens.
        try:
            import tf_keras
            model = tf_keras.models.load_model(path, compile=False)
            name = f"tf_keras {tf_keras.__version__}"
        except Exception as second:
            raise SystemExit(f"neither Keras 3 ({error}) nor tf_keras ({second}) opens it"[:600])
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [numpy.asarray(output) for output in outputs], name


path, folder = sys.argv[1:]
inputs, expected = stored(folder, "inputs"), stored(folder, "outputs")
outputs, framework = by_onnxruntime(path, inputs) if path.endswith(".onnx") else by_keras(path, inputs)
difference = 0.0
for actual, wanted in zip(outputs, expected):
    if actual.shape != wanted.shape:
        raise SystemExit(f"an output is {actual.shape}, not {wanted.shape}")
    scale = float(numpy.abs(wanted).max()) or 1.0
    difference = max(difference, float(numpy.abs(actual.astype("float64") - wanted).max()) / scale)
print(json.dumps({"framework": framework, "difference": difference}))
