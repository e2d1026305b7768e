"""Targets: the runtimes that will run the model, as tables of what their kernels can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.errors import RecipeError

DEFAULT_TARGET: Final = "xnnpack"


@dataclass(frozen=True, slots=True)
class HybridCost:
    """When quantizing activations on the fly pays, for kernels that sum `depth` products for each output.

    The form is fitted to 1,041 single operators on ai-edge-litert 2.3.0: each output costs some time extra (scales and
    zero point corrections), each input 0.37 ns (range and rounding), whatever the instruction set, and each product
    saves some: 0.004 ns with AVX2 alone, 0.010 to 0.015 ns where there are int8 dot products, as phones of today have
    them. `depth_per_output` and `depth_per_input` are the quotients. With fewer than `few_rows` rows the operator is
    bound by reading its weights, of which int8 has a quarter.
    """

    depth_per_output: float
    depth_per_input: float = 30.0
    few_rows: int = 16
    few_rows_depth: int = 64

    def pays(self, depth: int, rows: int, inputs: int, outputs: int) -> bool:
        """True if hybrid arithmetic is expected to be faster than float, for numbers of input and output elements."""
        if rows < self.few_rows:
            return depth >= self.few_rows_depth
        return depth >= self.depth_per_output + self.depth_per_input * inputs / outputs


# An output costs 0.5 ns of a plain matrix product, 0.8 to 2 ns of a convolution. The figures lie between what AVX2 and
# dot products ask for: on whole models nothing came out slower than float with AVX2 (with 70 for convolutions two small
# nets did, 0.92 and 0.94), and with dot products the layers in question gain little.
_MATRIX_PRODUCT: Final = HybridCost(depth_per_output=70.0)
_CONVOLUTION: Final = HybridCost(depth_per_output=128.0)


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    `hybrid` are the operators it has kernels for with int8 weights and float activations; the others in `kernels.FACTS`
    are stored in 8 bits and computed in float. `delegate` tells whether operators go to XNNPACK, `hybrid_cost` when
    hybrid arithmetic of an operator type pays (always, of those that aren't in it).
    """

    id: str
    title: str
    short: str
    description: str
    hybrid: frozenset[str]
    delegate: bool
    hybrid_cost: Mapping[str, HybridCost]


_EVERYWHERE: Final = frozenset({
    "CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL", "TRANSPOSE_CONV", "LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN", "SVDF",
    "EMBEDDING_LOOKUP", "GATHER",
})  # fmt: skip

TARGETS: Final[Mapping[str, Target]] = {
    target.id: target
    for target in (
        Target(
            id="xnnpack",
            title="XNNPACK (default CPU)",
            short="XNNPACK",
            description="The default CPU path of LiteRT on phones and computers.",
            hybrid=_EVERYWHERE,
            delegate=True,
            hybrid_cost={
                "CONV_2D": _CONVOLUTION,
                "TRANSPOSE_CONV": _CONVOLUTION,
                "FULLY_CONNECTED": _MATRIX_PRODUCT,
                "BATCH_MATMUL": _MATRIX_PRODUCT,
            },
        ),
        Target(
            id="builtin",
            title="Built-in kernels",
            short="The built-in kernel set",
            description="LiteRT without any delegate.",
            hybrid=_EVERYWHERE | {"DEPTHWISE_CONV_2D"},
            delegate=False,
            hybrid_cost={},
        ),
    )
}


def find_target(name: str) -> Target:
    """A target by its id. Raises RecipeError if there is none."""
    if name not in TARGETS:
        raise RecipeError(f"There is no target '{name}'.", f"Choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]
