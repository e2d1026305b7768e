"""Integer inputs and outputs, as a recipe may ask for: written, run, compared, explained; float where they can't be."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.cli.main import main
from quantscope.model.read import read
from quantscope.quantize.plan import make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Interface, Recipe
from tests.engine.specimens import several
from tests.lab import Lab, unpacked
from tests.models import ModelBuilder
from tests.operators import normal

TYPES = {"static-int8": tfl.TensorType.INT8, "static-int16x8": tfl.TensorType.INT16}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("interface"))
    yield lab
    lab.close()


def asking(interface: Interface, recipe: str = "static-int8") -> Recipe:
    return msgspec.structs.replace(PRESETS[recipe], interface=interface)


def two_ended() -> ModelBuilder:
    """One input read in integers and by a float operator, one output of each kind, and one of them read again."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    y, wave, sum_ = graph.tensor("y", (2, 64)), graph.tensor("wave", (2, 64)), graph.tensor("sum", (2, 64))
    graph.operator(
        "FULLY_CONNECTED", [x, graph.constant("w", normal(64, 64, scale=0.1)), -1], [y], tfl.FullyConnectedOptionsT()
    )
    graph.operator("SIN", [x], [wave])
    graph.operator("COS", [wave], [sum_])
    graph.outputs = [y, wave, sum_]
    return model


def types(path: str) -> tuple[list[int], list[int]]:
    (graph, *_) = unpacked(path).subgraphs
    return tuple([graph.tensors[index].type for index in ends] for ends in (graph.inputs, graph.outputs))  # type: ignore[return-value]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("recipe", TYPES)
@pytest.mark.parametrize("interface", Interface)
def test_inputs_and_outputs_have_the_types_asked_for(lab: Lab, interface: Interface, recipe: str, target: str) -> None:
    path = lab.write(two_ended())
    calibration = lab.calibrations[path]
    plan = make_plan(read(path), asking(interface, recipe), TARGETS[target], calibration)
    output = f"{path}.{interface}.{recipe}.{target}"
    document = api.apply(plan, output)  # runs it
    integer, real = TYPES[recipe], tfl.TensorType.FLOAT32
    inputs, outputs = [integer if interface.inputs else real], [integer if interface.outputs else real] * 3
    assert types(output) == (inputs, outputs)
    for written, planned in zip((*unpacked(output).subgraphs[0].inputs, *unpacked(output).subgraphs[0].outputs),
                                document.plan.ends, strict=True):  # fmt: skip
        quantization = unpacked(output).subgraphs[0].tensors[written].quantization
        scale = None if quantization is None or quantization.scale is None else float(quantization.scale[0])
        assert planned.planned.scale == pytest.approx(scale)
    comparison = api.compare(path, output, samples=3)
    assert all(each.sqnr_db > 25 for each in comparison.outputs if each.sqnr_db is not None)
    assert comparison.alignment == "exact"
    assert [each.note for each in comparison.operators] == [None] * 3


def test_no_float_is_left_where_all_can_be_integers(lab: Lab) -> None:
    """What a device without floats can run."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    for at in range(2):
        y = graph.tensor(f"y{at}", (1, 64))
        weight = graph.constant(f"w{at}", normal(64, 64, seed=at, scale=0.1))
        graph.operator("FULLY_CONNECTED", [x, weight, -1], [y], tfl.FullyConnectedOptionsT())
        x = y
    graph.outputs = [x]
    path = lab.write(model)
    output = f"{path}.integer"
    api.apply(make_plan(read(path), asking(Interface.INTEGER), TARGETS["xnnpack"], lab.calibrations[path]), output)
    (written,) = unpacked(output).subgraphs
    assert len(written.operators) == 2
    assert tfl.TensorType.FLOAT32 not in {tensor.type for tensor in written.tensors}


def test_what_can_not_be_is_said(lab: Lab) -> None:
    """Nothing in integers, so no integers at the ends either."""
    model = ModelBuilder()
    graph = model.subgraph()
    graph.outputs = [graph.tensor("y", (2, 64))]
    graph.operator("SIN", [graph.input("x", (2, 64))], graph.outputs)
    path = lab.write(model)
    plan = make_plan(read(path), asking(Interface.INTEGER), TARGETS["xnnpack"], lab.calibrations[path])
    (finding,) = plan.findings
    assert (finding.code.value, finding.arguments["count"]) == ("interface-in-float", 2)


def test_command_line(lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lab.write(two_ended())
    data, output = tmp_path / "samples.npz", tmp_path / "out.tflite"
    np.savez(data, x=np.random.default_rng(0).normal(size=(4, 2, 64)).astype(np.float32))
    arguments = ["quantize", path, "-o", str(output), "--recipe", "static-int8", "--calibration", str(data)]
    assert main([*arguments, "--interface", "integer-inputs"]) == 0
    assert "float32 → int8 (scale" in capsys.readouterr().err
    assert types(str(output)) == ([tfl.TensorType.INT8], [tfl.TensorType.FLOAT32] * 3)
    assert main(["inspect", str(output)]) == 0
    assert "int8 (scale" in capsys.readouterr().err
    assert main(["compare", path, str(output), "--data", str(data)]) == 0
    assert main(["quantize", path, "-o", str(tmp_path / "no.tflite"), "--interface", "integer"]) != 0
    assert "computes in float" in capsys.readouterr().err
    assert not (tmp_path / "no.tflite").exists()


def test_outputs_agree_with_the_float_interface(lab: Lab) -> None:
    """The same arithmetic, only without the conversions at its ends."""
    path = lab.write(several())
    found = {}
    for interface in (Interface.FLOAT, Interface.INTEGER):
        output = f"{path}.{interface}.same"
        plan = make_plan(read(path), asking(interface), TARGETS["builtin"], lab.calibrations[path])
        api.apply(plan, output)
        comparison = api.compare(path, output, samples=3, operators=False)
        found[interface] = comparison.outputs[0].sqnr_db
    assert found[Interface.INTEGER] == pytest.approx(found[Interface.FLOAT], abs=1.0)
