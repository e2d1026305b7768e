"""The fast part of the conformance suite for integers: every operator once; `python -m tests.conformance` tries all."""

from collections.abc import Iterator

import pytest

from quantscope.calibrate.run import calibrate
from quantscope.model.read import read
from quantscope.quantize.plan import make_plan
from quantscope.quantize.static.kernels import INTEGER_FACTS
from quantscope.quantize.targets import TARGETS
from tests.conformance.integers import in_integers, integer_rows, rowless_rows
from tests.conformance.trial import Laboratory
from tests.static_operators import CASES, ROWLESS, unary

# What litert-quantizer 0.11 (default_policy.py: static_wi8_ai8, static_wi8_ai16) and TensorFlow (operator_property.cc)
# have in integers. STABLEHLO_COMPOSITE isn't an operator of its own here: what it calls is looked into.
LITERT_QUANTIZER = {
    "ADD", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CONCATENATION", "CONV_2D", "TRANSPOSE_CONV", "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED", "GELU", "LOGISTIC", "MEAN", "MUL", "RESHAPE", "RSQRT", "SOFTMAX", "SPLIT", "STRIDED_SLICE",
    "SUB", "TANH", "TRANSPOSE", "SLICE", "SUM", "SELECT", "SELECT_V2", "DYNAMIC_UPDATE_SLICE", "PAD",
    "SQUARED_DIFFERENCE", "MAX_POOL_2D", "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "GATHER_ND", "PACK", "UNPACK",
    "DIV", "BROADCAST_TO", "SQRT", "GATHER", "HARD_SWISH", "MAXIMUM", "PADV2", "REDUCE_MIN", "EQUAL", "NOT_EQUAL",
    "MIRROR_PAD", "SPACE_TO_DEPTH", "RELU",
}  # fmt: skip
TENSORFLOW = {
    "ADD", "ARG_MAX", "AVERAGE_POOL_2D", "BATCH_MATMUL", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH",
    "SPLIT", "SPLIT_V", "CONCATENATION", "CONV_2D", "TRANSPOSE_CONV", "DEPTHWISE_CONV_2D", "EQUAL", "NOT_EQUAL",
    "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "EXPAND_DIMS", "FULLY_CONNECTED", "GATHER", "HARD_SWISH",
    "LOG_SOFTMAX", "LOGISTIC", "LSTM", "L2_NORMALIZATION", "MAX_POOL_2D", "MAXIMUM", "MEAN", "MINIMUM", "MUL", "PACK",
    "PAD", "PADV2", "PRELU", "LEAKY_RELU", "RELU", "RELU6", "RELU_N1_TO_1", "RESHAPE", "RESIZE_BILINEAR",
    "RESIZE_NEAREST_NEIGHBOR", "SHAPE", "SLICE", "SQUEEZE", "SOFTMAX", "STRIDED_SLICE", "SUB", "SUM", "TANH", "SVDF",
    "TRANSPOSE", "UNPACK", "MIRROR_PAD", "REDUCE_MAX", "REDUCE_MIN",
}  # fmt: skip


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with Laboratory(tmp_path_factory.mktemp("integers")) as laboratory:
        yield laboratory


@pytest.mark.parametrize("name", CASES)
def test_the_table_holds(laboratory: Laboratory, name: str) -> None:
    found = list(integer_rows(laboratory, name, tuple(TARGETS.values())))
    assert any(row.claimed for row in found)
    assert [str(row) for row in found if not (row.holds and row.foreseen)] == []


@pytest.mark.parametrize("name", ROWLESS)
def test_operators_without_a_row_have_no_sound_kernel(laboratory: Laboratory, name: str) -> None:
    assert ROWLESS[name][0] not in INTEGER_FACTS
    found = list(rowless_rows(laboratory, name, TARGETS["builtin"]))
    assert [str(row) for row in found if not row.holds] == []


def test_every_operator_of_the_table_has_a_case() -> None:
    assert {kind for kind, _ in CASES.values()} == INTEGER_FACTS.keys()


def test_nothing_that_the_peers_have_is_missing() -> None:
    assert sorted((LITERT_QUANTIZER | TENSORFLOW) - INTEGER_FACTS.keys()) == []


def test_operators_without_integer_kernels_say_so(laboratory: Laboratory) -> None:
    model = read(laboratory.write(unary("SIN")()))
    plan = make_plan(model, in_integers("SIN", "INT8"), TARGETS["xnnpack"], calibrate(model, samples=1))
    (decision,) = plan.decisions[0]
    assert (decision.precision.value, decision.reason.code.value) == ("float32", "no-integer-kernel")
    assert decision.fallback
