"""What converters say when they fail, in one plain sentence, with what can be done about it.

A table of what is known: a pattern in the converter's words, the sentence, the remedy. What matches nothing is quoted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quantscope.convert import wire
from quantscope.convert.adapters import ADAPTERS
from quantscope.errors import ConversionError, QuantscopeError, ShapesNeededError, SourceRunsCodeError, UsageError

LONGEST_QUOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Known:
    """A failure that is known. What a named group of the pattern found is listed in the sentence."""

    pattern: re.Pattern[str]
    sentence: str
    remedy: str | None


KNOWN: Final[Sequence[Known]] = (
    Known(
        re.compile(r"TF Select ops: (?P<operators>[\w, ]+)"),
        "The model uses operators that TensorFlow Lite doesn't have: {operators}.",
        "Allow TensorFlow's own operators (--allow-select-ops); the device then needs the Flex delegate.",
    ),
    Known(
        re.compile(r"Custom ops: (?P<operators>[\w, ]+)"),
        "The model uses custom operators: {operators}.",
        "Export the model without them.",
    ),
    Known(
        re.compile(r"Op type not registered '(?P<operators>\w+)'"),
        "The model uses an operator that TensorFlow doesn't have: {operators}.",
        "Export the model without it.",
    ),
    Known(
        re.compile(
            r"(?:Fatal error: (?P<operators>[\w.:]+)\(-?\d+\) is not a registered"
            r"|No Op registered for (?P<plain>\w+) with domain_version)"
        ),
        "The model uses an operator that ONNX doesn't have: {operators}.",
        "Export the model without it.",
    ),
    Known(
        re.compile(r"Unsupported model IR version|is under development and support for this is limited"),
        "The file was written by a newer ONNX than the converter knows.",
        "Export the model for an older opset (18, say).",
    ),
    Known(
        re.compile(r"schema version \S+ ?\S* does not match our current schema version"),
        "The file was written by another PyTorch than the converter's, which can't read it.",
        f"Export the model with the converter's: {ADAPTERS['litert-torch'].packages[0]}.",
    ),
    Known(
        re.compile(r"\[ONNXRuntimeError\][^\n]*Exception during initialization"),
        "ONNX Runtime, which prepares the model for the converter, can't load it.",
        "Export the model anew, with another opset or with fixed input shapes; the log has ONNX Runtime's words.",
    ),
    Known(
        re.compile(r"'(?P<operators>tf\.\w+)' op requires element_shape to be static"),
        "A loop over a sequence needs to know all sizes, and the model leaves some open ({operators}).",
        "Fix the input shape, batch included (--shape NAME=1,...), or allow TensorFlow's own operators"
        " (--allow-select-ops).",
    ),
    Known(
        re.compile(r"Lowering not found: (?P<operators>[\w.:]+)"),
        "The converter has no TensorFlow Lite form of {operators}.",
        "Replace the operator in the model, or export it to ONNX and give that.",
    ),
    Known(
        re.compile(r"(?:Unsupported|unsupported) (?:ONNX )?op(?:erator|_type)?s?:? *=?'?(?P<operators>[\w, ]+)"),
        "The converter has no TensorFlow Lite form of {operators}.",
        "Export the model with a newer opset, or without the operator.",
    ),
    Known(
        re.compile(r"unresolved custom op: (?:ONNX_)?(?P<operators>\w+)"),
        "The converter has no TensorFlow Lite form of {operators} as it is used here.",
        "Export the model without it: fixed input shapes and values often make branches unnecessary.",
    ),
    Known(
        re.compile(r"failed to legalize operation '(?P<operators>[\w.]+)'"),
        "The converter has no TensorFlow Lite form of {operators} as it is used here.",
        "Fix the input shape (--shape NAME=...), or allow TensorFlow's operators (--allow-select-ops).",
    ),
    Known(
        re.compile(r"Can't get attribute '(?P<operators>\w+)' on"),
        "The file needs the class {operators} of your own code, which isn't here.",
        "Save the model with torch.export.save(torch.export.export(model, inputs), 'model.pt2').",
    ),
    Known(
        re.compile(r"No space left on device"),
        "The disk became full while the model was converted.",
        "Free some space and try again.",
    ),
    Known(
        re.compile(r"(?:bad_alloc|RESOURCE_EXHAUSTED|Cannot allocate memory|MemoryError)"),
        "The converter ran out of memory.",
        "Close other programs, or convert on a computer with more memory.",
    ),
    Known(
        re.compile(r"(?:DecodeError|Error parsing message|Unable to synchronously open file|InvalidProtobuf)"),
        "The file is damaged.",
        "Export the model anew.",
    ),
    Known(
        re.compile(r"(?:Unknown layer|Could not locate class|Unrecognized keyword arguments)[^\n]*"),
        "The model has layers that only your own code knows.",
        "Save it as a SavedModel from your code (model.export('folder')) and give that folder.",
    ),
)


# What runners refuse on purpose, by their codes.
REFUSALS: Final[Mapping[str, type[QuantscopeError]]] = {"usage": UsageError, "shapes-needed": ShapesNeededError}


def explain(failed: wire.Failed, log: str) -> QuantscopeError:
    """The error for what a runner answered; the whole of what was said is its detail."""
    detail = "\n".join(filter(None, (failed.message, failed.detail, log)))
    if failed.code == "source-runs-code":
        return runs_code(failed.message, detail)
    if failed.code in REFUSALS:
        return REFUSALS[failed.code](failed.message, failed.remedy, detail)
    if failed.code not in ("converter", "crash", "memory"):
        return ConversionError(failed.message, failed.remedy, detail)
    for known in KNOWN:
        if found := known.pattern.search(detail):
            named = next(filter(None, found.groupdict().values()), None)
            operators = ", ".join(dict.fromkeys(part.strip() for part in named.split(","))) if named else ""
            return ConversionError(known.sentence.format(operators=operators), known.remedy, detail)
    if failed.code == "converter":
        return ConversionError(f"The converter refuses the model: {_quoted(failed.message)}", None, detail)
    return ConversionError(failed.message, "Try again; the log says how far it came.", detail)


def runs_code(why: str, detail: str | None = None) -> SourceRunsCodeError:
    """Refuses a source that would run code."""
    return SourceRunsCodeError(why, "If you trust where it comes from, allow it for this file (--allow-code).", detail)


def too_long(seconds: float, log: str) -> ConversionError:
    """It took longer than it may."""
    return ConversionError(
        f"The converter was stopped: it had not finished after {seconds:.0f} s.", "Allow more time (--timeout).", log
    )


def too_large(limit: int, log: str) -> ConversionError:
    """It took more memory than it may."""
    return ConversionError(
        f"The converter was stopped: it took more than {limit / 1e9:.1f} GB of memory.",
        "Allow more (--memory), or convert on a computer with more memory.",
        log,
    )


def _quoted(message: str) -> str:
    """The first line, without where in the converter's sources it comes from."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "it gave no reason")
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
