"""Ordinary models that trip quantizers up, under every recipe: handled, or refused for a stated reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope.errors import RunError
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS
from tests.engine.specimens import composite, custom, looked_up, loop, several
from tests.lab import Lab, sqnr, unpacked
from tests.models import Input, ModelBuilder, one_operator
from tests.operators import fully_connected, gather, half_source, lstm, normal, svdf

FULLY = tfl.FullyConnectedOptionsT
RECIPES = tuple(PRESETS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("odd"))
    yield lab
    lab.close()


def open_batch() -> ModelBuilder:
    """A batch of any size."""
    model = one_operator(
        "FULLY_CONNECTED", [Input((2, 96), signature=(-1, 96)), normal(24, 96), None], [(2, 24)], FULLY()
    )
    (graph,) = model.model.subgraphs
    graph.tensors[graph.outputs[0]].shapeSignature = [-1, 24]
    return model


def partly_quantized() -> ModelBuilder:
    """One layer with int8 weights already, one in float."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (2, 64))
    done = graph.constant("done", np.rint(normal(64, 64) * 20).astype(np.int8), scales=[0.05])
    hidden, y = graph.tensor("hidden", (2, 64)), graph.tensor("y", (2, 64))
    graph.operator("FULLY_CONNECTED", [x, done, -1], [hidden], FULLY(asymmetricQuantizeInputs=True), version=9)
    graph.operator("FULLY_CONNECTED", [hidden, graph.constant("w", normal(64, 64)), -1], [y], FULLY())
    graph.outputs = [y]
    return model


@dataclass(frozen=True)
class Odd:
    """A model, and the reasons that some of its operators, by (subgraph, operator), have under every recipe. `done` is
    the recipe that it is like already."""

    build: Callable[[], ModelBuilder]
    reasons: dict[tuple[int, int], str]
    runs: bool = True
    done: str = ""


ODD = {
    "several signatures, shared buffers, names twice": Odd(several, {}),
    "tied embedding": Odd(looked_up, {}),
    "loop": Odd(loop, {(0, 0): "control-flow"}),
    "composite": Odd(composite, {(0, 0): "control-flow"}),
    "custom operator": Odd(custom, {(0, 1): "custom-operator"}, runs=False),
    "partly quantized": Odd(partly_quantized, {(0, 0): "already-quantized"}),
    "optional input": Odd(lambda: fully_connected(biased="absent"), {}),
    "open batch": Odd(open_batch, {}),
    "open indices": Odd(lambda: gather((1, 7), signature=(-1, 7)), {}),
    "variables": Odd(lstm, {}),
    "memory": Odd(svdf, {}),
    "float16 source": Odd(half_source, {}, done="float16"),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", ODD)
def test_odd_model(lab: Lab, name: str, recipe: str, target: str) -> None:
    odd = ODD[name]
    path = lab.write(odd.build(), name)
    if PRESETS[recipe].needs_calibration and not odd.runs:
        with pytest.raises(RunError, match="refuses the model"):
            lab.plan(path, recipe, target)
        return
    if recipe == odd.done:
        assert not lab.plan(path, recipe, target).changes_anything
        return
    plan, output = lab.quantized(path, recipe, target)
    assert plan.changes_anything
    for (subgraph, operator), code in odd.reasons.items():
        assert plan.decisions[subgraph][operator].reason.code.value == code
    before, after = unpacked(path), unpacked(output)
    assert [each.signatureKey for each in after.signatureDefs or []] == [
        each.signatureKey for each in before.signatureDefs or []
    ]
    stored = sum(len(buffer.data) for buffer in after.buffers if buffer.data is not None)
    assert stored < sum(len(buffer.data) for buffer in before.buffers if buffer.data is not None)
    if odd.runs:
        delegate = TARGETS[target].delegate
        found = sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate))
        assert found >= (8 if "int4" in recipe else 45 if recipe == "float16" else 22)


@pytest.mark.parametrize("recipe", RECIPES)
def test_shared_weight_is_stored_once(lab: Lab, recipe: str) -> None:
    """In both subgraphs, and for the lookup and the layer of a tied embedding."""
    for build in (several, looked_up):
        path = lab.write(build())
        plan, output = lab.quantized(path, recipe, "xnnpack")
        (buffer,) = plan.storage
        tensors = [each for graph in unpacked(output).subgraphs for each in graph.tensors if each.buffer == buffer]
        assert len({each.type for each in tensors}) == 1
        data = [each.data for each in unpacked(output).buffers if each.data is not None]
        size = plan.storage[buffer].stored_bytes(
            next(each for graph in plan.model.subgraphs for each in graph.tensors if each.buffer == buffer)
        )
        assert sum(len(each) == size for each in data) == 1


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", ODD)
def test_every_operator_is_explained(lab: Lab, name: str, recipe: str) -> None:
    path = lab.write(ODD[name].build(), name)
    if PRESETS[recipe].needs_calibration and not ODD[name].runs:
        return
    for target in TARGETS:
        plan = lab.plan(path, recipe, target)
        for subgraph, row in zip(plan.model.subgraphs, plan.decisions, strict=True):
            assert len(row) == len(subgraph.operators)
            assert all(decision.reason.text.endswith(".") for decision in row)
