"""Laying a delegate's kernels onto operators: certain where it is, open where it isn't."""

from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope.profile.alignment import KERNELS, align, base_name

CONV, DEPTHWISE = "Fully Connected (NC, F32) GEMM", "Convolution (NHWC, F32) DWConv"
RESHAPE, CLAMP = "Static Reshape (NC)", "Clamp (NC, F32)"


def test_one_kernel_each() -> None:
    found = align(["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"], [CONV, DEPTHWISE, CONV])
    assert (found.owners, found.vanished, found.cost, found.complete) == ((0, 1, 2), frozenset(), 0, True)


def test_helpers_go_with_their_operator() -> None:
    kernels = ["Convert (NC, F32, QD8)", CONV, CLAMP, "Add (ND)", CLAMP]
    assert align(["CONV_2D", "ADD", "RELU"], kernels).owners == (0, 0, 0, 1, 2)


def test_what_vanishes_is_known_to() -> None:
    found = align(["DEQUANTIZE", "DEPTHWISE_CONV_2D", "RESHAPE", "SOFTMAX"], [DEPTHWISE, "Softmax (NC, F32)"])
    assert found.owners == (1, 3)
    assert found.vanished == {0, 2}


def test_a_square_goes_into_the_mean_of_squares() -> None:
    """As in the variance of a layer normalization."""
    kernels = ["Subtract (ND)", "Mean Squared (ND) Reduce2", "Add (ND)", "Multiply (ND)"]
    found = align(["SUB", "MUL", "MEAN", "ADD", "MUL"], kernels)
    assert (found.owners, found.vanished, found.complete) == ((0, 2, 3, 4), {1}, True)


def test_a_concatenation_is_several_copies() -> None:
    copy = "Copy (NC, X32)"
    assert align(["TANH", "CONCATENATION"], ["TanH (NC)", copy, copy, copy]).owners == (0, 1, 1, 1)


def test_what_could_belong_to_either_belongs_to_none() -> None:
    found = align(["RESHAPE", "RESHAPE"], [RESHAPE])
    assert found.owners == (None,)
    assert found.vanished == frozenset()
    assert found.complete


def test_a_foreign_kernel_is_left_out_and_the_rest_keeps_its_place() -> None:
    found = align(["CONV_2D", "TANH"], [CONV, "Something New (NC)", "TanH (NC)"])
    assert found.owners == (0, None, 1)
    assert not found.complete


def test_an_operator_without_its_kernel_makes_it_incomplete() -> None:
    assert not align(["CONV_2D", "TANH"], [CONV]).complete
    assert not align(["SOME_NEW_OPERATOR"], []).complete


def test_nothing_at_all() -> None:
    assert align([], []).complete


@given(st.lists(st.sampled_from(sorted(KERNELS)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_main_kernels_in_order_are_laid_on_without_cost(types: list[str]) -> None:
    """Where each operator ran exactly its first main kernel, the cheapest way costs nothing and uses all kernels."""
    placed = [(place, min(KERNELS[type].main)) for place, type in enumerate(types) if KERNELS[type].main]
    found = align(types, [f"{name} (NC, F32)" for _, name in placed])
    assert found.complete
    for owner, (place, name) in zip(found.owners, placed, strict=True):
        assert owner is None or name in KERNELS[types[owner]].main or owner == place


@given(
    st.lists(st.sampled_from(["CONV_2D", "TANH", "RESHAPE", "ADD"]), max_size=12),
    st.lists(st.sampled_from([CONV, CLAMP, RESHAPE, "Add (ND)"]), max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_owners_are_in_order_and_have_such_kernels(types: list[str], kernels: list[str]) -> None:
    found = align(types, kernels)
    certain = [owner for owner in found.owners if owner is not None]
    assert certain == sorted(certain)
    assert not found.vanished & set(certain)
    for owner, kernel in zip(found.owners, kernels, strict=True):
        if owner is not None:
            row = KERNELS[types[owner]]
            assert base_name(kernel) in row.main | row.before | row.after


def test_a_long_chain() -> None:
    found = align(["CONV_2D", "RESHAPE", "ADD"] * 400, [CONV, "Add (ND)"] * 400)
    assert found.complete
    assert len(found.vanished) == 400
