"""The recipe editor: the default setting, the rules as a table, the form of the selected rule."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from quantscope.recipe import Algorithm, Change, Granularity, Interface, Match, Recipe, Rule
from quantscope_gui.engine import texts
from quantscope_gui.operators.plan import Plan
from quantscope_gui.recipe import edits, rules
from quantscope_gui.recipe.rule_form import EnumCombo, RuleForm
from quantscope_gui.recipe.rules import RulesModel
from quantscope_gui.recipe.samples import SamplesBox
from quantscope_gui.theme.theme import Theme
from quantscope_gui.widgets.columns_table import QuietTable


class RecipePanel(QScrollArea):
    """Shows one recipe. `edited(recipe, what)` for the history, `drafted(recipe, rule index)` while a rule is typed,
    `rule_selected(index)` (-1: none) for highlighting what it matches, while one works in here; `import_wanted`,
    `export_wanted`."""

    edited = Signal(object, str)
    drafted = Signal(object, int)
    rule_selected = Signal(int)
    import_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._recipe: Recipe | None = None
        self._showing = False
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("focusable", True)
        self.setAccessibleName(self.tr("Recipe"))
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.title.setWordWrap(True)
        self.remarks = QLabel()
        self.remarks.setWordWrap(True)
        self.remarks.setProperty("muted", True)
        self.samples = SamplesBox(theme)
        self.model = RulesModel(theme, self)
        self.table = self._table()
        self.finding = QLabel()
        self.finding.setProperty("problem", True)
        self.finding.setWordWrap(True)
        self.form = RuleForm(theme)
        self.form.drafted.connect(self._draft)
        self.form.edited.connect(self._edit_rule)
        self._content = content = QWidget()
        content.setProperty("surface", True)
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.setSpacing(8)
        layout.addLayout(self._head())
        layout.addLayout(self._default())
        layout.addWidget(self.samples)
        layout.addWidget(self.remarks)
        layout.addLayout(self._bar())
        layout.addWidget(self.table)
        layout.addWidget(self.finding)
        layout.addWidget(self.form)
        layout.addStretch(1)
        self.setWidget(content)
        self.show_recipe(None, None)

    # What is shown -----------------------------------------------------------------------------------------------

    def show_recipe(self, recipe: Recipe | None, plan: Plan | None, edited: bool = False) -> None:
        """`plan` is for this recipe, None while it is being made."""
        self._showing = True
        before, selected = self._recipe, self.current()
        self._recipe = recipe
        self._content.setEnabled(recipe is not None)
        self.title.setText("" if recipe is None else texts.recipe_title(recipe, edited))
        remarks = rules.unmatched(plan.document.findings) if plan is not None else []
        self.remarks.setText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))
        integers = recipe is not None and recipe.needs_calibration
        self.samples.setVisible(integers)
        self._form.setRowVisible(self.interface, integers)
        if recipe is not None:
            self.precision.show_value(recipe.default.precision)
            self.granularity.show_value(recipe.default.granularity)
            self.algorithm.show_value(recipe.default.algorithm)
            self.interface.show_value(recipe.interface)
        self.model.show_recipe(recipe, plan)
        count = len(recipe.rules) if recipe is not None else 0
        grown = before is not None and recipe is not None and len(before.rules) < count
        self.table.setVisible(count > 0)
        self.table.setFixedHeight(self.table.height_of(min(max(count, 2), 10)))
        self._showing = False
        self._select(count - 1 if grown else min(selected, count - 1))

    def current(self) -> int:
        """The index of the selected rule, -1 where none is."""
        rows = self.table.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def _select(self, rule: int) -> None:
        if rule >= 0:
            self.table.selectRow(rule)
        else:
            self.table.clearSelection()
        self._selected()

    def _selected(self) -> None:
        if self._showing or self._recipe is None:
            return
        place = self.current()
        finding = self.model.finding(place)
        self.finding.setText(finding)
        self.finding.setVisible(bool(finding))
        self.form.setVisible(place >= 0)
        self.form.show_rule(self._recipe.rules[place] if place >= 0 else None)
        for button, able in (
            (self.remove, place >= 0),
            (self.up, place > 0),
            (self.down, 0 <= place < len(self._recipe.rules) - 1),
        ):
            button.setEnabled(able)
        at_work = self.isAncestorOf(QApplication.focusWidget() or self)
        if place < 0 or at_work:  # an edit made elsewhere must not dim the graph
            self.rule_selected.emit(place)

    # Edits -------------------------------------------------------------------------------------------------------

    def add_rule(self) -> None:
        if self._recipe is not None:
            rule = Rule(match=Match(type="*"), set=Change())
            self._emit((*self._recipe.rules, rule), self.tr("add a rule"))
            self.form.fields["type"].setFocus(Qt.FocusReason.OtherFocusReason)
            self.form.fields["type"].selectAll()

    def remove_rule(self) -> None:
        place = self.current()
        if self._recipe is not None and place >= 0:
            every = self._recipe.rules
            self._emit((*every[:place], *every[place + 1 :]), self.tr("remove a rule"))

    def move_rule(self, step: int) -> None:
        place = self.current()
        if self._recipe is None or not 0 <= place < len(self._recipe.rules):
            return
        other = place + step
        if 0 <= other < len(self._recipe.rules):
            every = list(self._recipe.rules)
            every[place], every[other] = every[other], every[place]
            self._emit(tuple(every), self.tr("move a rule"))
            self._select(other)

    def _edit_rule(self, rule: Rule) -> None:
        place = self.current()
        if place >= 0:
            self._emit(self._with(place, rule), self.tr("edit a rule"))

    def _draft(self, rule: Rule) -> None:
        place = self.current()
        if self._recipe is not None and place >= 0:
            self.drafted.emit(edits.edited(self._recipe, self._with(place, rule)), place)

    def _with(self, place: int, rule: Rule) -> tuple[Rule, ...]:
        assert self._recipe is not None
        return (*self._recipe.rules[:place], rule, *self._recipe.rules[place + 1 :])

    def _edit_default(self) -> None:
        if self._recipe is None:
            return
        default = replace(
            self._recipe.default,
            precision=self.precision.value() or self._recipe.default.precision,
            granularity=self.granularity.value() or self._recipe.default.granularity,
            algorithm=self.algorithm.value() or self._recipe.default.algorithm,
        )
        interface = self.interface.value() or self._recipe.interface
        changed = replace(self._recipe, default=default, interface=interface)
        if changed != self._recipe:
            name = edits.edited_name(self._recipe.name)
            self.edited.emit(replace(changed, name=name), self.tr("edit the default"))

    def _emit(self, changed: tuple[Rule, ...], what: str) -> None:
        assert self._recipe is not None
        if changed != self._recipe.rules:
            self.edited.emit(edits.edited(self._recipe, changed), what)

    # Parts -------------------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        for text, icon, signal in (
            (self.tr("Import a recipe\u2026"), "open", self.import_wanted),
            (self.tr("Export the recipe\u2026"), "save", self.export_wanted),
        ):
            head.addWidget(self._button(icon, text, signal.emit))
        return head

    def _default(self) -> QFormLayout:
        self.precision = EnumCombo(edits.ASKABLE, "", self._theme)
        self.granularity = EnumCombo(tuple(Granularity), "", self._theme)
        self.algorithm = EnumCombo(tuple(Algorithm), "", self._theme)
        self.interface = EnumCombo(tuple(Interface), "", self._theme)
        self._form = form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setVerticalSpacing(4)
        for title, combo in (
            (self.tr("By default"), self.precision),
            (self.tr("Scales per"), self.granularity),
            (self.tr("Algorithm"), self.algorithm),
            (self.tr("Inputs, outputs"), self.interface),
        ):
            combo.setAccessibleName(title)
            combo.activated.connect(lambda _: self._edit_default())
            form.addRow(title, combo)
        return form

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(4)
        title = QLabel(self.tr("Rules; later ones win"))
        title.setProperty("section", True)
        bar.addWidget(title, 1)
        self.add = self._button("add", self.tr("Add a rule"), self.add_rule)
        self.remove = self._button("remove", self.tr("Remove the rule"), self.remove_rule)
        self.up = self._button("chevron-up", self.tr("Move up"), lambda: self.move_rule(-1))
        self.down = self._button("chevron-down", self.tr("Move down"), lambda: self.move_rule(1))
        for button in (self.add, self.remove, self.up, self.down):
            bar.addWidget(button)
        return bar

    def _button(self, icon: str, words: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", True)
        button.setProperty("tight", True)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False: act())
        self._theme.bind_icon(button, icon, "text_muted")
        return button

    def _table(self) -> QuietTable:
        table = QuietTable(self.model, self.tr("Rules"))
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (rules.NUMBER, rules.MATCHES):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        table.selectionModel().selectionChanged.connect(self._selected)
        return table
