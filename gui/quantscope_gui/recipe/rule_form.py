"""The form of one rule: conditions above, what is asked below."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from quantscope.precision import Precision
from quantscope.recipe import Algorithm, Change, Granularity, Match, Rule
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.recipe.combo import ChoiceCombo
from quantscope_gui.recipe.edits import ASKABLE
from quantscope_gui.recipe.menu import asked_title
from quantscope_gui.recipe.words import operators_of, operators_text, setting_title
from quantscope_gui.theme.theme import Theme

T = TypeVar("T")

PREVIEW_MILLISECONDS: Final = 150
MATCHED: Final = (
    ("type", QT_TRANSLATE_NOOP("RuleForm", "Type"), QT_TRANSLATE_NOOP("RuleForm", "CONV_2D; * and ? are wildcards")),
    ("name", QT_TRANSLATE_NOOP("RuleForm", "Name"), QT_TRANSLATE_NOOP("RuleForm", "all of it; * and ? are wildcards")),
    ("regex", QT_TRANSLATE_NOOP("RuleForm", "Expression"), QT_TRANSLATE_NOOP("RuleForm", "found in the name")),
    ("scope", QT_TRANSLATE_NOOP("RuleForm", "Scope"), QT_TRANSLATE_NOOP("RuleForm", "encoder/layer_0")),
    ("operators", QT_TRANSLATE_NOOP("RuleForm", "Operators"), QT_TRANSLATE_NOOP("RuleForm", "1, 4-7")),
    ("subgraph", QT_TRANSLATE_NOOP("RuleForm", "Subgraph"), QT_TRANSLATE_NOOP("RuleForm", "0")),
)


def _count(text: str, least: int) -> int | None:
    """The number in a text, None where it is empty. Raises ValueError for anything else, and below `least`."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 12 or int(text) < least:
        raise ValueError(text)
    return int(text)


def _expression(text: str) -> str | None:
    """The regular expression in a text, None where it is empty. Raises ValueError for what is none, saying why."""
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    return text or None


def _read(parse: Callable[[str], T], text: str, complaint: str) -> T:
    """What a text says. Raises ValueError with the complaint where it says nothing."""
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(complaint.format(reason=error)) from error


def _text(source: str) -> str:
    return QCoreApplication.translate("RuleForm", source)


def _title(value: StrEnum) -> str:
    return asked_title(value) if isinstance(value, Precision) else setting_title(value)


class EnumCombo(ChoiceCombo):
    """A choice among an enum's values, or none of them."""

    def __init__(self, values: tuple[StrEnum, ...], none: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", theme, parent)
        self.setEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values: tuple[StrEnum | None, ...] = (None, *values) if none else values
        for value in self._values:
            self.addItem(none if value is None else _title(value))

    def show_value(self, value: StrEnum | None) -> None:
        with QSignalBlocker(self):
            self.setCurrentIndex(self._values.index(value) if value in self._values else -1)

    def value(self) -> StrEnum | None:
        return self._values[self.currentIndex()] if self.currentIndex() >= 0 else None

    def choose(self, value: StrEnum | None) -> None:
        """As if the user had chosen it."""
        self.show_value(value)
        self.activated.emit(self.currentIndex())


class RuleForm(QWidget):
    """`drafted(rule)` a moment after each key, `edited(rule)` once a field is left or a choice made; what can't be a
    rule gives neither but is explained below the fields."""

    drafted = Signal(object)
    edited = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule: Rule | None = None
        self.fields: dict[str, QLineEdit] = {}
        self.problem = QLabel()
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        self._preview = QTimer(self)
        self._preview.setSingleShot(True)
        self._preview.setInterval(PREVIEW_MILLISECONDS)
        self._preview.timeout.connect(self._draft)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setVerticalSpacing(4)
        for key, title, hint in MATCHED:
            edit = QLineEdit()
            edit.setPlaceholderText(_text(hint))
            edit.setAccessibleName(_text(title))
            edit.textEdited.connect(lambda _: self._preview.start())
            edit.editingFinished.connect(self._edit)
            self.fields[key] = edit
            form.addRow(_text(title), edit)
        unchanged = self.tr("(unchanged)")
        self.precision = EnumCombo(ASKABLE, unchanged, theme)
        self.granularity = EnumCombo(tuple(Granularity), unchanged, theme)
        self.algorithm = EnumCombo(tuple(Algorithm), unchanged, theme)
        self.minimum = QLineEdit()
        self.minimum.setPlaceholderText(unchanged)
        self.minimum.editingFinished.connect(self._edit)
        for title, widget in (
            (self.tr("Ask for"), self.precision),
            (self.tr("Scales per"), self.granularity),
            (self.tr("Algorithm"), self.algorithm),
            (self.tr("Smallest weight"), self.minimum),
        ):
            widget.setAccessibleName(title)
            form.addRow(title, widget)
            if isinstance(widget, QComboBox):
                widget.activated.connect(lambda _: self._edit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        self.problem.hide()

    def show_rule(self, rule: Rule | None) -> None:
        """Shows another rule. The one that is shown already stays as it stands, half typed or not."""
        if rule is not None and rule == self._rule:
            return
        self._preview.stop()
        self._rule = rule
        self.setEnabled(rule is not None)
        match, change = (rule.match, rule.set) if rule is not None else (Match(), Change())
        for key, edit in self.fields.items():
            value = getattr(match, key)
            text = "" if value is None else operators_text(value) if key == "operators" else str(value)
            if edit.text() != text:
                edit.setText(text)
        self.precision.show_value(change.precision)
        self.granularity.show_value(change.granularity)
        self.algorithm.show_value(change.algorithm)
        self.minimum.setText("" if change.minimum_elements is None else str(change.minimum_elements))
        self.problem.hide()

    def rule(self) -> Rule | None:
        """The rule as it stands in the form; None, with the reason shown, where it isn't one."""
        texts = {key: edit.text().strip() for key, edit in self.fields.items()}
        try:
            regex = _read(_expression, texts["regex"], self.tr("This is no expression yet: {reason}."))
            operators = _read(
                operators_of,
                texts["operators"],
                self.tr("Operators are numbers and ranges such as 1, 4-7; \u201c{reason}\u201d is neither."),
            )
            subgraph = _read(
                partial(_count, least=0),
                texts["subgraph"],
                self.tr("A subgraph is a number from 0 on; \u201c{reason}\u201d is none."),
            )
            minimum = _read(
                partial(_count, least=1),
                self.minimum.text().strip(),
                self.tr("The smallest weight is a number of elements from 1 on; \u201c{reason}\u201d is none."),
            )
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return None
        self.problem.hide()
        match = Match(
            type=texts["type"] or None,
            name=texts["name"] or None,
            regex=regex,
            scope=texts["scope"] or None,
            operators=operators,
            subgraph=subgraph,
        )
        before = self._rule.set if self._rule is not None else Change()
        change = Change(
            precision=self.precision.value(),  # type: ignore[arg-type]
            granularity=self.granularity.value(),  # type: ignore[arg-type]
            algorithm=self.algorithm.value(),  # type: ignore[arg-type]
            rounding=before.rounding,
            minimum_elements=minimum,
        )
        return Rule(match=match, set=change)

    def _draft(self) -> None:
        rule = self.rule() if self._rule is not None else None
        if rule is not None:
            self.drafted.emit(rule)

    def _edit(self) -> None:
        if self._rule is None:
            return
        self._preview.stop()
        rule = self.rule()
        if rule is not None and rule != self._rule:
            self._rule = rule
            self.edited.emit(rule)
