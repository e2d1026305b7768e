"""Carrying out a plan: the quantized model, streamed to a file."""

from typing import BinaryIO

from quantscope.errors import ModelUnsupportedError
from quantscope.model.write import write
from quantscope.progress import Progress, silent
from quantscope.quantize.plan import Plan
from quantscope.quantize.reasons import ReasonCode
from quantscope.quantize.rewrite import rewrite


def write_quantized(plan: Plan, file: BinaryIO, progress: Progress = silent) -> None:
    """Writes the quantized model to `file`, which must be empty and seekable.

    Raises ModelUnsupportedError if the plan changes nothing or a weight can't be quantized, OSError if writing fails,
    and CancelledError when `progress` asks to stop.
    """
    if not plan.changes_anything:
        raise ModelUnsupportedError(_nothing_to_do(plan), "Each operator's reason says why.")
    total = sum(plan.model.buffers[buffer].size for buffer in plan.storage)
    done = 0

    def release(buffer: int) -> None:
        nonlocal done
        done += plan.model.buffers[buffer].size
        plan.model.forget(buffer)
        progress(done / max(1, total), "Quantizing weights")

    write(plan.model, rewrite(plan, release), file)


def _nothing_to_do(plan: Plan) -> str:
    if plan.model.operators == 0:
        return "The model has no operators, so there is nothing to quantize."
    codes = {decision.reason.code for row in plan.decisions for decision in row}
    if ReasonCode.FLOAT16_SOURCE in codes:
        return "The model stores its weights in 16 bits already: a recipe with 8-bit weights makes them smaller."
    if ReasonCode.ALREADY_QUANTIZED in codes:
        return "The model is already quantized: none of its float weights is left to do."
    return f"The recipe {plan.recipe.name} finds nothing to do: no float weight that it covers is large enough."
