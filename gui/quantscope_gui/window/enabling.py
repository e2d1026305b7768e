"""Which commands can be given now."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from quantscope_gui import actions
from quantscope_gui.services import Services


def enable(services: Services, commands: Mapping[str, QAction]) -> None:
    """Enables what can be done with what is selected, and says what undo and redo would do."""
    for key, value in _enabled(services).items():
        commands[key].setEnabled(value)
    history = services.desk.history
    for key, done in (("undo", history.undoText()), ("redo", history.redoText())):
        actions.explain(commands[key], f"{actions.plain(commands[key])} {done}".strip())
    selection = services.library.selection
    plan = selection.model.plan if selection is not None else None
    actions.explain(
        commands["quantize"],
        actions.hint("quantize")
        if plan is None or plan.changes
        else QCoreApplication.translate(
            "MainWindow", "There is nothing to quantize: the table says why for each operator"
        ),
    )


def _enabled(services: Services) -> Mapping[str, bool]:
    selection = services.library.selection
    model = selection is not None
    plan = selection.model.plan if selection is not None else None
    planned = plan is not None
    result = selection is not None and selection.variant is not None
    history, measuring = services.desk.history, services.measurer.busy
    of_the_graph = {each.key: model for each in actions.COMMANDS if each.menu == "graph" or each.key == "export"}
    return of_the_graph | {
        "import-overlay": planned,
        "export-overlay": planned,
        "export-copy": planned,
        "undo": history.canUndo(),
        "redo": history.canRedo(),
        "convert-again": selection is not None and selection.model.origin is not None,
        "save": result,
        "reveal": model,
        "close": model,
        "copy": planned,
        "find": planned,
        "find-next": planned,
        "find-previous": planned,
        "unfilter": planned,
        "quantize": plan is not None and plan.changes,
        "cancel": bool(services.board.entries),
        "compare": result,
        "compare-data": result,
        "try-in-float": result,
        "measure": planned and not measuring,
        "stop": measuring,
        "replan": model,
    }
