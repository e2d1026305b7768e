"""Errors of operators: against plain calculations in numpy, in loops and branches, and where nothing can be seen."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from flatbuffers import flexbuffers

from quantscope import api, documents
from quantscope.errors import CancelledError, DataError, ModelUnsupportedError, UsageError
from quantscope.evaluate.alignment import align
from quantscope.evaluate.inputs import generated
from quantscope.evaluate.operators import operator_errors
from quantscope.evaluate.runner import running
from quantscope.evaluate.wire import TensorInfo
from quantscope.model.read import read
from tests.engine.specimens import ZOO, composite, looked_up, loop, several, weights
from tests.engine.test_static_calls import initialized
from tests.lab import Lab, stored, unpacked
from tests.models import Array, ModelBuilder, SubgraphBuilder


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("errors"))
    yield lab
    lab.close()


def figures(pairs: list[tuple[Array, Array]]) -> tuple[float, float, float]:
    """SQNR in dB, largest error and mean cosine by their textbook formulas."""
    a, b = (np.stack(column).astype(np.float64).reshape(len(pairs), -1) for column in zip(*pairs, strict=True))
    cosines = (a * b).sum(1) / np.sqrt((a * a).sum(1) * (b * b).sum(1))
    return 10 * np.log10((a**2).sum() / ((a - b) ** 2).sum()), np.abs(a - b).max(), cosines.mean()


def check(error: documents.Error | documents.OperatorError | None, expected: tuple[float, float, float]) -> None:
    assert error is not None
    sqnr_db, max_abs, cosine = expected
    assert error.sqnr_db == pytest.approx(sqnr_db, abs=0.01)
    assert error.max_abs == pytest.approx(max_abs, rel=1e-3)
    assert error.cosine == pytest.approx(cosine, abs=1e-7)


def chain(count: int = 3) -> ModelBuilder:
    """FULLY_CONNECTED with RELU, some times over; all tensors have the same name."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 64))
    for seed in range(count):
        w, y = graph.constant("same", weights(64, 64, seed=seed)), graph.tensor("same", (1, 64))
        options = tfl.FullyConnectedOptionsT(fusedActivationFunction=tfl.ActivationFunctionType.RELU)
        graph.operator("FULLY_CONNECTED", [x, w, -1], [y], options)
        x = y
    graph.outputs = [x]
    return model


def test_own_and_accumulated_errors_are_the_true_ones(lab: Lab, tmp_path: Path) -> None:
    """float16 weights are computed in float32, so numpy can do exactly what the kernels do."""
    source = lab.write(chain())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    data = np.random.default_rng(5).normal(size=(7, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=data)
    document = api.compare(source, quantized, str(tmp_path / "data.npz"))
    assert [(error.index, error.written, error.note) for error in document.operators] == [
        (0, (0, 1), None), (1, (2, 3), None), (2, (4, 5), None),
    ]  # fmt: skip
    full = [weights(64, 64, seed=seed).astype(np.float64) for seed in range(3)]
    half = [each.astype(np.float16).astype(np.float64) for each in full]
    mine = theirs = [sample.astype(np.float64) for sample in data]
    for error, a, b in zip(document.operators, full, half, strict=True):
        given = mine
        mine = [np.maximum(x @ a.T, 0) for x in given]
        theirs = [np.maximum(x @ b.T, 0) for x in theirs]
        check(error.own, figures(list(zip(mine, [np.maximum(x @ b.T, 0) for x in given], strict=True))))
        check(error, figures(list(zip(mine, theirs, strict=True))))
    assert document.operators[-1].sqnr_db == pytest.approx(document.outputs[0].sqnr_db, abs=0.01)


def test_hybrid_kernels_are_the_targets(lab: Lab, tmp_path: Path) -> None:
    """XNNPACK quantizes activations by rows with a zero point; numpy does the same."""
    source = lab.write(chain(2))
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    data = np.random.default_rng(6).normal(size=(5, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=data)
    document = api.compare(source, quantized, str(tmp_path / "data.npz"))
    model = unpacked(quantized)
    mine = [sample.astype(np.float64) for sample in data]
    for error, index in zip(document.operators, (1, 3), strict=True):
        tensor, codes = stored(model, index)
        b = codes * np.asarray(tensor.quantization.scale)[:, None]
        given, own = mine, []
        mine = [np.maximum(x @ weights(64, 64, seed=error.index).astype(np.float64).T, 0) for x in given]
        for x in given:
            low, high = min(0.0, x.min()), max(0.0, x.max())
            scale = (high - low) / 255
            zero = np.rint(-128 - low / scale)
            rounded = (np.clip(np.rint(x / scale) + zero, -128, 127) - zero) * scale
            own.append(np.maximum(rounded @ b.T, 0))
        assert error.own is not None
        expected = figures(list(zip(mine, own, strict=True)))
        assert error.own.sqnr_db == pytest.approx(expected[0], abs=0.7)  # XNNPACK nudges its zero point


def test_tied_table_read_by_two_operators(lab: Lab) -> None:
    """GATHER has become RESHAPE, EMBEDDING_LOOKUP and EXPAND_DIMS; both its error and the other reader's are seen."""
    source = lab.write(looked_up())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    document = api.compare(source, quantized, samples=6)
    lookup, product = document.operators
    assert (lookup.type, lookup.written, product.written[0]) == ("GATHER", (0, 1, 2), 3)
    tensor, codes = stored(unpacked(quantized), 1)
    table = weights(200, 32).astype(np.float64)
    rounded = codes * np.asarray(tensor.quantization.scale)[:, None]
    ids = generated(read(source), running_inputs(source), 6)
    rows = [ids.sample(index)[0].reshape(-1) for index in range(6)]
    check(lookup.own, figures([(table[row], rounded[row]) for row in rows]))
    check(lookup, figures([(table[row], rounded[row]) for row in rows]))
    assert product.own is not None
    assert product.sqnr_db is not None
    assert product.own.sqnr_db is not None
    assert product.sqnr_db < product.own.sqnr_db


def running_inputs(path: str) -> tuple[TensorInfo, ...]:
    with running(path) as (_, loaded):
        return loaded.inputs


def test_operators_of_a_loop_body_are_seen_step_by_step(lab: Lab) -> None:
    source = lab.write(loop())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    document = api.compare(source, quantized, samples=4)
    full = (weights(64, 64) / np.float32(8)).astype(np.float64)
    half = full.astype(np.float16).astype(np.float64)
    samples = generated(read(source), running_inputs(source), 4)
    own, accumulated = [], []
    for index in range(4):
        n, x = samples.sample(index)
        mine = theirs = x.astype(np.float64)
        for _ in range(int(n), 3):
            own.append((mine @ full.T, mine @ half.T))
            mine, theirs = mine @ full.T, theirs @ half.T
            accumulated.append((mine, theirs))
    (body,) = [error for error in document.operators if error.type == "FULLY_CONNECTED"]
    assert (body.subgraph, body.index) == (2, 1)
    check(body.own, figures(own))
    check(body, figures(accumulated))
    (caller,) = [error for error in document.operators if error.type == "WHILE"]
    assert caller.sqnr_db == pytest.approx(document.outputs[0].sqnr_db, abs=0.01)


def choice() -> ModelBuilder:
    """IF with a matrix product in either branch."""
    model = ModelBuilder()
    main = model.subgraph("main")
    c, x, y = main.input("c", (1,), "BOOL"), main.input("x", (1, 64)), main.tensor("y", (1, 64))
    main.operator("IF", [c, x], [y], tfl.IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2))
    main.outputs = [y]
    for seed in (1, 2):
        branch = model.subgraph(f"branch {seed}")
        x, w = branch.input("x", (1, 64)), branch.constant("w", weights(64, 64, seed=seed))
        y = branch.tensor("y", (1, 64))
        branch.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
        branch.outputs = [y]
    return model


def test_a_branch_is_seen_when_it_is_taken(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(choice())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    x = np.random.default_rng(1).normal(size=(3, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", c=np.ones((3, 1), bool), x=x)
    document = api.compare(source, quantized, str(tmp_path / "data.npz"))
    _, taken, other = document.operators
    w = weights(64, 64, seed=1).astype(np.float64)
    check(taken.own, figures([(s @ w.T, s @ w.astype(np.float16).astype(np.float64).T) for s in x.astype(np.float64)]))
    assert (other.own, other.sqnr_db) == (None, None)
    assert other.note == "Its subgraph was never run on these inputs."


def test_a_loop_that_the_other_file_has_not(lab: Lab) -> None:
    """A converter may have unrolled it; what is left is compared, and the body is said to have no partner."""
    model = ModelBuilder()
    graph = model.subgraph()
    graph.input("n", (), "INT32")
    x, w = graph.input("x", (1, 64)), graph.constant("w", weights(64, 64) / np.float32(8))
    y = graph.tensor("y", (1, 64))
    graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [y]
    document = api.compare(lab.write(loop()), lab.write(model), samples=1)
    assert document.alignment == "best-effort"
    assert all(error.own is None and error.note for error in document.operators)


def test_subgraphs_that_nobody_calls_are_said_to_be_out_of_reach(lab: Lab) -> None:
    model = several()
    model.model.signatureDefs = model.model.signatureDefs[:1]
    source = lab.write(model)
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    notes = [(error.subgraph, error.note) for error in api.compare(source, quantized, samples=1).operators]
    assert notes[:2] == [(0, None), (0, None)]
    assert notes[2:] == [(1, "Nothing that was run calls its subgraph.")] * 2


def nested() -> ModelBuilder:
    """Two rounds of a WHILE whose body is an IF; its first branch is a WHILE of three rounds of a matrix product behind
    a composite of one, its second branch a single product. Callees come before callers."""
    model = ModelBuilder()
    main = model.subgraph("main")

    def product(name: str, seed: int) -> int:
        graph = model.subgraph(name)
        x, y = graph.input("x", (1, 64)), graph.tensor("y", (1, 64))
        w = graph.constant("w", weights(64, 64, seed=seed) / np.float32(8))
        graph.operator("FULLY_CONNECTED", [x, w, -1], [y], tfl.FullyConnectedOptionsT())
        graph.outputs = [y]
        return len(model.model.subgraphs) - 1

    def counted(body: int, rounds: int) -> tuple[int, int]:
        """Subgraphs for a WHILE that goes round as often, on a counter and `x`; `body` makes x anew."""
        graph = model.subgraph("step")
        n, x = graph.input("n", (), "INT32"), graph.input("x", (1, 64))
        after, y = graph.tensor("after", (), "INT32"), graph.tensor("y", (1, 64))
        graph.operator("ADD", [n, graph.constant("one", np.array(1, np.int32))], [after], tfl.AddOptionsT())
        options = tfl.StableHLOCompositeOptionsT(
            name="test.body",
            decompositionSubgraphIndex=body,
            compositeAttributes=np.frombuffer(flexbuffers.Dumps({}), np.uint8),
        )
        graph.operator("STABLEHLO_COMPOSITE", [x], [y], options)
        graph.outputs = [after, y]
        step = len(model.model.subgraphs) - 1
        condition = model.subgraph("condition")
        n = condition.input("n", (), "INT32")
        condition.input("x", (1, 64))
        again = condition.tensor("again", (), "BOOL")
        end = condition.constant("end", np.array(rounds, np.int32))
        condition.operator("LESS", [n, end], [again], tfl.LessOptionsT())
        condition.outputs = [again]
        return step + 1, step

    def looping(graph: SubgraphBuilder, x: int, body: int, rounds: int) -> int:
        condition, step = counted(body, rounds)
        start, end = graph.constant("start", np.array(0, np.int32)), graph.tensor("end", (), "INT32")
        y = graph.tensor("y", (1, 64))
        graph.operator(
            "WHILE", [start, x], [end, y], tfl.WhileOptionsT(condSubgraphIndex=condition, bodySubgraphIndex=step)
        )
        return y

    inner = product("inner", 1)
    then = model.subgraph("then")
    then.outputs = [looping(then, then.input("x", (1, 64)), inner, 3)]
    other = product("else", 2)
    body = model.subgraph("body")
    x, y = body.input("x", (1, 64)), body.tensor("y", (1, 64))
    sum_, positive = body.tensor("sum", ()), body.tensor("positive", (), "BOOL")
    body.operator("SUM", [x, body.constant("axes", np.array([0, 1], np.int32))], [sum_], tfl.ReducerOptionsT())
    body.operator("GREATER", [sum_, body.constant("zero", np.array(0, np.float32))], [positive], tfl.GreaterOptionsT())
    branches = tfl.IfOptionsT(thenSubgraphIndex=inner + 1, elseSubgraphIndex=other)
    body.operator("IF", [positive, x], [y], branches)
    body.outputs = [y]
    main.outputs = [looping(main, main.input("x", (1, 64)), len(model.model.subgraphs) - 1, 2)]
    return model


def test_control_flow_within_control_flow_is_seen(lab: Lab, tmp_path: Path) -> None:
    """float16 weights are computed in float32: numpy does the same, round by round, on both levels."""
    source = lab.write(nested())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    data = np.random.default_rng(8).normal(size=(6, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=data)
    document = api.compare(source, quantized, str(tmp_path / "data.npz"))
    assert document.alignment == "exact"
    assert {error.note for error in document.operators} <= {None, "Its outputs aren't floating-point numbers."}
    full = [(weights(64, 64, seed=seed) / np.float32(8)).astype(np.float64) for seed in (1, 2)]
    half = [each.astype(np.float16).astype(np.float64) for each in full]
    own: list[list[tuple[Array, Array]]] = [[], []]
    accumulated: list[list[tuple[Array, Array]]] = [[], []]
    for sample in data:
        mine = theirs = sample.astype(np.float64)
        for _ in range(2):
            taken, rounds = (0, 3) if mine.sum() > 0 else (1, 1)
            for _ in range(rounds):
                own[taken].append((mine @ full[taken].T, mine @ half[taken].T))
                mine, theirs = mine @ full[taken].T, theirs @ half[taken].T
                accumulated[taken].append((mine, theirs))
    assert all(own)
    products = [error for error in document.operators if error.type == "FULLY_CONNECTED"]
    for product, alone, together in zip(products, own, accumulated, strict=True):
        check(product.own, figures(alone))
        check(product, figures(together))
    (inner,) = [error for error in document.operators if error.type == "WHILE" and error.subgraph]
    assert inner.own is not None
    assert inner.own.sqnr_db is not None
    tensor = api.compare_tensor(source, quantized, 1, products[0].subgraph, str(tmp_path / "data.npz"))
    assert tensor.error.sqnr_db == pytest.approx(products[0].sqnr_db, abs=0.01)


def test_what_initializes_a_variable_is_seen(lab: Lab) -> None:
    source = lab.write(initialized())
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    document = api.compare(source, quantized, samples=2)
    products = [error for error in document.operators if error.type == "FULLY_CONNECTED"]
    assert [error.subgraph for error in products] == [0, 1]
    for error in products:
        assert error.note is None
        assert error.own is not None
        assert error.own.sqnr_db is not None
        assert 50 < error.own.sqnr_db < 100


def test_every_signature_is_compared(lab: Lab) -> None:
    """The second one's figures are those that it has as a model of its own, by the same kernels of the target."""
    source = lab.write(several())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    document = api.compare(source, quantized, samples=4)
    assert [(output.signature, output.label) for output in document.outputs] == [
        ("", "scores"), ("second", "second/scores"),
    ]  # fmt: skip
    alone = several()
    alone.model.subgraphs, alone.model.signatureDefs = alone.model.subgraphs[1:], alone.model.signatureDefs[1:]
    alone.model.signatureDefs[0].subgraphIndex = 0
    source = lab.write(alone)
    same = api.compare(source, lab.quantized(source, "dynamic-int8", "xnnpack")[1], samples=4)
    assert [(error.own, error.sqnr_db) for error in document.operators[2:]] == [
        (error.own, error.sqnr_db) for error in same.operators
    ]  # fmt: skip
    assert document.outputs[1].sqnr_db == same.outputs[0].sqnr_db


def test_one_signature_is_compared_by_its_name(lab: Lab, tmp_path: Path) -> None:
    source = lab.write(several())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    x = np.random.default_rng(3).normal(size=(5, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", **{"second/image": x})
    np.savez(tmp_path / "other.npz", y=x)
    document = api.compare(source, quantized, tmp_path / "data.npz", signature="second")
    assert [output.label for output in document.outputs] == ["second/scores"]
    assert (document.samples, document.operator_samples) == (5, 5)
    notes = [error.note for error in document.operators]
    assert notes == ["Nothing that was run calls its subgraph."] * 2 + [None, None]
    with pytest.raises(DataError, match="no arrays for the signature 'second'"):
        api.compare(source, quantized, tmp_path / "other.npz", signature="second")
    with pytest.raises(UsageError, match="no signature 'third'"):
        api.compare(source, quantized, signature="third")
    with pytest.raises(ModelUnsupportedError, match="no signature 'second'"):
        api.compare(source, lab.write(chain(1)), signature="second")


def test_data_for_one_signature_only(lab: Lab, tmp_path: Path) -> None:
    """What the data has nothing for is left out, and its operators say so."""
    source = lab.write(several())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    x = np.random.default_rng(3).normal(size=(5, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "data.npz", **{"first/image": x})
    document = api.compare(source, quantized, tmp_path / "data.npz")
    assert [output.label for output in document.outputs] == ["scores"]
    assert [error.own is None for error in document.operators] == [False, False, True, True]


def test_operators_of_a_composite_are_seen(lab: Lab) -> None:
    source = lab.write(composite())
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    document = api.compare(source, quantized, samples=3)
    caller, *inner = document.operators
    assert caller.type == "STABLEHLO_COMPOSITE"
    assert {error.subgraph for error in inner} == {1}
    product = next(error for error in inner if error.type == "FULLY_CONNECTED")
    assert product.note is None
    assert product.own is not None
    # What it stands for is all that the model does.
    assert product.own.sqnr_db == pytest.approx(product.sqnr_db, abs=0.01)
    assert document.outputs[0].sqnr_db == pytest.approx(inner[-1].sqnr_db, abs=0.01)


def test_integers_have_no_error(lab: Lab) -> None:
    model = chain(1)
    graph = model.model.subgraphs[0]
    built = lab.write(model)
    assert api.compare(built, built, samples=1).operators[0].note is None
    graph.tensors.append(tfl.TensorT(shape=[1], type=tfl.TensorType.INT32, buffer=0, name="best", hasRank=True))
    axis = model.buffer(np.array(1, np.int32))
    graph.tensors.append(tfl.TensorT(shape=[], type=tfl.TensorType.INT32, buffer=axis, name="axis", hasRank=True))
    best, at = len(graph.tensors) - 2, len(graph.tensors) - 1
    graph.operators.append(
        tfl.OperatorT(
            opcodeIndex=model.operator_code("ARG_MAX", 1),
            inputs=[graph.outputs[0], at],
            outputs=[best],
            builtinOptionsType=tfl.BuiltinOptions.ArgMaxOptions,
            builtinOptions=tfl.ArgMaxOptionsT(outputType=tfl.TensorType.INT32),
        )
    )
    graph.outputs = [best]
    source = lab.write(model)
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    product, best_of = api.compare(source, quantized, samples=2).operators
    assert product.own is not None
    assert (best_of.own, best_of.note) == (None, "Its outputs aren't floating-point numbers.")


def test_several_passes_give_the_same_figures(lab: Lab) -> None:
    """Operators whose tensors don't fit at once are looked at one after the other."""
    source = lab.write(chain(5))
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    one, two = read(source), read(quantized)
    samples = generated(one, running_inputs(source), 3)
    seen: list[float] = []
    whole = operator_errors(one, two, align(one, two), {0: samples})
    parts = operator_errors(one, two, align(one, two), {0: samples}, lambda done, _: seen.append(done), pass_bytes=600)
    assert parts == whole
    assert seen == sorted(seen)


def test_a_reshape_that_a_converter_left_out(lab: Lab) -> None:
    """What stands behind it is found, and given its input in the shape it takes."""

    def pooled(with_reshape: bool) -> ModelBuilder:
        model = ModelBuilder()
        graph = model.subgraph()
        x, flat = graph.input("x", (1, 1, 1, 64)), graph.tensor("flat", (1, 64))
        shape, w = graph.constant("shape", np.array([1, 64], np.int32)), graph.constant("w", weights(64, 64))
        y = graph.tensor("y", (1, 64))
        if with_reshape:
            graph.operator("RESHAPE", [x, shape], [flat], tfl.ReshapeOptionsT(newShape=[1, 64]))
        graph.operator("FULLY_CONNECTED", [flat if with_reshape else x, w, -1], [y], tfl.FullyConnectedOptionsT())
        graph.outputs = [y]
        return model

    document = api.compare(lab.write(pooled(True)), lab.write(pooled(False)), samples=2)
    left_out, product = document.operators
    assert document.alignment == "best-effort"
    assert (left_out.own, left_out.note) == (None, "The quantized model has no operator that corresponds to it.")
    assert product.written == (0,)
    assert product.own is not None
    assert product.own.sqnr_db is None or product.own.sqnr_db > 120


def test_operators_are_looked_at_on_some_of_the_samples(lab: Lab, tmp_path: Path) -> None:
    """A few of them, spread evenly; outputs are compared on all."""
    source = lab.write(chain(1))
    _, quantized = lab.quantized(source, "float16", "xnnpack")
    data = np.random.default_rng(5).normal(size=(9, 1, 64)).astype(np.float32)
    np.savez(tmp_path / "all.npz", x=data)
    np.savez(tmp_path / "some.npz", x=data[[0, 3, 6]])
    document = api.compare(source, quantized, tmp_path / "all.npz", operator_samples=3)
    few = api.compare(source, quantized, tmp_path / "some.npz")
    assert (document.samples, document.operator_samples, few.operator_samples) == (9, 3, 3)
    assert document.operators == few.operators
    assert document.outputs != few.outputs
    with pytest.raises(UsageError):
        api.compare(source, quantized, operator_samples=0)


def test_cancelling_ends_the_processes(lab: Lab) -> None:
    source = lab.write(chain(1))

    def cancel(fraction: float, text: str) -> None:
        if "operators" in text:
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        api.compare(source, source, samples=2, progress=cancel)


@pytest.mark.skipif(not ZOO.is_dir(), reason="no zoo here")
@pytest.mark.parametrize(("name", "recipe"), [
    ("fsdd_lstm", "dynamic-int8"), ("g2p_encoder_gru_while", "dynamic-int8"),
    ("mlperf_resnet8_cifar10", "dynamic-int8"), ("g2p_decoder_step", "dynamic-int4"),
    ("g2p_encoder_gru_while", "static-int8"), ("fsdd_dscnn", "static-int16x8"), ("fsdd_dscnn", "weight-only-int4"),
])  # fmt: skip
def test_real_models_are_measured_whole(lab: Lab, name: str, recipe: str) -> None:
    """Every operator with a float output has both errors, and the last one's is the output's."""
    source = str(ZOO / f"{name}.tflite")
    _, quantized = lab.quantized(source, recipe, "xnnpack")
    document = api.compare(source, quantized, samples=2)
    assert document.alignment == "exact"
    notes = {error.note for error in document.operators}
    assert notes <= {None, "Its outputs aren't floating-point numbers."}
    assert all(error.own is not None for error in document.operators if error.note is None)
    model = read(source)
    last = next(
        error for error in document.operators
        if error.subgraph == 0 and model.subgraphs[0].outputs[0] in model.subgraphs[0].operators[error.index].outputs
    )  # fmt: skip
    assert last.sqnr_db == pytest.approx(document.outputs[0].sqnr_db, abs=0.5)
