"""Integers beyond the main subgraph: loops, branches, initializations, composites, and every signature."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.errors import DataError
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.plan import Plan, make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Change, Interface, Match, Recipe, Rule, Setting
from tests.engine.specimens import composite, several
from tests.engine.test_interface import asking
from tests.lab import Lab, sqnr, unpacked
from tests.models import ModelBuilder, SubgraphBuilder
from tests.operators import normal

INTEGERS = {"INT8": Precision.INT8, "INT16": Precision.INT16X8}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("calls"))
    yield lab
    lab.close()


def everything(dtype: str) -> Recipe:
    """Integers wherever there is a kernel, named by a rule."""
    rule = Rule(match=Match(type="*"), set=Change(precision=INTEGERS[dtype]))
    return Recipe(name="everything", default=Setting(precision=Precision.FLOAT32), rules=(rule,))


def layer(graph: SubgraphBuilder, x: int, seed: int) -> int:
    """TANH of a matrix product plus what came in."""
    product, sum_, y = (graph.tensor(f"{name}{seed}", (1, 64)) for name in ("product", "sum", "y"))
    weight = graph.constant(f"w{seed}", normal(64, 64, seed=seed, scale=0.05))
    graph.operator("FULLY_CONNECTED", [x, weight, -1], [product], tfl.FullyConnectedOptionsT())
    graph.operator("ADD", [product, x], [sum_], tfl.AddOptionsT())
    graph.operator("TANH", [sum_], [y])
    return y


def looping() -> ModelBuilder:
    """A layer in the body of a WHILE that goes round three times."""
    model = ModelBuilder()
    main = model.subgraph("main")
    x, start = main.input("x", (1, 64)), main.constant("start", np.array(0, np.int32))
    end, y = main.tensor("end", (), "INT32"), main.tensor("y", (1, 64))
    main.operator("WHILE", [start, x], [end, y], tfl.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2))
    main.outputs = [y]
    condition = model.subgraph("condition")
    n = condition.input("n", (), "INT32")
    condition.input("x", (1, 64))
    again = condition.tensor("again", (), "BOOL")
    condition.operator("LESS", [n, condition.constant("three", np.array(3, np.int32))], [again], tfl.LessOptionsT())
    condition.outputs = [again]
    body = model.subgraph("body")
    n, x = body.input("n", (), "INT32"), body.input("x", (1, 64))
    after = body.tensor("after", (), "INT32")
    body.operator("ADD", [n, body.constant("one", np.array(1, np.int32))], [after], tfl.AddOptionsT())
    body.outputs = [after, layer(body, x, 1)]
    return model


def branching() -> ModelBuilder:
    """A layer in either branch of an IF, behind one in the main subgraph."""
    model = ModelBuilder()
    main = model.subgraph("main")
    c, x, y = main.input("c", (1,), "BOOL"), main.input("x", (1, 64)), main.tensor("y", (1, 64))
    main.operator("IF", [c, layer(main, x, 1)], [y], tfl.IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2))
    main.outputs = [y]
    for seed in (2, 3):
        branch = model.subgraph(f"branch {seed}")
        branch.outputs = [layer(branch, branch.input("x", (1, 64)), seed)]
    return model


def initialized() -> ModelBuilder:
    """CALL_ONCE of a subgraph that computes the value of a variable with a layer."""
    model = ModelBuilder()
    main, once = model.subgraph("main"), model.subgraph("once")
    options = tfl.VarHandleOptionsT(container="", sharedName="state")
    main.operator("CALL_ONCE", [], [], tfl.CallOnceOptionsT(initSubgraphIndex=1))
    x = main.input("x", (1, 64))
    handle, state, sum_ = (
        main.tensor("handle", (1,), "RESOURCE"),
        main.tensor("state", (1, 64)),
        main.tensor("sum", (1, 64)),
    )
    main.operator("VAR_HANDLE", [], [handle], options)
    main.operator("READ_VARIABLE", [handle], [state])
    main.operator("ADD", [state, x], [sum_], tfl.AddOptionsT())
    main.outputs = [layer(main, sum_, 1)]
    handle = once.tensor("handle", (1,), "RESOURCE")
    once.operator("VAR_HANDLE", [], [handle], options)
    shape = once.constant("shape", np.array([1, 64], np.int32))
    start = once.tensor("start", (1, 64))
    once.operator("FILL", [shape, once.constant("half", np.array(0.5, np.float32))], [start])
    once.operator("ASSIGN_VARIABLE", [handle, layer(once, start, 2)], [])
    return model


def decided(plan: Plan, subgraph: int) -> dict[str, tuple[str, str]]:
    """Precision and reason by operator type."""
    rows = zip(plan.model.subgraphs[subgraph].operators, plan.decisions[subgraph], strict=True)
    return {operator.type: (decision.precision.value, decision.reason.code.value) for operator, decision in rows}


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("build", "bodies"), [(looping, [2]), (branching, [1, 2]), (initialized, [1]), (composite, [1])]
)
def test_bodies_run_in_integers(lab: Lab, build, bodies: list[int], dtype: str, target: str) -> None:  # type: ignore[no-untyped-def]
    path = lab.write(build())
    plan = make_plan(read(path), everything(dtype), TARGETS[target], lab.calibrations[path])
    output = f"{path}.{dtype}.{target}"
    api.apply(plan, output)
    for body in bodies:
        found = decided(plan, body)
        assert found["FULLY_CONNECTED"] == (INTEGERS[dtype].value, "integer-kernel")
        assert found.get("TANH", ("", "integer-kernel"))[1] == "integer-kernel"
        graph = unpacked(output).subgraphs[body]
        assert {graph.tensors[index].type for index in (*graph.inputs, *graph.outputs)} <= {
            tfl.TensorType.FLOAT32, tfl.TensorType.INT32
        }  # fmt: skip
    delegate = TARGETS[target].delegate
    assert sqnr(lab.float_outputs(path, delegate), lab.outputs(output, path, delegate)) > (
        28 if dtype == "INT8" else 38
    )


def test_preset_treats_branches_like_the_main_subgraph(lab: Lab) -> None:
    path = lab.write(branching())
    plan = make_plan(read(path), PRESETS["static-int8"], TARGETS["builtin"], lab.calibrations[path])
    assert decided(plan, 0)["FULLY_CONNECTED"] == decided(plan, 1)["FULLY_CONNECTED"] == ("int8", "integer-kernel")
    assert decided(plan, 1) == decided(plan, 2)


def test_a_branch_never_taken_is_quantized_without_ranges(lab: Lab, tmp_path: Path) -> None:
    path = lab.write(branching())
    x = np.random.default_rng(1).normal(size=(4, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", c=np.ones((4, 1), bool), x=x)
    plan = api.plan(api.load(path), "static-int8", "builtin", api.calibrate(api.load(path), tmp_path / "data.npz"))
    assert decided(plan, 1)["FULLY_CONNECTED"] == ("int8", "integer-kernel")
    assert decided(plan, 2)["FULLY_CONNECTED"][0] == "hybrid-int8"
    assert decided(plan, 2)["TANH"] == ("float32", "not-reached")
    api.apply(plan, tmp_path / "out.tflite")


def test_every_signature_is_calibrated(lab: Lab, tmp_path: Path) -> None:
    """On its own samples, by its name; both share a weight, which is stored once."""
    path, rng = lab.write(several()), np.random.default_rng(3)
    data = {"first/image": rng.normal(size=(4, 64)), "second/image": 10 * rng.normal(size=(6, 64))}
    np.savez(tmp_path / "data.npz", **{name: values.astype(np.float32) for name, values in data.items()})
    model = api.load(path)
    seen = api.calibrate(model, tmp_path / "data.npz")
    first, second = (seen.tensors[subgraph, model.subgraphs[subgraph].inputs[0]] for subgraph in (0, 1))
    assert (first.lows.size, second.lows.size) == (4, 6)
    assert (first.high, second.high) == pytest.approx([each.max() for each in data.values()])
    plan = api.plan(model, "static-int8", "builtin", seen)
    api.apply(plan, tmp_path / "out.tflite")
    assert decided(plan, 0)["FULLY_CONNECTED"] == decided(plan, 1)["FULLY_CONNECTED"] == ("int8", "integer-kernel")
    weights = {graph.tensors[1].buffer for graph in unpacked(str(tmp_path / "out.tflite")).subgraphs}
    assert len(weights) == 1
    expected, found = (signature_outputs(each, data) for each in (path, str(tmp_path / "out.tflite")))
    assert sqnr([[expected]], [[found]]) > 25


def signature_outputs(path: str, data: dict[str, np.ndarray]) -> np.ndarray:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path)
    found = []
    for name, values in data.items():
        signature, key = name.split("/")
        run = interpreter.get_signature_runner(signature)
        found += [run(**{key: x[None].astype(np.float32)})["scores"] for x in values]
    return np.concatenate(found)


def test_a_signature_without_samples(lab: Lab, tmp_path: Path) -> None:
    path = lab.write(several())
    model = api.load(path)
    np.savez(tmp_path / "some.npz", **{"first/image": normal(4, 64)})
    plan = api.plan(model, "static-int8", "builtin", api.calibrate(model, tmp_path / "some.npz"))
    assert decided(plan, 1)["TANH"] == ("float32", "not-reached")
    np.savez(tmp_path / "shared.npz", image=normal(4, 64))
    assert (1, 0) in api.calibrate(model, tmp_path / "shared.npz").tensors
    np.savez(tmp_path / "wrong.npz", **{"first/image": normal(4, 64), "second/image": normal(4, 63)})
    with pytest.raises(DataError, match="63"):
        api.calibrate(model, tmp_path / "wrong.npz")


def test_integer_interface_of_every_signature_and_no_body(lab: Lab) -> None:
    path = lab.write(several())
    plan = make_plan(read(path), asking(Interface.INTEGER), TARGETS["xnnpack"], lab.calibrations[path])
    api.apply(plan, f"{path}.integer")
    for graph in unpacked(f"{path}.integer").subgraphs:
        assert {graph.tensors[index].type for index in (*graph.inputs, *graph.outputs)} == {tfl.TensorType.INT8}
    for build in (looping, branching):
        path = lab.write(build())
        plan = make_plan(read(path), asking(Interface.INTEGER), TARGETS["builtin"], lab.calibrations[path])
        assert all(not integers.ends for index, integers in plan.integers.items() if index > 0)
