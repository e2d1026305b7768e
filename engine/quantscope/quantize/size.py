"""The size of the file that a plan would write, foretold."""

from typing import Final

from quantscope.model.graph import Tensor
from quantscope.quantize.decision import Storage
from quantscope.quantize.plan import Plan

# Bytes of metadata beside the weights, as the writer's tables come out on the zoo.
PER_RETYPED_TENSOR: Final = 20
PER_SCALE: Final = 4
PER_ZERO_POINT: Final = 8  # stored once for all weights with as many scales
PER_QUANTIZATION: Final = 48
PER_DEQUANTIZE: Final = 120
PER_LOOKUP: Final = 760
PER_OPERATOR: Final = 26
FIXED: Final = 300


def stored_bytes(tensor: Tensor, form: Storage) -> int:
    """Bytes of a weight's values in a form, its scales not counted."""
    return tensor.elements * (2 if form.dtype == "FLOAT16" else 1)


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
            scales = 0 if form.dtype == "FLOAT16" else 1 if form.axis is None else tensor.shape[form.axis]
            lengths.add(scales)
            size += PER_RETYPED_TENSOR + (PER_QUANTIZATION + PER_SCALE * scales if scales else 0)
            if tensor.buffer not in seen:
                seen.add(tensor.buffer)
                size += stored_bytes(tensor, form) - model.buffers[tensor.buffer].size
        for operator, decision in zip(subgraph.operators, plan.decisions[subgraph.index], strict=True):
            if decision.stored:
                size += PER_OPERATOR + (PER_LOOKUP if decision.lookup and operator.type == "GATHER" else 0)
            if not decision.direct:
                dequantized.update(operator.inputs[at] for at in decision.stored)
        size += sum(PER_DEQUANTIZE + len(subgraph.tensors[index].name) for index in dequantized)
    return size + PER_ZERO_POINT * sum(lengths)
