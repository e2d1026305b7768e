"""Comparing: the figures against a plain calculation, models of other types, and what is refused."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api, documents
from quantscope.errors import CancelledError, ModelReadError, ModelUnsupportedError, RunError, UsageError
from quantscope.evaluate.measures import OutputDistance, real
from tests.lab import Lab
from tests.models import Array, Input, ModelBuilder, one_operator
from tests.operators import fully_connected, gather, lstm, normal


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("comparisons"))
    yield lab
    lab.close()


def plain(pairs: list[tuple[Array, Array]]) -> dict[str, float]:
    """The figures by their textbook formulas, all samples at once."""
    a, b = (np.stack(column).astype(np.float64) for column in zip(*pairs, strict=True))
    cosines = [np.sum(x * y) / np.sqrt(np.sum(x * x) * np.sum(y * y)) for x, y in zip(a, b, strict=True)]
    return {
        "sqnr_db": 10 * np.log10(np.sum(a**2) / np.sum((a - b) ** 2)),
        "max_abs": np.max(np.abs(a - b)),
        "cosine": np.mean(cosines),
        "top1_agreement": np.mean(a.argmax(-1) == b.argmax(-1)),
    }


def test_figures_are_the_textbook_ones(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(fully_connected((5,)))
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    x = normal(12, 5, 96, seed=3)
    np.savez(tmp_path / "data.npz", x=x)
    document = api.compare(source, quantized, str(tmp_path / "data.npz"))
    pairs = []
    for path in (source, quantized):
        lab.runner.load(path)
        pairs.append([lab.runner.run([sample])[0] for sample in x])
    expected = plain(list(zip(*pairs, strict=True)))
    (output,) = document.outputs
    assert (document.samples, document.inputs, output.name) == (12, "data.npz", "y0")
    for name, value in expected.items():
        assert getattr(output, name) == pytest.approx(value, rel=1e-9)
    assert not output.identical
    assert 0 < expected["top1_agreement"] <= 1
    assert (document.model.path, document.quantized.path) == (source, quantized)


def test_model_against_itself_is_identical(lab: Lab) -> None:
    source = lab.write(fully_connected())
    document = api.compare(source, source)
    (output,) = document.outputs
    assert output.identical
    assert (output.sqnr_db, output.max_abs, output.cosine, output.top1_agreement) == (
        None, 0, pytest.approx(1), 1,
    )  # fmt: skip
    (operator,) = document.operators
    assert operator.own is not None
    for found in (operator, operator.own):  # the float operators are run by other kernels, which add in another order
        assert found.sqnr_db is not None
        assert found.sqnr_db > 120
    assert (document.samples, document.alignment) == (16, "exact")
    assert document.inputs.startswith("generated")


def test_same_samples_every_time(lab: Lab) -> None:
    source = lab.write(fully_connected())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    first, again = (api.compare(source, quantized, samples=3) for _ in range(2))
    assert first == again
    assert first.samples == 3


def test_state_does_not_leak_from_sample_to_sample(lab: Lab, tmp_path: Path) -> None:
    """The same input twice gives the same outputs twice, although the model remembers."""
    source = lab.write(lstm())
    np.savez(tmp_path / "one.npz", x=normal(1, 5, 24))
    np.savez(tmp_path / "same.npz", x=np.repeat(normal(1, 5, 24), 4, axis=0))
    _, quantized = lab.quantized(source, "dynamic-int8", "builtin")
    one, same = (api.compare(source, quantized, str(tmp_path / name)).outputs[0] for name in ("one.npz", "same.npz"))
    assert same.sqnr_db == pytest.approx(one.sqnr_db)


def integer_twin() -> ModelBuilder:
    """The identity in int8, with an input scale of 1/16 and a zero point of 3."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 8), "INT8", scales=[1 / 16], zero_points=[3])
    y = graph.tensor("y", (1, 8), "INT8", scales=[1 / 16], zero_points=[3])
    shape = graph.constant("shape", np.array([1, 8], np.int32))
    graph.operator("RESHAPE", [x, shape], [y], tfl.ReshapeOptionsT(newShape=[1, 8]))
    graph.outputs = [y]
    return model


def test_quantized_inputs_and_outputs_are_compared_as_real_values(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(
        one_operator(
            "RESHAPE", [Input((1, 8)), np.array([1, 8], np.int32)], [(1, 8)], tfl.ReshapeOptionsT(newShape=[1, 8])
        )
    )
    exact = np.arange(-4, 4, 0.125, np.float32).reshape(8, 8)
    np.savez(tmp_path / "x.npz", x=exact)
    (output,) = api.compare(source, lab.write(integer_twin()), str(tmp_path / "x.npz")).outputs
    assert output.identical
    np.savez(tmp_path / "x.npz", x=exact + np.float32(1 / 64))
    (output,) = api.compare(source, lab.write(integer_twin()), str(tmp_path / "x.npz")).outputs
    assert output.max_abs == pytest.approx(1 / 64)


def test_output_names_come_from_the_signature(lab: Lab) -> None:
    model = fully_connected()
    model.signature("serving_default", {"features": 0}, {"scores": 3})
    source = lab.write(model)
    assert [output.name for output in api.compare(source, source, samples=1).outputs] == ["scores"]


# Figures of strange outputs ------------------------------------------------------------------------------------------


def figures(a: Array, b: Array) -> documents.OutputError:
    distance = OutputDistance("y")
    distance.add(a, b)
    return distance.result()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_not_finite_have_no_figures(value: float) -> None:
    good = np.array([1.0, 2.0, 3.0], np.float32)
    bad = np.array([1.0, value, 3.0], np.float32)
    for a, b in ((good, bad), (bad, good), (bad, bad)):
        found = figures(a, b)
        assert (found.sqnr_db, found.max_abs, found.cosine, found.identical) == (None, None, None, False)
        assert documents.from_json(documents.to_json(found), documents.OutputError) == found


def test_output_of_zeros_and_output_of_nothing() -> None:
    zeros = figures(np.zeros(4), np.zeros(4))
    assert (zeros.sqnr_db, zeros.max_abs, zeros.cosine, zeros.identical) == (None, 0, None, True)
    assert figures(np.zeros(4), np.ones(4)).sqnr_db is None
    assert figures(np.zeros((0, 4)), np.zeros((0, 4))).top1_agreement is None
    assert figures(np.ones(()), np.ones(())).top1_agreement is None
    assert figures(np.ones((3, 1)), np.ones((3, 1))).top1_agreement is None


def test_real_values() -> None:
    codes = np.array([-128, 0, 127], np.int8)
    assert real(codes, 0.5, -1).tolist() == [-63.5, 0.5, 64.0]
    assert real(codes, 0.0, 0) is codes
    floats = np.ones(2, np.float32)
    assert real(floats, 0.5, 1) is floats


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [
    fully_connected((3,)), one_operator("RELU", [Input((4, 4))], [(4, 4)]),
    one_operator("ADD", [Input((2, 96)), Input((2, 96))], [(2, 96)], tfl.AddOptionsT()),
    one_operator("RELU", [Input((2, 96))], [(2, 96)]),
], ids=["rows", "shape", "inputs", "output shape"])  # fmt: skip
def test_two_different_models_are_refused(lab: Lab, other: ModelBuilder) -> None:
    with pytest.raises(ModelUnsupportedError, match=r"different inputs or outputs|has shape"):
        api.compare(lab.write(fully_connected()), lab.write(other))


def test_missing_broken_and_impossible(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(fully_connected())
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"nothing of the kind")
    for one, two in ((source, str(broken)), (str(broken), source), (source, str(tmp_path / "none.tflite"))):
        with pytest.raises(ModelReadError):
            api.compare(one, two)
    for samples in (0, -1):
        with pytest.raises(UsageError, match="samples"):
            api.compare(source, source, samples=samples)


def test_custom_operator_can_not_be_run(lab: Lab) -> None:
    path = lab.write(one_operator("CUSTOM:mine", [Input((4,))], [(4,)]))
    with pytest.raises(RunError, match="mine"):
        api.compare(path, path)


def test_ids_out_of_range_are_the_runtimes_refusal(lab: Lab, tmp_path: Path) -> None:
    path = lab.write(gather((7,)))
    np.savez(tmp_path / "x.npz", x=np.full((2, 7), 50, np.int32))
    with pytest.raises(RunError, match="The runtime refuses the model: gather index out of bounds"):
        api.compare(path, path, str(tmp_path / "x.npz"))


def test_progress_and_cancelling(lab: Lab) -> None:
    source = lab.write(fully_connected())
    seen: list[tuple[float, str]] = []
    api.compare(source, source, samples=4, progress=lambda fraction, text: seen.append((fraction, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert any("sample 4 of 4" in text for _, text in seen)

    def cancel(fraction: float, text: str) -> None:
        raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        api.compare(source, source, progress=cancel)


def test_document_is_what_the_contract_says(lab: Lab) -> None:
    source = lab.write(fully_connected())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    document = api.compare(source, quantized, samples=2)
    found = json.loads(documents.to_json(document, indent=2))
    assert found["schema"] == "quantscope.compare/1"
    assert found["model"].keys() >= {"path", "bytes", "sha256"}
    assert found["outputs"][0].keys() >= {"name", "sqnr_db", "max_abs", "cosine", "top1_agreement"}
    assert found["operators"][0].keys() >= {"subgraph", "index", "sqnr_db", "own", "written", "note"}
    assert math.isfinite(found["outputs"][0]["sqnr_db"])
    assert documents.from_json(documents.to_json(document), documents.Comparison) == document
    with pytest.raises(msgspec.ValidationError):
        documents.from_json(b'{"schema": 3}', documents.Comparison)
