"""Every command as one line of a table: menus, toolbar, shortcuts and the shortcuts page all come from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.theme.theme import Theme


@dataclass(frozen=True, slots=True)
class Command:
    """`menu` is where it stands; a `separated` command starts a group there."""

    key: str
    menu: str
    text: str
    hint: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    separated: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole


MENUS: Final = MappingProxyType(
    {
        "file": QT_TRANSLATE_NOOP("Command", "&File"),
        "edit": QT_TRANSLATE_NOOP("Command", "&Edit"),
        "model": QT_TRANSLATE_NOOP("Command", "&Model"),
        "graph": QT_TRANSLATE_NOOP("Command", "&Graph"),
        "view": QT_TRANSLATE_NOOP("Command", "&View"),
        "help": QT_TRANSLATE_NOOP("Command", "&Help"),
    }
)

COMMANDS: Final = (
    Command(
        "open",
        "file",
        QT_TRANSLATE_NOOP("Command", "&Open\u2026"),
        QT_TRANSLATE_NOOP("Command", "Open .tflite models, or models of other kinds to convert"),
        ("Ctrl+O",),
        "open",
    ),
    Command(
        "open-folder",
        "file",
        QT_TRANSLATE_NOOP("Command", "Open SavedModel &Folder\u2026"),
        QT_TRANSLATE_NOOP("Command", "Convert a TensorFlow SavedModel"),
        ("Ctrl+Shift+O",),
        "folder",
    ),
    Command(
        "convert-again",
        "file",
        QT_TRANSLATE_NOOP("Command", "Convert A&gain\u2026"),
        QT_TRANSLATE_NOOP("Command", "Open the sheet of the source that this model was made of"),
        icon="retry",
    ),
    Command(
        "save",
        "file",
        QT_TRANSLATE_NOOP("Command", "Save &As\u2026"),
        QT_TRANSLATE_NOOP("Command", "Save the selected result"),
        ("Ctrl+S", "Ctrl+Shift+S"),
        "save",
        separated=True,
    ),
    Command(
        "export",
        "file",
        QT_TRANSLATE_NOOP("Command", "&Export Graph\u2026"),
        QT_TRANSLATE_NOOP("Command", "Write the whole graph as SVG, PDF or PNG"),
        ("Ctrl+E",),
        "graph",
    ),
    Command(
        "import-overlay",
        "file",
        QT_TRANSLATE_NOOP("Command", "&Import Overlay\u2026"),
        QT_TRANSLATE_NOOP("Command", "Colour the operators by the numbers in a file of Model Explorer's node data"),
    ),
    Command(
        "export-overlay",
        "file",
        QT_TRANSLATE_NOOP("Command", "Export O&verlay\u2026"),
        QT_TRANSLATE_NOOP("Command", "Write what the colours show as node data for Model Explorer"),
    ),
    Command(
        "export-copy",
        "file",
        QT_TRANSLATE_NOOP("Command", "Export Copy for &Netron\u2026"),
        QT_TRANSLATE_NOOP(
            "Command", "Write a copy whose tensor names tell each operator's precision, reason and share of the time"
        ),
    ),
    Command(
        "reveal",
        "file",
        QT_TRANSLATE_NOOP("Command", "Show in File &Manager"),
        shortcuts=("Ctrl+Shift+R",),
        icon="folder",
    ),
    Command("close", "file", QT_TRANSLATE_NOOP("Command", "&Close"), shortcuts=("Ctrl+W",), icon="close"),
    Command(
        "quit",
        "file",
        QT_TRANSLATE_NOOP("Command", "&Quit"),
        shortcuts=("Ctrl+Q",),
        separated=True,
        role=QAction.MenuRole.QuitRole,
    ),
    Command("undo", "edit", QT_TRANSLATE_NOOP("Command", "&Undo"), shortcuts=("Ctrl+Z",), icon="undo"),
    Command("redo", "edit", QT_TRANSLATE_NOOP("Command", "&Redo"), shortcuts=("Ctrl+Shift+Z", "Ctrl+Y"), icon="redo"),
    Command(
        "copy",
        "edit",
        QT_TRANSLATE_NOOP("Command", "&Copy Operators"),
        shortcuts=("Ctrl+Shift+C",),
        icon="copy",
        separated=True,
    ),
    Command("find", "edit", QT_TRANSLATE_NOOP("Command", "&Find Operators"), shortcuts=("Ctrl+F",), icon="search"),
    Command("find-next", "edit", QT_TRANSLATE_NOOP("Command", "Find &Next"), shortcuts=("F3", "Ctrl+G")),
    Command(
        "find-previous", "edit", QT_TRANSLATE_NOOP("Command", "Find &Previous"), shortcuts=("Shift+F3", "Ctrl+Shift+G")
    ),
    Command("unfilter", "edit", QT_TRANSLATE_NOOP("Command", "&Show All Operators"), shortcuts=("Ctrl+Shift+F",)),
    Command(
        "quantize",
        "model",
        QT_TRANSLATE_NOOP("Command", "&Quantize"),
        QT_TRANSLATE_NOOP("Command", "Write a quantized model as planned; the source stays as it is"),
        ("Ctrl+Return", "Ctrl+Enter"),
        "quantize",
    ),
    Command(
        "cancel",
        "model",
        QT_TRANSLATE_NOOP("Command", "C&ancel Job"),
        shortcuts=("Ctrl+.",),
        icon="cancel",
    ),
    Command(
        "compare",
        "model",
        QT_TRANSLATE_NOOP("Command", "&Compare"),
        QT_TRANSLATE_NOOP("Command", "Compare the selected result with its source on generated inputs"),
        ("Ctrl+D",),
        "compare",
        separated=True,
    ),
    Command(
        "compare-data",
        "model",
        QT_TRANSLATE_NOOP("Command", "Compare with &Data\u2026"),
        QT_TRANSLATE_NOOP("Command", "Compare the selected result with its source on the samples in a file"),
        ("Ctrl+Shift+D",),
        "data",
    ),
    Command(
        "try-in-float",
        "model",
        QT_TRANSLATE_NOOP("Command", "&Try Worst Operators in Float"),
        QT_TRANSLATE_NOOP("Command", "Measure what keeping each of the worst operators in float would gain"),
        ("Ctrl+T",),
        "sensitivity",
    ),
    Command(
        "measure",
        "model",
        QT_TRANSLATE_NOOP("Command", "&Measure Latency"),
        QT_TRANSLATE_NOOP("Command", "Measure the model and what was made from it, in turns"),
        ("Ctrl+L",),
        "latency",
        separated=True,
    ),
    Command("stop", "model", QT_TRANSLATE_NOOP("Command", "&Stop Measuring"), shortcuts=("Ctrl+Shift+L",)),
    Command(
        "replan",
        "model",
        QT_TRANSLATE_NOOP("Command", "&Read Again"),
        QT_TRANSLATE_NOOP("Command", "Read the file and plan it again"),
        ("F5",),
        "retry",
        separated=True,
    ),
    Command("zoom-in", "graph", QT_TRANSLATE_NOOP("Command", "Zoom &In"), "", ("Ctrl++", "Ctrl+="), "zoom-in"),
    Command("zoom-out", "graph", QT_TRANSLATE_NOOP("Command", "Zoom &Out"), "", ("Ctrl+-",), "zoom-out"),
    Command("fit", "graph", QT_TRANSLATE_NOOP("Command", "Show &Everything"), "", ("Ctrl+0",), "fit"),
    Command("fit-selection", "graph", QT_TRANSLATE_NOOP("Command", "Show &Selection"), "", ("Ctrl+9",)),
    Command(
        "go-back",
        "graph",
        QT_TRANSLATE_NOOP("Command", "&Back"),
        QT_TRANSLATE_NOOP("Command", "Back to where you were in the graph"),
        ("Alt+Left",),
        "back",
        separated=True,
    ),
    Command("go-forward", "graph", QT_TRANSLATE_NOOP("Command", "&Forward"), "", ("Alt+Right",), "forward"),
    Command(
        "leave-page",
        "graph",
        QT_TRANSLATE_NOOP("Command", "&Up One Page"),
        QT_TRANSLATE_NOOP("Command", "From the body of a loop or branch to the graph that runs it"),
        ("Alt+Up",),
    ),
    Command(
        "upstream",
        "graph",
        QT_TRANSLATE_NOOP("Command", "Show &Upstream"),
        QT_TRANSLATE_NOOP("Command", "Dim everything that the selected operators do not depend on"),
        ("Ctrl+Shift+Up",),
        separated=True,
    ),
    Command(
        "downstream",
        "graph",
        QT_TRANSLATE_NOOP("Command", "Show &Downstream"),
        QT_TRANSLATE_NOOP("Command", "Dim everything that does not depend on the selected operators"),
        ("Ctrl+Shift+Down",),
    ),
    Command("undim", "graph", QT_TRANSLATE_NOOP("Command", "Dim &Nothing"), "", ("Ctrl+Shift+0",)),
    Command(
        "close-group",
        "graph",
        QT_TRANSLATE_NOOP("Command", "&Close Group"),
        QT_TRANSLATE_NOOP("Command", "Close the group around the selected operator"),
        ("Ctrl+Shift+[", "Ctrl+["),
        separated=True,
    ),
    Command(
        "close-groups", "graph", QT_TRANSLATE_NOOP("Command", "Close &All Groups"), "", ("Ctrl+Alt+[",), "collapse"
    ),
    Command("open-groups", "graph", QT_TRANSLATE_NOOP("Command", "O&pen All Groups"), "", ("Ctrl+Alt+]",), "expand"),
    Command("problems", "view", QT_TRANSLATE_NOOP("Command", "&Problems"), shortcuts=("Ctrl+Shift+M",), icon="warning"),
    Command("fullscreen", "view", QT_TRANSLATE_NOOP("Command", "&Full Screen"), shortcuts=("F11",)),
    Command("shortcuts", "help", QT_TRANSLATE_NOOP("Command", "&Keyboard Shortcuts"), shortcuts=("F1",)),
    Command(
        "about",
        "help",
        QT_TRANSLATE_NOOP("Command", "&About Quantscope"),
        role=QAction.MenuRole.AboutRole,
    ),
)


def text(source: str) -> str:
    """A translated text of this table."""
    return QCoreApplication.translate("Command", source)


def plain(action: QAction) -> str:
    """An action's text without its mnemonic and dots."""
    words = action.text().replace("&", "").rstrip("\u2026")
    head, bracket, tail = words.partition("(")
    return head.strip() if bracket and len(tail) == 2 else words


def hint(key: str) -> str:
    """The translated hint of the command `key`."""
    return next(text(command.hint) for command in COMMANDS if command.key == key)


def explain(action: QAction, words: str) -> None:
    """Makes `words` and the shortcut the action's tooltip."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{words} ({keys})" if keys else words)


def build(parent: QWidget, theme: Theme, handlers: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """One QAction per command, connected to `handlers` by key; a missing handler is an error (KeyError)."""
    built: dict[str, QAction] = {}
    for command in COMMANDS:
        action = QAction(text(command.text), parent)
        action.setObjectName(command.key)
        action.setShortcuts([QKeySequence(keys) for keys in command.shortcuts])
        action.setMenuRole(command.role)
        if command.icon:
            theme.bind_icon(action, command.icon)
        explain(action, text(command.hint) if command.hint else plain(action))
        action.triggered.connect(lambda _checked=False, handler=handlers[command.key]: handler())
        parent.addAction(action)
        built[command.key] = action
    return built
