"""Which operators correspond in two files: the plan's own mapping found again in the files, and no help from names."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope.evaluate.alignment import Alignment, align
from quantscope.inspection import origins
from quantscope.model.read import read
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.targets import TARGETS
from tests.engine.specimens import RUNNABLE, several, weights, zoo_models
from tests.lab import Lab, unpacked
from tests.models import ModelBuilder, _pack

SMALL: Final = [path for path in zoo_models() if path.stat().st_size < 8e6]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("alignments"))
    yield lab
    lab.close()


def check_against_plan(lab: Lab, path: str, recipe: str, target: str) -> None:
    """What is found in the two files is what the planner says it wrote."""
    plan, output = lab.quantized(path, recipe, target)
    written = read(output)
    alignment = align(plan.model, written)
    assert alignment.exact
    for subgraph, row in enumerate(origins(plan.model, rewrite(plan))):
        expected: dict[int, list[int]] = {}
        for place, origin in enumerate(row):
            if origin is not None:
                expected.setdefault(origin, []).append(place)
        kinds = [operator.type for operator in written.subgraphs[subgraph].operators]
        found = {
            pair.operator: [at for at in pair.written if row[at] is not None] for pair in alignment.subgraphs[subgraph]
        }
        assert {**expected, **found} == expected
        left_out = {plan.model.subgraphs[subgraph].operators[index].type for index in expected.keys() - found.keys()}
        assert left_out <= {"DEQUANTIZE", "QUANTIZE", "DENSIFY"}
        for pair in alignment.subgraphs[subgraph]:
            # Static recipes put a MUL by constant factors in front of some matrix products; it does part of their work.
            assert {kinds[at] for at in pair.written if row[at] is None} <= {"DEQUANTIZE", "MUL"}


@pytest.mark.parametrize("recipe", PRESETS)
@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_real_models_are_aligned_as_the_plan_says(lab: Lab, path: Path, recipe: str) -> None:
    check_against_plan(lab, str(path), recipe, "xnnpack")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", zoo_models(), ids=lambda path: path.stem)
def test_large_models_and_the_other_target_too(lab: Lab, path: Path, target: str) -> None:
    check_against_plan(lab, str(path), "dynamic-int8", target)


@pytest.mark.parametrize("name", sorted(RUNNABLE.keys() - {"dequantized"}))
def test_every_kind_of_model_is_aligned_as_the_plan_says(lab: Lab, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name.replace(' ', '_')}.tflite"
    path.write_bytes(RUNNABLE[name]())
    check_against_plan(lab, str(path), "dynamic-int8", "xnnpack")


# Without numbers and names --------------------------------------------------------------------------------------------


def shuffled(path: str, output: Path, seed: int) -> list[list[int]]:
    """Writes the model with its tensors in another order and all of one name; gives where each tensor went."""
    model = unpacked(path)
    random.seed(seed)
    places = []
    for graph in model.subgraphs:
        order = [*range(len(graph.tensors))]
        random.shuffle(order)
        place = {old: new for new, old in enumerate(order)} | {-1: -1}
        graph.tensors = [graph.tensors[old] for old in order]
        for tensor in graph.tensors:
            tensor.name = "x"
        graph.inputs = [place[old] for old in graph.inputs]
        graph.outputs = [place[old] for old in graph.outputs]
        for operator in graph.operators:
            operator.inputs = [place[old] for old in operator.inputs]
            operator.outputs = [place[old] for old in operator.outputs]
        places.append([place[old] for old in range(len(order))])
    for signature in model.signatureDefs or ():
        for entry in (*signature.inputs, *signature.outputs):
            entry.tensorIndex = places[signature.subgraphIndex][entry.tensorIndex]
    output.write_bytes(_pack(model, ()))
    return places


def renumbered(alignment: Alignment, places: Sequence[Sequence[int]]) -> list[list[tuple[Any, ...]]]:
    """The pairs as they must be after tensors have gone to `places`."""
    return [
        [
            (pair.operator, pair.written, {place[a]: b for a, b in pair.feeds.items()},
             {place[a]: b for a, b in pair.results.items()})
            for pair in row
        ]
        for place, row in zip(places, alignment.subgraphs, strict=True)
    ]  # fmt: skip


@pytest.mark.parametrize("recipe", ["dynamic-int8", "float16", "static-int8"])
@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_files_of_other_tools_are_aligned_by_structure(lab: Lab, tmp_path: Path, path: Path, recipe: str) -> None:
    """As a converter would write it: other numbers, other names. Only a replaced operator can't be found then, nor that
    an inserted MUL does part of an operator's work."""
    plan, output = lab.quantized(str(path), recipe, "xnnpack")
    places = shuffled(output, tmp_path / "foreign.tflite", seed=1)
    exact, found = align(plan.model, read(output)), align(plan.model, read(tmp_path / "foreign.tflite"))
    assert not found.exact
    for one, two, graph in zip(renumbered(exact, places), found.subgraphs, read(output).subgraphs, strict=True):
        multiplied = {pair[0] for pair in one if "MUL" in [graph.operators[at].type for at in pair[1][:-1]]}
        pairs = [(pair.operator, pair.written, dict(pair.feeds), dict(pair.results)) for pair in two]
        assert all(pair in one or pair[0] in multiplied for pair in pairs)
        missing = {pair[0] for pair in one} - {pair[0] for pair in pairs}
        assert {plan.model.subgraphs[0].operators[index].type for index in missing} <= {"GATHER"}


def parallel(order: Sequence[int], swapped: bool = False) -> ModelBuilder:
    """Three branches alike on one input, added up in two steps; their operators run in `order`."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("same", (1, 64))
    matrices = [graph.constant("same", weights(64, 64, seed=seed)) for seed in range(3)]
    branches = [graph.tensor("same", (1, 64)) for _ in range(3)]
    half, y = graph.tensor("same", (1, 64)), graph.tensor("same", (1, 64))
    for branch in order:
        inputs = [x, matrices[branch], -1]
        graph.operator("FULLY_CONNECTED", inputs, [branches[branch]], tfl.FullyConnectedOptionsT())
    first, second = (1, 0) if swapped else (0, 1)
    graph.operator("ADD", [branches[first], branches[second]], [half], tfl.AddOptionsT())
    graph.operator("MUL", [half, branches[2]], [y], tfl.MulOptionsT())
    graph.outputs = [y]
    return model


def test_branches_alike_are_told_apart_by_place(lab: Lab) -> None:
    """Even in another order of execution, and although all tensors have one name."""
    alignment = align(read(lab.write(parallel((0, 1, 2)))), read(lab.write(parallel((2, 0, 1)))))
    assert alignment.exact
    assert [(pair.operator, pair.written) for pair in alignment.subgraphs[0]] == [
        (0, (1,)), (1, (2,)), (2, (0,)), (3, (3,)), (4, (4,)),
    ]  # fmt: skip


def test_another_data_flow_is_never_exact(lab: Lab) -> None:
    source = read(lab.write(parallel((0, 1, 2))))
    other = parallel((0, 1, 2))
    operators = other.model.subgraphs[0].operators
    operators[3].inputs = [operators[0].outputs[0], operators[2].outputs[0]]
    assert not align(source, read(lab.write(other))).exact
    superfluous = parallel((0, 1, 2))
    graph = superfluous.model.subgraphs[0]
    graph.tensors.append(graph.tensors[-1])
    extra = tfl.OperatorT(
        opcodeIndex=superfluous.operator_code("TANH", 1),
        inputs=[graph.operators[0].outputs[0]],
        outputs=[len(graph.tensors) - 1],
    )
    graph.operators.append(extra)
    assert not align(source, read(lab.write(superfluous))).exact


def test_renamed_weights_do_not_mislead(lab: Lab) -> None:
    """Names that say the opposite change nothing."""
    source = several()
    for graph in source.model.subgraphs:
        for tensor, name in zip(graph.tensors, "abcdefgh", strict=False):
            tensor.name = name
    other = several()
    for graph in other.model.subgraphs:
        for tensor, name in zip(graph.tensors, "edcbahgf", strict=False):
            tensor.name = name
    alignment = align(read(lab.write(source)), read(lab.write(other)))
    assert alignment.exact
    assert [[(pair.operator, pair.written) for pair in row] for row in alignment.subgraphs] == [
        [(0, (0,)), (1, (1,))]
    ] * 2


def test_fewer_subgraphs_leave_operators_without_partner(lab: Lab) -> None:
    one = read(lab.write(several()))
    half = several()
    del half.model.subgraphs[1]
    half.model.signatureDefs = half.model.signatureDefs[:1]
    alignment = align(one, read(lab.write(half)))
    assert not alignment.exact
    assert [len(row) for row in alignment.subgraphs] == [2]
    assert np.all([pair.written == (pair.operator,) for pair in alignment.subgraphs[0]])
