"""A problem as the user sees it: what happened, what to do, and a way to try again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope_gui.engine import failures, texts
from quantscope_gui.engine.outcome import Ending, Failure, Outcome
from quantscope_gui.i18n import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """`detail` is for a bug report; `retry` starts the same thing again."""

    title: str
    message: str
    remedy: str = ""
    detail: str = ""
    retry: Callable[[], None] | None = None


# The same request would fail again, whatever the user does meanwhile.
_LASTING: Final = frozenset({"model-unsupported", "usage"})
_ENDINGS: Final = {
    Ending.COULD_NOT_START: (
        QT_TRANSLATE_NOOP("Ending", "The engine could not be started"),
        QT_TRANSLATE_NOOP("Ending", "The program that does the work did not start."),
        QT_TRANSLATE_NOOP("Ending", "Check that Quantscope is installed completely, then try again."),
    ),
    Ending.EXITED: (
        QT_TRANSLATE_NOOP("Ending", "The engine stopped"),
        QT_TRANSLATE_NOOP("Ending", "The program that does the work ended before it had an answer."),
        QT_TRANSLATE_NOOP("Ending", "Your models are unharmed. Try again; if it happens again, the details help us."),
    ),
    Ending.CRASHED: (
        QT_TRANSLATE_NOOP("Ending", "The engine crashed"),
        QT_TRANSLATE_NOOP("Ending", "The program that does the work crashed while it was busy with this."),
        QT_TRANSLATE_NOOP("Ending", "Your models are unharmed. Try again; if it happens again, the details help us."),
    ),
    Ending.GARBLED: (
        QT_TRANSLATE_NOOP("Ending", "The engine gave an answer that can't be read"),
        QT_TRANSLATE_NOOP("Ending", "What the engine sent is not what it should send, so it was stopped."),
        QT_TRANSLATE_NOOP("Ending", "Your models are unharmed. Try again; if it happens again, the details help us."),
    ),
    Ending.INCOMPATIBLE: (
        QT_TRANSLATE_NOOP("Ending", "The engine is of another version"),
        QT_TRANSLATE_NOOP("Ending", "The window and its engine come from different versions of Quantscope."),
        QT_TRANSLATE_NOOP("Ending", "Install Quantscope again so that both parts match."),
    ),
    Ending.SILENT: (
        QT_TRANSLATE_NOOP("Ending", "The engine does not answer"),
        QT_TRANSLATE_NOOP("Ending", "The engine was started but did not report within 30 seconds."),
        QT_TRANSLATE_NOOP("Ending", "The computer may be very busy. Try again."),
    ),
    Ending.STOPPED: (
        QT_TRANSLATE_NOOP("Ending", "The engine was stopped"),
        QT_TRANSLATE_NOOP("Ending", "The engine was stopped before it had an answer."),
        QT_TRANSLATE_NOOP("Ending", "Try again."),
    ),
}


def _of_outcome(outcome: Outcome, retry: Callable[[], None]) -> Problem:
    title, message, remedy = (QCoreApplication.translate("Ending", text) for text in _ENDINGS[outcome.ending])
    detail = f"{outcome.ending.value}, exit code {outcome.exit_code}\n{outcome.stderr}".strip()
    return Problem(title, message, remedy, detail, retry)


def of_failure(failure: Failure, name: str, retry: Callable[[], None]) -> Problem:
    """The problem a failed request is to the user; `name` is the file it was about."""
    if failure.outcome is not None:
        return _of_outcome(failure.outcome, retry)
    detail = "\n".join(part for part in (f"{failure.code}: {failure.message}", failure.detail) if part)
    return Problem(
        texts.problem_title(failure.code, name),
        failures.said(failure.message),
        texts.problem_remedy(failure.code, failure.remedy),
        detail,
        None if failure.code in _LASTING else retry,
    )
