"""Which vectors an operator's weight is multiplied with, for calibration to take their moments."""

from typing import Final

from quantscope.model.graph import Model, Operator, Subgraph
from quantscope.model.options import OptionsReader
from quantscope.quantize.calibration import Patches
from quantscope.quantize.halves import unpacked_view
from quantscope.quantize.kernels import Options, is_grouped
from quantscope.quantize.static.scales import REALS

# Moments take four bytes for each pair of depth. Beyond these bounds weights are rounded without them.
DEEPEST: Final = 2304
MOST_BYTES: Final = 384 << 20
SAME: Final = 0  # Padding


def patches_of(subgraph: Subgraph, operator: Operator, options: Options) -> Patches | None:
    """None for operators whose products aren't followed, and beyond subgraph 0."""
    if subgraph.index != 0 or operator.type not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return None
    inputs = subgraph.inputs_of(operator)
    x, weight = inputs[0], inputs[1]
    if x is None or weight is None or x.dtype != "FLOAT32" or len(weight.shape) not in (2, 4):
        return None
    if operator.type == "FULLY_CONNECTED":
        return Patches(x.index, weight.shape[-1])
    if is_grouped(inputs) and operator.type == "CONV_2D":
        return None
    if len(x.shape) != 4 or (operator.type == "DEPTHWISE_CONV_2D" and weight.shape[3] % x.shape[3]):
        return None
    strides = int(options["StrideH"]), int(options["StrideW"])
    dilations = int(options["DilationHFactor"]), int(options["DilationWFactor"])
    if min(*strides, *dilations) < 1:
        return None
    if weight.shape[1:3] == (1, 1) and operator.type == "CONV_2D" and strides == (1, 1):
        return Patches(x.index, weight.shape[-1])
    _, height, width, channels = weight.shape
    return Patches(
        x.index,
        channels,
        height,
        width,
        *strides,
        *dilations,
        same=options["Padding"] == SAME,
        depthwise=operator.type == "DEPTHWISE_CONV_2D",
    )


def affordable_patches(model: Model) -> tuple[Patches, ...]:
    """What moments to take: all that aren't too deep, as far as memory goes, the shallowest first."""
    subgraph, options = unpacked_view(model, model.subgraphs[0]), OptionsReader(model)
    sizes: dict[Patches, int] = {}
    for operator in subgraph.operators:
        if len(operator.inputs) < 2 or not operator.outputs:
            continue
        weight = subgraph.inputs_of(operator)[1]
        if weight is None or not model.is_constant(weight) or weight.dtype not in REALS or weight.sparse:
            continue
        patches = patches_of(subgraph, operator, options.scalars(operator))
        if patches is not None:
            area = max(1, patches.height * patches.width)
            depth = area if patches.depthwise else area * patches.width_of_rows
            if depth <= DEEPEST:
                groups = patches.width_of_rows if patches.depthwise else 1
                sizes[patches] = 4 * groups * depth * depth
    chosen, room = [], MOST_BYTES
    for patches in sorted(sizes, key=lambda each: (sizes[each], each)):
        if sizes[patches] <= room:
            chosen.append(patches)
            room -= sizes[patches]
    return tuple(chosen)
