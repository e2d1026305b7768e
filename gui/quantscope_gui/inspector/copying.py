"""An operator's details as plain text."""

from quantscope.documents.details import Details, Form, TensorDetails
from quantscope_gui import formatting
from quantscope_gui.engine import texts
from quantscope_gui.inspector import attributes
from quantscope_gui.inspector.tensors import scale_text
from quantscope_gui.operators.plan import Row
from quantscope_gui.theme import precisions


def text(row: Row, details: Details | None) -> str:
    """Everything the inspector shows; without `details` what the plan alone says."""
    operator = row.operator
    lines = [
        f"{operator.type} #{operator.index} {operator.name}",
        f"{precisions.name(row.kind)} ({operator.precision})",
        f"{texts.reason(operator.reason)} [{operator.reason.code}]",
    ]
    if operator.weight_bytes:
        lines.append(
            f"{formatting.size(operator.weight_bytes)} {formatting.ARROW}"
            f" {formatting.size(operator.planned_weight_bytes)}"
        )
    if details is None:
        tensors = [TensorDetails(tensor=each, now=Form(dtype=each.dtype, bytes=None)) for each in operator.inputs]
        outputs = [TensorDetails(tensor=each, now=Form(dtype=each.dtype, bytes=None)) for each in operator.outputs]
    else:
        lines += attributes.lines(details)
        tensors, outputs = list(details.inputs), list(details.outputs)
    lines += [f"< {_tensor(each)}" for each in tensors] + [f"> {_tensor(each)}" for each in outputs]
    return "\n".join(lines)


def _tensor(details: TensorDetails) -> str:
    tensor = details.tensor
    if tensor.index < 0:
        return "-"
    words = [tensor.name, formatting.shape(tensor.shape), _form(details.now)]
    if details.planned is not None:
        words.append(f"{formatting.ARROW} {_form(details.planned)}")
    if details.sqnr_db is not None:
        words.append(formatting.decibel(details.sqnr_db))
    return "  ".join(words)


def _form(form: Form) -> str:
    words = [form.dtype]
    if form.bytes is not None:
        words.append(formatting.size(form.bytes))
    if form.scales is not None:
        words.append(f"({scale_text(form.scales)})")
    return " ".join(words)
