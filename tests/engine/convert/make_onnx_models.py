"""Run by the tests in onnx2tf's environment: the zoo's networks as ONNX, written with ONNX's own helpers."""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

os.chdir(sys.argv[1])
trained = np.load(sys.argv[2])


def iofc(array: np.ndarray) -> np.ndarray:
    """ONNX's order of gates: input, output, forget, cell."""
    given, forget, cell, out = np.split(array, 4)
    return np.concatenate([given, out, forget, cell])[None]


def save(name: str, nodes: list, constants: dict[str, np.ndarray], given: list, result: list) -> None:
    float32 = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("given", float32, given)],
        [helper.make_tensor_value_info("result", float32, result)],
        [numpy_helper.from_array(np.ascontiguousarray(array), key) for key, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, f"{name}.onnx")


nodes, constants, x = [helper.make_node("Transpose", ["given"], ["steps0"], perm=[1, 0, 2])], {}, "steps0"
for number in range(3):
    constants |= {f"W{number}": iofc(trained[f"kernel{number}"]), f"R{number}": iofc(trained[f"recurrent{number}"])}
    bias = iofc(trained[f"bias{number}"])
    constants[f"B{number}"] = np.concatenate([bias, np.zeros_like(bias)], 1)
    weights = [f"{name}{number}" for name in ("W", "R", "B")]
    name = f"/encoder/{number}/LSTM"
    nodes.append(helper.make_node("LSTM", [x, *weights], [f"all{number}", f"last{number}"], name, hidden_size=256))
    nodes.append(helper.make_node("Squeeze", [f"all{number}", "axis"], [f"steps{number + 1}"]))
    x = f"steps{number + 1}"
constants |= {"axis": np.array([1]), "dense": trained["dense"], "dense_bias": trained["dense_bias"]}
nodes += [
    helper.make_node("Squeeze", ["last2", "first"], ["voice"]),
    helper.make_node("Gemm", ["voice", "dense", "dense_bias"], ["embedded"], "/embedding/Gemm", transB=1),
    helper.make_node("Relu", ["embedded"], ["positive"], "/embedding/Relu"),
    helper.make_node("LpNormalization", ["positive"], ["result"], "/unit/Norm", axis=1, p=2),
]
constants["first"] = np.array([0])
save("speaker", nodes, constants, [1, 160, 40], [1, 256])


def wrong(name: str, operator: str, domain: str = "", opset: int = 17, form: int = 8) -> None:
    """One operator; nothing is checked."""
    ends = (
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"], domain=domain)], name, *ends)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.example", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=form), f"{name}.onnx")


wrong("foreign", "Fancy", "com.example")
wrong("unknown", "NoSuchOp")
wrong("unique", "Unique")
wrong("random", "RandomNormalLike")
wrong("newer_opset", "Relu", opset=99)
wrong("newer_format", "Relu", form=99)
