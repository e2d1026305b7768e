"""The engine's sentences in the user's language.

The engine speaks English and gives every sentence a stable code or id; translations are keyed on those. A code without
a translation is shown in the engine's own words.
"""

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from quantscope import documents

REASONS: Final[tuple[str, ...]] = ()
TITLES: Final = {
    "model-unreadable": QT_TRANSLATE_NOOP("Problem", "This model can't be opened"),
    "model-unsupported": QT_TRANSLATE_NOOP("Problem", "This can't be done with this model"),
    "recipe-invalid": QT_TRANSLATE_NOOP("Problem", "The recipe can't be used"),
    "data-invalid": QT_TRANSLATE_NOOP("Problem", "The data doesn't fit the model"),
    "usage": QT_TRANSLATE_NOOP("Problem", "The request contradicts itself"),
    "output-unwritable": QT_TRANSLATE_NOOP("Problem", "The result can't be written"),
    "verification-failed": QT_TRANSLATE_NOOP("Problem", "The quantized model did not pass its check"),
    "runtime-missing": QT_TRANSLATE_NOOP("Problem", "The runtime is missing on this computer"),
    "run-failed": QT_TRANSLATE_NOOP("Problem", "The model can't be run"),
}


def _keyed(context: str, key: str, english: str, arguments: dict[str, str | int] | None = None) -> str:
    template = QCoreApplication.translate(context, key)
    if template == key:
        return english
    try:
        return template.format_map(arguments or {})
    except (KeyError, IndexError, ValueError):
        return english


def reason(value: documents.Reason) -> str:
    """Why an operator has its precision, in one sentence."""
    return _keyed("Reason", value.code, value.text, value.arguments)


def remedy(value: documents.Reason) -> str:
    """What to do about it; empty where there is nothing."""
    return _keyed("Remedy", value.code, value.remedy, value.arguments) if value.remedy else ""


def choice_title(choice: documents.Choice) -> str:
    return _keyed("Choice", f"{choice.id}.title", choice.title)


def choice_description(choice: documents.Choice) -> str:
    return _keyed("Choice", f"{choice.id}.description", choice.description)


def progress(text: str) -> str:
    return QCoreApplication.translate("Progress", text)


def problem_title(code: str) -> str:
    """Headline of a failure by its code."""
    return QCoreApplication.translate("Problem", TITLES.get(code, QT_TRANSLATE_NOOP("Problem", "This did not work")))
