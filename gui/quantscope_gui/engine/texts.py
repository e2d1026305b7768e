"""The engine's sentences in the user's language.

The engine speaks English and gives every sentence a stable code or id; translations are keyed on those. A code without
a translation is shown in the engine's own words.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope import documents
from quantscope.documents import profile as profiles
from quantscope.documents.data import Remark
from quantscope.recipe import Recipe
from quantscope_gui import formatting
from quantscope_gui.engine import failures
from quantscope_gui.i18n import QT_TRANSLATE_NOOP

# Codes of the engine's sentences: marked here so that every language's file asks for their translation.
REASONS: Final = (
    QT_TRANSLATE_NOOP("Reason", "hybrid-kernel"),
    QT_TRANSLATE_NOOP("Reason", "int8-lookup"),
    QT_TRANSLATE_NOOP("Reason", "float16-weights"),
    QT_TRANSLATE_NOOP("Reason", "holds-partition"),
    QT_TRANSLATE_NOOP("Reason", "hybrid-not-faster"),
    QT_TRANSLATE_NOOP("Reason", "per-tensor-too-coarse"),
    QT_TRANSLATE_NOOP("Reason", "no-quantized-kernel"),
    QT_TRANSLATE_NOOP("Reason", "int4-kernel"),
    QT_TRANSLATE_NOOP("Reason", "int4-lookup"),
    QT_TRANSLATE_NOOP("Reason", "int4-leaves-delegate"),
    QT_TRANSLATE_NOOP("Reason", "int4-too-coarse"),
    QT_TRANSLATE_NOOP("Reason", "no-int4-kernel"),
    QT_TRANSLATE_NOOP("Reason", "no-such-scales"),
    QT_TRANSLATE_NOOP("Reason", "dynamic-shape"),
    QT_TRANSLATE_NOOP("Reason", "shared-weight"),
    QT_TRANSLATE_NOOP("Reason", "weight-not-constant"),
    QT_TRANSLATE_NOOP("Reason", "too-few-elements"),
    QT_TRANSLATE_NOOP("Reason", "not-smaller"),
    QT_TRANSLATE_NOOP("Reason", "recurrent-incomplete"),
    QT_TRANSLATE_NOOP("Reason", "out-of-float16-range"),
    QT_TRANSLATE_NOOP("Reason", "sparse-weight"),
    QT_TRANSLATE_NOOP("Reason", "not-float"),
    QT_TRANSLATE_NOOP("Reason", "weight-only"),
    QT_TRANSLATE_NOOP("Reason", "needs-calibration"),
    QT_TRANSLATE_NOOP("Reason", "integer-kernel"),
    QT_TRANSLATE_NOOP("Reason", "integer-data"),
    QT_TRANSLATE_NOOP("Reason", "no-integer-kernel"),
    QT_TRANSLATE_NOOP("Reason", "unsound-integer-kernel"),
    QT_TRANSLATE_NOOP("Reason", "faster-in-float"),
    QT_TRANSLATE_NOOP("Reason", "between-float"),
    QT_TRANSLATE_NOOP("Reason", "slower-in-integers"),
    QT_TRANSLATE_NOOP("Reason", "loop-state"),
    QT_TRANSLATE_NOOP("Reason", "loop-product"),
    QT_TRANSLATE_NOOP("Reason", "not-reached"),
    QT_TRANSLATE_NOOP("Reason", "far-apart-values"),
    QT_TRANSLATE_NOOP("Reason", "scales-too-far-apart"),
    QT_TRANSLATE_NOOP("Reason", "not-finite"),
    QT_TRANSLATE_NOOP("Reason", "kept-by-rule"),
    QT_TRANSLATE_NOOP("Reason", "kept-by-default"),
    QT_TRANSLATE_NOOP("Reason", "not-requested"),
    QT_TRANSLATE_NOOP("Reason", "control-flow"),
    QT_TRANSLATE_NOOP("Reason", "custom-operator"),
    QT_TRANSLATE_NOOP("Reason", "already-quantized"),
    QT_TRANSLATE_NOOP("Reason", "float16-source"),
    QT_TRANSLATE_NOOP("Reason", "data-movement"),
)
REMEDIES: Final = (
    QT_TRANSLATE_NOOP("Remedy", "float16-source"),
    QT_TRANSLATE_NOOP("Remedy", "dynamic-shape"),
    QT_TRANSLATE_NOOP("Remedy", "hybrid-not-faster"),
    QT_TRANSLATE_NOOP("Remedy", "per-tensor-too-coarse"),
    QT_TRANSLATE_NOOP("Remedy", "int4-leaves-delegate"),
    QT_TRANSLATE_NOOP("Remedy", "int4-too-coarse"),
    QT_TRANSLATE_NOOP("Remedy", "needs-calibration"),
    QT_TRANSLATE_NOOP("Remedy", "not-finite"),
    QT_TRANSLATE_NOOP("Remedy", "not-reached"),
    QT_TRANSLATE_NOOP("Remedy", "slower-in-integers"),
    QT_TRANSLATE_NOOP("Remedy", "loop-product"),
    QT_TRANSLATE_NOOP("Remedy", "kept-by-default"),
    QT_TRANSLATE_NOOP("Remedy", "kept-by-rule"),
    QT_TRANSLATE_NOOP("Remedy", "out-of-float16-range"),
    QT_TRANSLATE_NOOP("Remedy", "shared-weight"),
    QT_TRANSLATE_NOOP("Remedy", "sparse-weight"),
)
FINDINGS: Final = (
    QT_TRANSLATE_NOOP("Finding", "rule-matches-nothing"),
    QT_TRANSLATE_NOOP("Finding", "rule-overridden"),
    QT_TRANSLATE_NOOP("Finding", "no-kernel"),
    QT_TRANSLATE_NOOP("Finding", "default-no-kernel"),
    QT_TRANSLATE_NOOP("Finding", "needs-calibration"),
    QT_TRANSLATE_NOOP("Finding", "int4-too-coarse"),
    QT_TRANSLATE_NOOP("Finding", "interface-in-float"),
)
REMARKS: Final = (
    QT_TRANSLATE_NOOP("Remark", "few-samples"),
    QT_TRANSLATE_NOOP("Remark", "not-finite"),
    QT_TRANSLATE_NOOP("Remark", "constant"),
    QT_TRANSLATE_NOOP("Remark", "outside-declared-range"),
)
# What the button says that does a remedy by an edit of the recipe.
REMEDY_BUTTONS: Final = {
    "hybrid-not-faster": QT_TRANSLATE_NOOP("RemedyButton", "Quantize anyway"),
    "int4-leaves-delegate": QT_TRANSLATE_NOOP("RemedyButton", "Store in 8 bits"),
    "int4-too-coarse": QT_TRANSLATE_NOOP("RemedyButton", "Quantize anyway"),
    "kept-by-default": QT_TRANSLATE_NOOP("RemedyButton", "Quantize to 8 bits"),
    "kept-by-rule": QT_TRANSLATE_NOOP("RemedyButton", "Quantize to 8 bits"),
    "needs-calibration": QT_TRANSLATE_NOOP("RemedyButton", "Quantize on the fly"),
    "per-tensor-too-coarse": QT_TRANSLATE_NOOP("RemedyButton", "Quantize anyway"),
    "out-of-float16-range": QT_TRANSLATE_NOOP("RemedyButton", "Store in 8 bits"),
    "too-few-elements": QT_TRANSLATE_NOOP("RemedyButton", "Quantize anyway"),
}
# Remedies whose words are for the command line: the window has a button instead.
COMMAND_LINE: Final = frozenset({"too-few-elements"})
EDITED: Final = "-edited"
CHOICES: Final = (
    QT_TRANSLATE_NOOP("Choice", "dynamic-int8.title"),
    QT_TRANSLATE_NOOP("Choice", "dynamic-int8.description"),
    QT_TRANSLATE_NOOP("Choice", "dynamic-int4.title"),
    QT_TRANSLATE_NOOP("Choice", "dynamic-int4.description"),
    QT_TRANSLATE_NOOP("Choice", "weight-only-int8.title"),
    QT_TRANSLATE_NOOP("Choice", "weight-only-int8.description"),
    QT_TRANSLATE_NOOP("Choice", "weight-only-int4.title"),
    QT_TRANSLATE_NOOP("Choice", "weight-only-int4.description"),
    QT_TRANSLATE_NOOP("Choice", "float16.title"),
    QT_TRANSLATE_NOOP("Choice", "float16.description"),
    QT_TRANSLATE_NOOP("Choice", "static-int8.title"),
    QT_TRANSLATE_NOOP("Choice", "static-int8.description"),
    QT_TRANSLATE_NOOP("Choice", "static-int16x8.title"),
    QT_TRANSLATE_NOOP("Choice", "static-int16x8.description"),
    QT_TRANSLATE_NOOP("Choice", "xnnpack.title"),
    QT_TRANSLATE_NOOP("Choice", "xnnpack.description"),
    QT_TRANSLATE_NOOP("Choice", "builtin.title"),
    QT_TRANSLATE_NOOP("Choice", "builtin.description"),
)
NOTICES: Final = (
    QT_TRANSLATE_NOOP("Notice", "background-load"),
    QT_TRANSLATE_NOOP("Notice", "throttling"),
    QT_TRANSLATE_NOOP("Notice", "frequency-capped"),
    QT_TRANSLATE_NOOP("Notice", "level-shift"),
    QT_TRANSLATE_NOOP("Notice", "drift"),
    QT_TRANSLATE_NOOP("Notice", "few-runs"),
    QT_TRANSLATE_NOOP("Notice", "not-pinned"),
    QT_TRANSLATE_NOOP("Notice", "no-fixed-performance"),
    QT_TRANSLATE_NOOP("Notice", "no-gpu"),
    QT_TRANSLATE_NOOP("Notice", "no-xnnpack"),
    QT_TRANSLATE_NOOP("Notice", "unknown-flags"),
    QT_TRANSLATE_NOOP("Notice", "profile-dropped"),
    QT_TRANSLATE_NOOP("Notice", "coarse-clock"),
    QT_TRANSLATE_NOOP("Notice", "own-inputs"),
    QT_TRANSLATE_NOOP("Notice", "no-temperature"),
    QT_TRANSLATE_NOOP("Notice", "still-warm"),
    QT_TRANSLATE_NOOP("Notice", "history-damaged"),
    QT_TRANSLATE_NOOP("Notice", "history-pruned"),
    QT_TRANSLATE_NOOP("Notice", "not-interleaved"),
    QT_TRANSLATE_NOOP("Notice", "differing"),
)
CHANGES: Final = (
    QT_TRANSLATE_NOOP("Change", "left-delegate"),
    QT_TRANSLATE_NOOP("Change", "joined-delegate"),
    QT_TRANSLATE_NOOP("Change", "added"),
    QT_TRANSLATE_NOOP("Change", "removed"),
    QT_TRANSLATE_NOOP("Change", "slower"),
    QT_TRANSLATE_NOOP("Change", "faster"),
)
# How arguments of notices and changes are written, by their names.
WRITTEN: Final[Mapping[str, Callable[[float], str]]] = MappingProxyType(
    {
        "share": formatting.percent,
        "change": lambda value: f"{value * 100:+.0f}\u202f%",
        "khz": lambda value: f"{value / 1e6:.2f}\u202fGHz",
        "highest": lambda value: f"{value / 1e6:.2f}\u202fGHz",
        "before_us": formatting.duration,
        "after_us": formatting.duration,
    }
)
# What the engine says without a code, as patterns whose groups fill the translation.
PHRASES: Final = tuple(
    (re.compile(pattern), source)
    for pattern, source in (
        (r"Quantizing weights", QT_TRANSLATE_NOOP("Phrase", "Quantizing weights")),
        (
            r"Calibrating on sample (\d+) of (\d+)",
            QT_TRANSLATE_NOOP("Phrase", "Calibrating on sample {0} of {1}"),
        ),
        (r"Choosing ranges", QT_TRANSLATE_NOOP("Phrase", "Choosing ranges")),
        (r"Gathering ranges", QT_TRANSLATE_NOOP("Phrase", "Gathering ranges")),
        (r"Calibrated", QT_TRANSLATE_NOOP("Phrase", "Calibrated")),
        (r"Checking the result", QT_TRANSLATE_NOOP("Phrase", "Checking the result")),
        (r"Running both models", QT_TRANSLATE_NOOP("Phrase", "Running both models")),
        (r"Comparing sample (\d+) of (\d+)", QT_TRANSLATE_NOOP("Phrase", "Comparing sample {0} of {1}")),
        (r"Preparing to look at each operator", QT_TRANSLATE_NOOP("Phrase", "Preparing to look at each operator")),
        (
            r"Comparing operators on sample (\d+) of (\d+)",
            QT_TRANSLATE_NOOP("Phrase", "Comparing operators on sample {0} of {1}"),
        ),
        (r"Computing metrics", QT_TRANSLATE_NOOP("Phrase", "Computing metrics")),
        (r"Compared", QT_TRANSLATE_NOOP("Phrase", "Compared")),
        (r"Starting", QT_TRANSLATE_NOOP("Phrase", "Starting")),
        (r"Measuring", QT_TRANSLATE_NOOP("Phrase", "Measuring")),
        (r"Preparing (.+)", QT_TRANSLATE_NOOP("Phrase", "Preparing {0}")),
        (r"Timing the operators of (.+)", QT_TRANSLATE_NOOP("Phrase", "Timing the operators of {0}")),
        (
            r"Waiting for the device to cool down from (\S+) to (\S+) degrees",
            QT_TRANSLATE_NOOP("Phrase", "Waiting for the device to cool down from {0} to {1} \u00b0C"),
        ),
        (r"thermal status (\d)", QT_TRANSLATE_NOOP("Phrase", "thermal status {0} of 6")),
        (
            r"Profiling slowed this model so much that the times of its operators are far too long; only compare them "
            r"with each other\.",
            QT_TRANSLATE_NOOP("Phrase", "Profiling slowed this model so much that these times are far too long."),
        ),
        (
            r"The runtime's profiler refuses this model, so each operator was timed in a model of its own\.",
            QT_TRANSLATE_NOOP(
                "Phrase", "The runtime's profiler refuses this model, so each operator was timed in a model of its own."
            ),
        ),
        (r"battery (\d+)", QT_TRANSLATE_NOOP("Phrase", "battery {0}\u202f%")),
        (r"battery current (-?\d+)", QT_TRANSLATE_NOOP("Phrase", "battery current {0}\u202fmA")),
        (r"other programs (\d+)", QT_TRANSLATE_NOOP("Phrase", "other programs {0}\u202f%")),
        (r"Copying (.+) to (.+)", QT_TRANSLATE_NOOP("Phrase", "Copying {0} to {1}")),
        (
            r"Waiting up to (\d+) s for (.+) to come back: .*",
            QT_TRANSLATE_NOOP("Phrase", "Waiting up to {0}\u202fs for {1} to come back"),
        ),
        (r"Starting the converter", QT_TRANSLATE_NOOP("Phrase", "Starting the converter")),
        (r"Reading the model", QT_TRANSLATE_NOOP("Phrase", "Reading the model")),
        (r"Reading the module", QT_TRANSLATE_NOOP("Phrase", "Reading the model")),
        (r"Folding constants", QT_TRANSLATE_NOOP("Phrase", "Folding constants")),
        (r"Converting", QT_TRANSLATE_NOOP("Phrase", "Converting")),
        (
            r"Converting for one sample at a time",
            QT_TRANSLATE_NOOP("Phrase", "Converting for one sample at a time"),
        ),
        (r"Writing the model", QT_TRANSLATE_NOOP("Phrase", "Writing the model")),
        (r"Comparing it with its source", QT_TRANSLATE_NOOP("Phrase", "Comparing it with its source")),
        (r"Making an environment for (.+)", QT_TRANSLATE_NOOP("Phrase", "Making an environment for {0}")),
        (r"Installing (.+)", QT_TRANSLATE_NOOP("Phrase", "Installing {0}")),
        (r"Downloading (.+)", QT_TRANSLATE_NOOP("Phrase", "Downloading {0}")),
        (r"Unpacking (.+)", QT_TRANSLATE_NOOP("Phrase", "Unpacking {0}")),
        (r"Trying (.+)", QT_TRANSLATE_NOOP("Phrase", "Trying {0}")),
        (r"(.+) is installed", QT_TRANSLATE_NOOP("Phrase", "{0} is installed")),
        (
            r"it has the Lambda layer '(.+)', whose code came with the file",
            QT_TRANSLATE_NOOP("Phrase", "Reading it runs code: it has the Lambda layer \u201c{0}\u201d."),
        ),
        (
            r"it (?:is a|holds) pickled Python objects?, and unpickling runs whatever code is in (?:it|them)",
            QT_TRANSLATE_NOOP("Phrase", "Reading it runs code: it holds pickled Python objects."),
        ),
        (
            r"Its outputs aren't floating-point numbers\.",
            QT_TRANSLATE_NOOP("Phrase", "Its outputs aren't floating-point numbers."),
        ),
        (
            r"The quantized model has no operator that corresponds to it\.",
            QT_TRANSLATE_NOOP("Phrase", "The quantized model has no operator that corresponds to it."),
        ),
        (
            r"Nothing that was run calls its subgraph\.",
            QT_TRANSLATE_NOOP("Phrase", "Nothing that was run calls its subgraph."),
        ),
        (
            r"Its subgraph is called by an operator, or with values, that can't be followed\.",
            QT_TRANSLATE_NOOP(
                "Phrase", "Its subgraph is called by an operator, or with values, that can't be followed."
            ),
        ),
        (
            r"Its subgraph was never run on these inputs\.",
            QT_TRANSLATE_NOOP("Phrase", "Its subgraph was never run on these inputs."),
        ),
        (
            r"It works on strings or resources, which can't be given to it from outside\.",
            QT_TRANSLATE_NOOP("Phrase", "It works on strings or resources, which can't be given to it from outside."),
        ),
        (r"Done", QT_TRANSLATE_NOOP("Phrase", "Done")),
        (r"The built-in kernel set", QT_TRANSLATE_NOOP("Phrase", "The built-in kernel set")),
        (r"generated \(seed (\d+)\)", QT_TRANSLATE_NOOP("Phrase", "generated (seed {0})")),
    )
)
TITLES: Final = {
    "model-unreadable": QT_TRANSLATE_NOOP("Problem", "{name} can't be opened"),
    "model-unsupported": QT_TRANSLATE_NOOP("Problem", "This can't be done with {name}"),
    "recipe-invalid": QT_TRANSLATE_NOOP("Problem", "The recipe can't be used"),
    "data-invalid": QT_TRANSLATE_NOOP("Problem", "The data doesn't fit {name}"),
    "usage": QT_TRANSLATE_NOOP("Problem", "The request contradicts itself"),
    "output-unwritable": QT_TRANSLATE_NOOP("Problem", "The result can't be written"),
    "verification-failed": QT_TRANSLATE_NOOP("Problem", "What became of {name} did not pass its check"),
    "runtime-missing": QT_TRANSLATE_NOOP("Problem", "The runtime is missing on this computer"),
    "device": QT_TRANSLATE_NOOP("Problem", "The device can't be measured on"),
    "adb": QT_TRANSLATE_NOOP("Problem", "adb can't be used"),
    "device-state": QT_TRANSLATE_NOOP("Problem", "The phone isn't ready"),
    "device-lost": QT_TRANSLATE_NOOP("Problem", "The phone went away"),
    "device-silent": QT_TRANSLATE_NOOP("Problem", "The phone doesn't answer"),
    "device-refused": QT_TRANSLATE_NOOP("Problem", "The phone refused"),
    "device-closed": QT_TRANSLATE_NOOP("Problem", "The phone refused"),
    "program-missing": QT_TRANSLATE_NOOP("Problem", "benchmark_model is missing"),
    "download": QT_TRANSLATE_NOOP("Problem", "The download failed"),
    "history": QT_TRANSLATE_NOOP("Problem", "The history can't be used"),
    "source-unreadable": QT_TRANSLATE_NOOP("Problem", "{name} can't be opened"),
    "source-runs-code": QT_TRANSLATE_NOOP("Problem", "{name} would run code"),
    "shapes-needed": QT_TRANSLATE_NOOP("Problem", "A shape is missing"),
    "converter-missing": QT_TRANSLATE_NOOP("Problem", "The converter is not installed"),
    "converter-not-installed": QT_TRANSLATE_NOOP("Problem", "{name} was not installed"),
    "conversion-failed": QT_TRANSLATE_NOOP("Problem", "{name} was not converted"),
    "run-failed": QT_TRANSLATE_NOOP("Problem", "{name} can't be run"),
}

# Where the engine's own words are advice for the command line.
WINDOW_REMEDIES: Final = {
    "program-missing": QT_TRANSLATE_NOOP(
        "Problem", "Open View, Devices, Set up: choose a file there, or download the official one."
    ),
    "runtime-missing": QT_TRANSLATE_NOOP("Problem", "Install Quantscope again so that it brings its runtime."),
    "source-runs-code": QT_TRANSLATE_NOOP(
        "Problem", "If you trust where it comes from, say so in the sheet and convert."
    ),
    "shapes-needed": QT_TRANSLATE_NOOP("Problem", "Write the shape in the sheet, then convert again."),
    "converter-missing": QT_TRANSLATE_NOOP("Problem", "Install it in the sheet."),
}
# In the engine's remedies what only the command line has stands in brackets.
OPTION: Final = re.compile(r" \(--[^)]*\)")


def _keyed(context: str, key: str, english: str, arguments: dict[str, str | int] | None = None) -> str:
    template = QCoreApplication.translate(context, key)
    if template == key:
        return english
    try:
        return template.format_map({name: phrase(str(value)) for name, value in (arguments or {}).items()})
    except (KeyError, IndexError, ValueError):
        return english


def reason(value: documents.Reason) -> str:
    """Why an operator has its precision, in one sentence."""
    return _keyed("Reason", value.code, value.text, value.arguments)


def finding(value: documents.Finding) -> str:
    """What the recipe asks for in vain, in one sentence."""
    return _keyed("Finding", value.code, value.text, value.arguments)


def remark(value: Remark) -> str:
    """Something odd about samples, in one sentence."""
    return _keyed("Remark", value.code, value.text, {name: str(each) for name, each in value.arguments.items()})


def remedy(value: documents.Reason) -> str:
    """What to do about it; empty where there is nothing."""
    if not value.remedy or value.code in COMMAND_LINE:
        return ""
    return _keyed("Remedy", value.code, value.remedy, value.arguments)


def notice(value: profiles.Notice) -> str:
    """Something that bears on a measurement, in one sentence."""
    return _keyed("Notice", value.code, value.text, written(value.arguments))


def change(value: profiles.Change) -> str:
    """Where some of the time went, in one sentence."""
    sign = "+" if value.us > 0 else "\u2212"
    arguments = written(value.arguments) | {"difference": f"{sign}{formatting.duration(abs(value.us))}"}
    return _keyed("Change", value.code, value.text, arguments)


def written(arguments: Mapping[str, str | int | float]) -> dict[str, str | int]:
    """Arguments of notices and changes as people read them."""
    return {
        name: WRITTEN[name](value) if name in WRITTEN and not isinstance(value, str) else str(value)
        for name, value in arguments.items()
    }


def choice_title(choice: documents.Choice) -> str:
    return _keyed("Choice", f"{choice.id}.title", choice.title)


def remedy_button(value: documents.Reason) -> str:
    """The label of the button that does what the remedy says; empty where an edit of the recipe can't."""
    if value.edit is None:
        return ""
    label = REMEDY_BUTTONS.get(value.code, QT_TRANSLATE_NOOP("RemedyButton", "Do this"))
    return QCoreApplication.translate("RemedyButton", label)


def recipe_title(recipe: Recipe, edited: bool) -> str:
    """The name that a recipe goes by; one that came of editing a preset says so."""
    base = recipe.name.removesuffix(EDITED) if edited else recipe.name
    title = _keyed("Choice", f"{base}.title", recipe.title or base)
    if not edited:
        return title
    return QCoreApplication.translate("Recipe", "{recipe} (edited)").format(recipe=title)


def choice_description(choice: documents.Choice) -> str:
    return _keyed("Choice", f"{choice.id}.description", choice.description)


def phrase(text: str) -> str:
    """A remark of the engine, translated where it is a known one."""
    for pattern, source in PHRASES:
        if found := pattern.fullmatch(text):
            return QCoreApplication.translate("Phrase", source).format(*found.groups())
    return text


def problem_title(code: str, name: str) -> str:
    """Headline of a failure by its code; `name` is the file it is about."""
    title = TITLES.get(code, QT_TRANSLATE_NOOP("Problem", "This did not work with {name}"))
    return QCoreApplication.translate("Problem", title).replace("{name}", name)


def problem_remedy(code: str, english: str | None) -> str:
    """What to do about a failure in the window; empty where there is nothing."""
    return (
        QCoreApplication.translate("Problem", WINDOW_REMEDIES[code])
        if code in WINDOW_REMEDIES
        else failures.said(OPTION.sub("", english or ""))
    )
