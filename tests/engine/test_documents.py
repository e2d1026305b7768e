"""Documents: the JSON contract's keys, which may grow but never change."""

import json
from typing import Any

import msgspec
import pytest

from quantscope import documents
from quantscope.precision import Precision
from quantscope.recipe import Recipe, Setting

FILE = documents.File(path="/models/übung.tflite", bytes=1234, sha256="ab" * 32)
TENSOR = documents.Tensor(index=0, name="x", dtype="float32", shape=(-1, 4), constant=False)
OPERATOR = documents.Operator(
    index=0,
    type="FULLY_CONNECTED",
    name="y",
    version=1,
    precision="hybrid-int8",
    reason=documents.Reason(code="hybrid-kernel", text="Runs in 8 bits.", remedy=None, arguments={"target": "XNNPACK"}),
    inputs=(TENSOR,),
    outputs=(TENSOR,),
    weight_bytes=4096,
    planned_weight_bytes=1024,
    delegated=True,
    fallback=False,
)
SUMMARY = documents.Summary(
    operators=1,
    by_precision={"hybrid-int8": 1},
    eight_bit=1,
    fallback=0,
    partitions=1,
    bytes=1234,
    planned_bytes=400,
)
RECIPE = Recipe(name="dynamic-int8", default=Setting(precision=Precision.HYBRID_INT8))
INSPECTION = documents.Inspection(
    model=FILE,
    recipe="dynamic-int8",
    recipe_document=RECIPE,
    findings=(documents.Finding(code="no-kernel", rule=0, text="Rule 1 asks in vain.", arguments={"number": 1}),),
    target="xnnpack",
    subgraphs=(documents.Subgraph(index=0, name="main", operators=(OPERATOR,), partitions=1),),
    summary=SUMMARY,
)
OUTPUT = documents.OutputError(name="y", sqnr_db=None, max_abs=0.0, cosine=1.0, top1_agreement=None, identical=True)
EXAMPLES = (
    INSPECTION,
    documents.Quantization(
        model=FILE, input=FILE, output=FILE, ratio=0.25, plan=INSPECTION, seconds=0.5, peak_rss_bytes=10**8
    ),
    documents.Comparison(model=FILE, quantized=FILE, inputs="data.npz", samples=3, outputs=(OUTPUT,)),
    documents.Catalogue(
        recipes=(documents.Choice(id="a", title="A", description="An a."),),
        targets=(documents.Choice(id="b", title="B", description="A b."),),
    ),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_there_and_back(example: documents.Document) -> None:
    for data in (documents.to_json(example), documents.to_json(example, indent=2)):
        assert documents.from_json(data, type(example)) == example
    assert json.loads(documents.to_json(example)) == json.loads(json.dumps(documents.to_builtins(example)))


def keys(value: Any, path: str = "") -> set[str]:
    """Every key of a JSON value with the way to it; lists stand for their first element."""
    if isinstance(value, list):
        return keys(value[0], f"{path}[]") if value else set()
    if not isinstance(value, dict):
        return set()
    return {f"{path}.{key}" for key in value} | {deep for key in value for deep in keys(value[key], f"{path}.{key}")}


def test_the_contract() -> None:
    """The issue's list, to the letter."""
    inspect, quantize, compare, _ = (keys(json.loads(documents.to_json(example))) for example in EXAMPLES)
    file = {"path", "bytes", "sha256"}
    operator = {"index", "type", "name", "precision", "reason", "inputs", "outputs", "weight_bytes"}
    wanted = {".schema", ".model", ".subgraphs", ".subgraphs[].name", ".subgraphs[].operators", ".summary"}
    wanted |= {f".model.{key}" for key in file} | {f".subgraphs[].operators[].{key}" for key in operator}
    wanted |= {f".subgraphs[].operators[].reason.{key}" for key in ("code", "text", "remedy")}
    wanted |= {f".summary.{key}" for key in ("operators", "by_precision", "fallback", "partitions", "planned_bytes")}
    assert inspect >= wanted
    assert quantize >= {f".{key}" for key in ("schema", "model", "input", "output", "ratio", "plan", "seconds")}
    assert quantize >= {".peak_rss_bytes", *(f".output.{key}" for key in file), *(f".plan{key}" for key in wanted)}
    assert compare >= {".schema", ".model.sha256", ".samples", ".outputs", ".operators"}
    assert compare >= {f".outputs[].{key}" for key in ("name", "sqnr_db", "max_abs", "cosine", "top1_agreement")}


def test_schemas() -> None:
    assert [documents.to_builtins(example)["schema"] for example in EXAMPLES] == [
        "quantscope.inspect/1", "quantscope.quantize/1", "quantscope.compare/1", "quantscope.recipes/1",
    ]  # fmt: skip


def test_values_do_not_change() -> None:
    with pytest.raises(AttributeError):
        FILE.bytes = 3  # type: ignore[misc]


def test_reading_is_strict_but_takes_keys_of_later_versions() -> None:
    data = documents.to_builtins(FILE)
    assert documents.from_json(json.dumps({**data, "colour": "red"}).encode(), documents.File) == FILE
    for broken in ({"path": "x"}, {**data, "bytes": "many"}, [data], None):
        with pytest.raises(msgspec.ValidationError):
            documents.from_json(json.dumps(broken).encode(), documents.File)
    for broken_json in (b"", b"{", b"\xff"):
        with pytest.raises(msgspec.DecodeError):
            documents.from_json(broken_json, documents.File)
