"""Targets: the runtimes that will run the model, as tables of what their kernels can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from quantscope.errors import RecipeError

DEFAULT_TARGET: Final = "xnnpack"


@dataclass(frozen=True, slots=True)
class HybridCost:
    """When quantizing activations on the fly pays, for kernels that sum `depth` products for each output.

    The form is fitted to 1,041 single operators on ai-edge-litert 2.3.0: each output costs about 0.87 ns extra (scales
    and zero point corrections), each input 0.37 ns (range and rounding), whatever the instruction set, and each product
    saves some. How much depends on it: 0.004 ns with AVX2 alone, 0.010 to 0.015 ns where there are int8 dot products,
    as phones of today have them. The constants lie between: on whole models nothing is slower than float with AVX2
    (with 70 for `depth_per_output` two small nets were, 0.92 and 0.94), and with dot products the layers concerned
    hardly gain. With fewer than `few_rows` rows the operator is bound by reading its weights, of which int8 has a
    quarter.
    """

    depth_per_output: float = 128.0
    depth_per_input: float = 30.0
    few_rows: int = 16
    few_rows_depth: int = 64

    def pays(self, depth: int, rows: int, inputs: int, outputs: int) -> bool:
        """True if hybrid arithmetic is expected to be faster than float, for numbers of input and output elements."""
        if rows < self.few_rows:
            return depth >= self.few_rows_depth
        return depth >= self.depth_per_output + self.depth_per_input * inputs / outputs


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    `hybrid` are the operators it has kernels for with int8 weights and float activations; the others in `kernels.FACTS`
    are stored in 8 bits and computed in float. `delegate` tells whether operators go to XNNPACK, `hybrid_cost` when
    hybrid arithmetic pays (None: always).
    """

    id: str
    title: str
    short: str
    description: str
    hybrid: frozenset[str]
    delegate: bool
    hybrid_cost: HybridCost | None


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
            hybrid_cost=HybridCost(),
        ),
        Target(
            id="builtin",
            title="Built-in kernels",
            short="The built-in kernel set",
            description="LiteRT without any delegate.",
            hybrid=_EVERYWHERE | {"DEPTHWISE_CONV_2D"},
            delegate=False,
            hybrid_cost=None,
        ),
    )
}


def find_target(name: str) -> Target:
    """A target by its id. Raises RecipeError if there is none."""
    if name not in TARGETS:
        raise RecipeError(f"There is no target '{name}'.", f"Choose one of {', '.join(TARGETS)}.")
    return TARGETS[name]
