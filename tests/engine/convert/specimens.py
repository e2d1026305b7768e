"""Source files written by hand, byte by byte: no framework is needed to recognise one."""

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from typing import Any

import flatbuffers


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while True:
        out.append((value & 0x7F) | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def field(number: int, value: int | str | bytes) -> bytes:
    """One protobuf field."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def onnx_value(name: str, elem: int, dims: tuple[int | str, ...]) -> bytes:
    shape = b"".join(field(1, field(1, dim) if isinstance(dim, int) else field(2, dim)) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, elem) + field(2, shape)))


def onnx_model(domain: str = "") -> bytes:
    node = field(1, "x") + field(2, "y") + field(4, "Relu") + (field(7, domain) if domain else b"")
    graph = field(1, node) + field(2, "g") + field(5, field(8, "w"))
    graph += field(11, onnx_value("x", 1, ("batch", 3, 224, 224))) + field(11, onnx_value("w", 1, (4,)))
    graph += field(12, onnx_value("y", 1, (1, 10)))
    return field(1, 8) + field(8, field(2, 17)) + field(7, graph)


def tensor_info(dtype: int, dims: tuple[int, ...]) -> bytes:
    return field(1, "t:0") + field(2, dtype) + field(3, b"".join(field(2, field(1, dim)) for dim in dims))


def entry(key: str, value: bytes) -> bytes:
    return field(1, key) + field(2, value)


def saved_model(signature: str = "serving_default") -> bytes:
    definition = field(1, entry("image", tensor_info(1, (-1, 8, 8, 3)))) + field(2, entry("p", tensor_info(1, (-1, 4))))
    graph = field(5, entry(signature, definition)) + field(5, entry("__saved_model_init_op", b""))
    return field(1, 1) + field(2, graph)


def graph_def() -> bytes:
    shape = field(2, field(1, -1)) + field(2, field(1, 7))
    attributes = field(5, entry("dtype", field(6, 1))) + field(5, entry("shape", field(7, shape)))
    return (
        field(1, field(1, "x") + field(2, "Placeholder") + attributes)
        + field(1, field(1, "c") + field(2, "Const"))
        + field(1, field(1, "y") + field(2, "MatMul") + field(3, "x") + field(3, "c:0"))
    )


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def keras(layers: tuple[tuple[str, Mapping[str, Any]], ...] = ()) -> bytes:
    first = ("InputLayer", {"name": "image", "batch_shape": [None, 16, 16, 3], "dtype": "float32"})
    listed = [{"class_name": kind, "config": dict(config)} for kind, config in (first, *layers)]
    config = {"class_name": "Functional", "config": {"name": "model", "layers": listed}}
    return zipped({"config.json": json.dumps(config), "metadata.json": "{}", "model.weights.h5": b"\x89HDF"})


def exported_program(use_pickle: bool = False) -> bytes:
    tensor = {"dtype": 7, "sizes": [{"as_expr": {"expr_str": "s0"}}, {"as_int": 3}]}
    program = {
        "graph_module": {
            "graph": {"tensor_values": {"x": tensor, "p_w": tensor}},
            "signature": {
                "input_specs": [
                    {"parameter": {"arg": {"name": "p_w"}, "parameter_name": "w"}},
                    {"user_input": {"arg": {"as_tensor": {"name": "x"}}}},
                ]
            },
        }
    }
    weights = {"config": {"w": {"path_name": "weight_0", "use_pickle": use_pickle}}}
    return zipped(
        {
            "m/models/model.json": json.dumps(program),
            "m/data/weights/model_weights_config.json": json.dumps(weights),
            "m/archive_format": "pt2",
            "m/archive_version": "0",
        }
    )


def torch_script() -> bytes:
    """A module `Net` that takes two tensors, and one that it calls."""
    code = "class Net(Module):\n  encoder : __torch__.Encoder\n  def forward(self: __torch__.net.Net,\n"
    code += "    mel: Tensor,\n    mask: Tensor,\n    rate: int=16000) -> Tensor:\n    return mel\n"
    inner = "class Encoder(Module):\n  def forward(self: __torch__.Encoder,\n    x: Tensor) -> Tensor:\n    return x\n"
    members = {"code/__torch__/net.py": code, "code/__torch__.py": inner, "constants.pkl": b"\x80\x02)."}
    members["data.pkl"] = b"\x80\x02c__torch__.net\nNet\nq\x00)\x81}(X\x01\x00\x00\x00ac__torch__\nEncoder\n)\x81ub."
    return zipped({f"m/{name}": content for name, content in members.items()})


def litertlm(models: tuple[bytes, ...], block: int = 16384) -> bytes:
    """A LiteRT-LM bundle: models and, before each, a section of another kind."""
    sections = [(kind, content) for model in models for kind, content in ((1, b"text"), (3, model))]
    body, places = bytearray(), []
    for _, content in sections:
        body += b"\0" * (-len(body) % block)
        places.append((block + len(body), block + len(body) + len(content)))
        body += content
    builder = flatbuffers.Builder(0)
    objects = []
    for (kind, _), (first, last) in zip(sections, places, strict=True):
        builder.StartObject(4)
        builder.PrependUint64Slot(1, first, 0)
        builder.PrependUint64Slot(2, last, 0)
        builder.PrependUint8Slot(3, kind, 0)
        objects.append(builder.EndObject())
    builder.StartVector(4, len(objects), 4)
    for place in reversed(objects):
        builder.PrependUOffsetTRelative(place)
    listed = builder.EndVector()
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, listed, 0)
    metadata = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(1, metadata, 0)
    builder.Finish(builder.EndObject())
    header = bytes(builder.Output())
    head = b"LITERTLM" + struct.pack("<IIII", 1, 7, 0, 0) + struct.pack("<Q", 32 + len(header)) + header
    return head.ljust(block, b"\0") + bytes(body)
