"""The size of the file that a plan would write, foretold."""

from typing import Final

from quantscope.model.edit import Blocks, ModelEdit, NewOperator, NewTensor, OperatorEdit, Scales
from quantscope.model.graph import Model
from quantscope.quantize.plan import Plan
from quantscope.quantize.rewrite import rewrite

# Bytes of the writer's tables beside the weights: the fixed part of each, its vectors of four-byte numbers apart. An
# existing operator or tensor is written anew as a whole.
PER_RETYPED_TENSOR: Final = 24
PER_NEW_TENSOR: Final = 56
PER_QUANTIZATION: Final = 28
PER_BUFFER: Final = 24
PER_CHANGED_OPERATOR: Final = 28
PER_NEW_OPERATOR: Final = 44
PER_ZERO_POINT: Final = 8  # stored once for all weights with as many scales
FIXED: Final = 300


def planned_bytes(plan: Plan, edit: ModelEdit | None = None) -> int:
    """Expected size of the quantized file in bytes, exact but for a few hundred bytes of metadata; now's if nothing
    changes. `edit` is the plan's rewriting where it is at hand."""
    if not plan.changes_anything:
        return plan.model.bytes
    return _edited_bytes(plan.model, rewrite(plan) if edit is None else edit)


def _edited_bytes(model: Model, edit: ModelEdit) -> int:
    size = model.bytes + FIXED
    size += sum(blob.size - model.buffers[index].size for index, blob in edit.buffers.items())
    size += sum(blob.size + PER_BUFFER for blob in edit.new_buffers)
    zero_points: set[tuple[int, int]] = set()
    for change in edit.subgraphs.values():
        tensors = [tensor for tensor in change.new_tensors if isinstance(tensor, NewTensor)]
        size += sum(PER_RETYPED_TENSOR for _ in change.tensors) + sum(map(_new_tensor_bytes, tensors))
        for scales in (*(edited.scales for edited in change.tensors.values()), *(tensor.scales for tensor in tensors)):
            if isinstance(scales, Scales):
                size += PER_QUANTIZATION + 4 * scales.values.size
                zero_points.add((scales.values.size, scales.zero_point))
            elif isinstance(scales, Blocks):
                size += 2 * PER_QUANTIZATION
        for operator in change.operators:
            if isinstance(operator, OperatorEdit):
                size += PER_CHANGED_OPERATOR + 4 * len(operator.inputs)
            elif isinstance(operator, NewOperator):
                size += PER_NEW_OPERATOR + 4 * (len(operator.inputs) + len(operator.outputs))
    return size + PER_ZERO_POINT * sum(count for count, _ in zero_points)


def _new_tensor_bytes(tensor: NewTensor) -> int:
    return PER_NEW_TENSOR + len(tensor.name) + 4 * len(tensor.shape)
