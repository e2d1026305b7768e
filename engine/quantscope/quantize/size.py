"""The size of the file that a plan would write, foretold."""

from typing import Final

from quantscope.quantize.decision import BLOCK_SCALE_BYTES
from quantscope.quantize.plan import Plan

# Bytes of metadata beside the weights, as the writer's tables come out on the zoo.
PER_RETYPED_TENSOR: Final = 20
PER_SCALE: Final = 4
PER_ZERO_POINT: Final = 8  # stored once for all weights with as many scales
PER_QUANTIZATION: Final = 48
PER_BLOCKWISE: Final = 160  # a tensor of scales with its buffer
PER_DEQUANTIZE: Final = 120
PER_LOOKUP: Final = 760
PER_OPERATOR: Final = 26
FIXED: Final = 300


def planned_bytes(plan: Plan) -> int:
    """Expected size of the quantized file in bytes, exact but for a few hundred bytes of metadata; now's if nothing
    changes."""
    model = plan.model
    if not plan.storage:
        return model.bytes
    size = model.bytes + FIXED
    seen: set[int] = set()
    lengths: set[int] = set()
    for subgraph in model.subgraphs:
        dequantized: set[int] = set()
        for tensor in subgraph.tensors:
            form = plan.storage.get(tensor.buffer)
            if form is None:
                continue
            scales = form.scales(tensor)
            size += PER_RETYPED_TENSOR
            if form.block:
                size += PER_BLOCKWISE + len(tensor.name) + BLOCK_SCALE_BYTES * scales
            elif scales:
                lengths.add(scales)
                size += PER_QUANTIZATION + PER_SCALE * scales
            if tensor.buffer not in seen:
                seen.add(tensor.buffer)
                size += form.stored_bytes(tensor) - model.buffers[tensor.buffer].size
        for operator, decision in zip(subgraph.operators, plan.decisions[subgraph.index], strict=True):
            if decision.stored:
                size += PER_OPERATOR + (PER_LOOKUP if decision.lookup and operator.type == "GATHER" else 0)
            if not decision.direct:
                dequantized.update(operator.inputs[at] for at in decision.stored)
        size += sum(PER_DEQUANTIZE + len(subgraph.tensors[index].name) for index in dequantized)
    return size + PER_ZERO_POINT * sum(lengths)
