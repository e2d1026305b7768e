"""The main window. It only assembles: what things do lives with the things."""

from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from quantscope_gui import actions, dialogs, i18n
from quantscope_gui.colour.overlays import Overlays
from quantscope_gui.devices.panel import DevicesPanel
from quantscope_gui.errors.tray import ErrorTray
from quantscope_gui.graph.commands import GraphCommands
from quantscope_gui.help.dialogs import show_about, show_shortcuts
from quantscope_gui.inspector.panel import Inspector
from quantscope_gui.models.library import Model, Selection, Variant
from quantscope_gui.models.tree import ModelsTree
from quantscope_gui.operators.legend import Item
from quantscope_gui.recipe.controls import RecipeControls
from quantscope_gui.recipe.editor import RecipeEditor
from quantscope_gui.recipe.menu import OperatorMenu
from quantscope_gui.recipe.panel import RecipePanel
from quantscope_gui.services import Services
from quantscope_gui.sources.desk import SourceDesk
from quantscope_gui.start import samples
from quantscope_gui.start.page import StartPage
from quantscope_gui.theme.theme import Mode, Theme
from quantscope_gui.widgets.action_button import ActionButton
from quantscope_gui.window import menus
from quantscope_gui.window.commands import Commands
from quantscope_gui.window.drops import Drops
from quantscope_gui.window.enabling import enable
from quantscope_gui.window.panels import Panels
from quantscope_gui.window.status_bar import StatusLine
from quantscope_gui.window.work_area import WorkArea

DEFAULT_SIZE = QSize(1320, 820)


class MainWindow(QMainWindow):
    """`painted` once, when the window has first been on the screen; engines start after it."""

    painted = Signal()

    def __init__(self, services: Services, theme: Theme) -> None:
        super().__init__()
        self._services = services
        self._theme = theme
        self._was_painted = False
        self._may_close = False
        self.tray = ErrorTray(theme)
        self.commands = Commands(services, self, self.tray.show_problem)
        self.operator_menu = OperatorMenu(
            services.desk, services.library, services.operator, theme, lambda key: self.work.graph.alike(key)
        )
        self._build_center()
        self._build_docks()
        self._build_status()
        self.overlays = Overlays(services.library, services.colours, services.background, theme, self)
        self._build_actions()
        self._build_toolbar()
        self._order_focus()
        self._connect()
        self._restore()

    def _build_center(self) -> None:
        self.start = StartPage(self._theme)
        self.work = WorkArea(self._services, self._theme)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.work)
        center = QWidget()
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tray)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(center)
        self.drops = Drops(self, self._theme)
        self.sources = SourceDesk(
            self._services.converter, self._services.library, self._services.settings, self._theme, self
        )

    def _build_docks(self) -> None:
        services = self._services
        self.tree = ModelsTree(services.library, self._theme)
        self.inspector = Inspector(self._theme, self.operator_menu.fill_precisions)
        self.recipe_panel = RecipePanel(self._theme)
        self.devices = DevicesPanel(self._theme, services.device_watch, services.phones)
        self.panels = Panels(
            self, self._theme, services.settings, self.tree, self.inspector, self.recipe_panel, self.devices
        )
        self.recipe_editor = RecipeEditor(
            self.recipe_panel,
            services.library,
            services.desk,
            services.drafter,
            services.sampler,
            services.client,
            services.background,
        )

    def _build_status(self) -> None:
        self.status = StatusLine(self._services.board, self._theme)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addPermanentWidget(self.status, 1)

    def _build_actions(self) -> None:
        self.graph_commands = GraphCommands(
            lambda: self.work.graph, self._services.exporter, self._services.settings, self
        )
        self.commands_by_key = actions.build(
            self,
            self._theme,
            {
                "open": self.commands.open,
                "open-folder": self.commands.open_folder,
                "convert-again": self.commands.convert_again,
                "save": self.commands.save,
                "reveal": self.commands.reveal,
                "close": self.commands.close,
                "quit": self.close,
                "import-overlay": self.overlays.ask_import,
                "export-overlay": self.overlays.ask_export,
                "export-copy": self.commands.export_copy,
                "undo": self._services.desk.history.undo,
                "redo": self._services.desk.history.redo,
                "copy": self.work.table.copy,
                "find": self.work.search.focus,
                "find-next": lambda: self.work.step(1),
                "find-previous": lambda: self.work.step(-1),
                "unfilter": lambda: self.work.search.set_text(""),
                "quantize": self.commands.quantize,
                "cancel": self._services.board.cancel_first,
                "compare": self.commands.compare,
                "compare-data": self.commands.compare_data,
                "try-in-float": self.commands.try_in_float,
                "measure": self.work.measure,
                "stop": self._services.measurer.stop,
                "replan": self.commands.replan,
                **self.graph_commands.handlers(),
                "problems": self.tray.toggle,
                "fullscreen": lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen),
                "shortcuts": lambda: show_shortcuts(self, [*self.commands_by_key.values(), *self.panels.actions()]),
                "about": lambda: show_about(self),
            },
        )
        bar = {key: self.menuBar().addMenu(actions.text(title)) for key, title in actions.MENUS.items()}
        for command in actions.COMMANDS:
            if command.separated:
                bar[command.menu].addSeparator()
            bar[command.menu].addAction(self.commands_by_key[command.key])
        self._build_file_menu(bar["file"])
        self._build_view_menu(bar["view"])

    def _build_file_menu(self, menu: QMenu) -> None:
        self.recent_menu = QMenu(self.tr("Open &Recent"), self)
        self.samples_menu = QMenu(self.tr("Open Sa&mple"), self)
        for extra in (self.recent_menu, self.samples_menu):
            menu.insertMenu(self.commands_by_key["save"], extra)
        menu.insertSeparator(self.commands_by_key["save"])

    def _build_view_menu(self, menu: QMenu) -> None:
        first = self.commands_by_key["problems"]
        for toggle, keys in zip(self.panels.actions(), ("Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4"), strict=True):
            toggle.setShortcut(keys)
            menu.insertAction(first, toggle)
        settings = self._services.settings
        menu.addSeparator()
        modes = [(Mode.SYSTEM, self.tr("&System")), (Mode.LIGHT, self.tr("&Light")), (Mode.DARK, self.tr("&Dark"))]
        menus.add_choice(menu.addMenu(self.tr("&Theme")), modes, settings.theme, self._choose_theme)
        languages = [("", self.tr("&System")), *i18n.LANGUAGES.items()]
        menus.add_choice(menu.addMenu(self.tr("&Language")), languages, settings.language, self._choose_language)

    def _build_toolbar(self) -> None:
        bar = QToolBar(self.tr("Main toolbar"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.toggleViewAction().setVisible(False)
        services = self._services
        controls = RecipeControls(services.library, services.choices, services.desk, self._theme, self)
        self.recipe, self.target = controls.recipe, controls.target
        self.open_button = self._button("open")
        self.quantize_button = self._button("quantize", primary=True)
        self.measure_button = self._button("measure")
        self.save_button = self._button("save")
        for widget in (
            self.open_button,
            self.recipe,
            self.target,
            self.quantize_button,
            self.measure_button,
            self.save_button,
        ):
            bar.addWidget(widget)
        self.addToolBar(bar)

    def _order_focus(self) -> None:
        """Tab goes along the work: find operators, walk them, read why, go to another model, then the toolbar."""
        details = self.inspector.details
        order: tuple[QWidget, ...] = (
            self.work.search.edit,
            self.work.table,
            self.inspector.area,
            details.type,
            details.copy,
            details.reason,
            details.remedy,
            details.do_remedy,
            details.ask,
            self.tree,
            self.open_button,
            self.recipe,
            self.target,
            self.quantize_button,
            self.measure_button,
            self.save_button,
        )
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _button(self, key: str, primary: bool = False) -> ActionButton:
        action = self.commands_by_key[key]
        if primary:
            self._theme.bind_icon(action, key, "primary_text")
        return ActionButton(action, actions.plain(action), primary)

    def _connect(self) -> None:
        services = self._services
        library, choices = services.library, services.choices
        for source in (
            choices,
            services.planner,
            services.quantizer,
            services.comparer,
            services.prober,
            services.values,
            services.metrics,
            services.saver,
            services.measurer,
            services.historian,
            services.exporter,
            services.annotator,
            services.phones,
            self.sources,
        ):
            source.failed.connect(self.tray.show_problem)
        self.tray.changed.connect(self.status.show_problems)
        self.status.problems.clicked.connect(self.tray.toggle)
        library.selection_changed.connect(self._show_selection)
        library.plan_changed.connect(self._plan_changed)
        library.variant_changed.connect(lambda model, variant: self._enable())
        services.planner.opened.connect(self._opened)
        services.quantizer.finished.connect(self._quantized)
        services.comparer.started.connect(lambda _: self.work.show_compare(True))
        services.comparer.finished.connect(lambda _: self.work.show_compared())
        for work in (services.prober, services.values):
            work.started.connect(lambda _: self.work.show_compare(False))
            work.finished.connect(lambda _: self.work.show_compare(False))
        services.saver.saved.connect(self._saved)
        self.sources.said.connect(self.status.say)
        library.origin_changed.connect(lambda _: self._enable())
        for signal in (services.measurer.began, services.measurer.ended):
            signal.connect(self._enable)
        self.work.latency.said.connect(self.status.say)
        self.work.latency.phones_wanted.connect(self.panels.devices.show)
        self.devices.chosen.connect(self.work.latency.choose_device)
        self.work.latency.data_wanted.connect(
            lambda: dialogs.ask_data(self, services.settings.folder, self.work.latency.panel.choose_data)
        )
        for exporter in (services.exporter, services.annotator):
            exporter.exported.connect(lambda path: self.status.say(self.tr("Exported {path}").format(path=path)))
        services.board.changed.connect(self._enable)
        services.board.cancelled.connect(lambda: self.status.say(self.tr("Cancelled")))
        services.operator.changed.connect(self._show_operator)
        services.detailer.arrived.connect(self.inspector.details.show_details)
        services.detailer.failed.connect(self.inspector.details.show_failure)
        self.inspector.details.remedy_wanted.connect(self.operator_menu.remedy)
        history = services.desk.history
        for changed in (
            history.canUndoChanged,
            history.canRedoChanged,
            history.undoTextChanged,
            history.redoTextChanged,
        ):
            changed.connect(self._enable)
        self.work.menu_wanted.connect(self._show_operator_menu)
        self.start.open_wanted.connect(self.commands.open)
        self.start.chosen.connect(lambda path: self.commands.open_files([path]))
        self.drops.dropped.connect(self.commands.open_files)
        self.tree.menu_wanted.connect(self._show_entry_menu)
        self.work.card.save_wanted.connect(self.commands.save)
        self.work.compare.again_wanted.connect(self.commands.compare)
        self.work.compare.data_wanted.connect(self.commands.compare_data)
        self.work.compare.count_wanted.connect(self.commands.compare_count)
        self.work.compare.labels_wanted.connect(self.commands.compare_labels)
        self.work.compare.measure_wanted.connect(self.commands.try_in_float)
        self.work.compare.values_wanted.connect(self.commands.show_values)
        self.work.compare.operators.menu_wanted.connect(self._show_operator_menu)
        self.work.filter_changed.connect(self.status.legend.show_filter)
        self.status.legend.filter_wanted.connect(self.work.toggle_filter)
        self.status.legend.keys_wanted.connect(self.work.highlight)
        self.work.legend_changed.connect(self._show_legend)
        for said in (self.recipe_editor.said, self.overlays.said):
            said.connect(self.status.say)
        for failed in (self.recipe_editor.failed, self.overlays.failed):
            failed.connect(self.tray.show_problem)
        self.recipe_editor.highlighted.connect(self.work.highlight)

    def _restore(self) -> None:
        settings = self._services.settings
        self.resize(DEFAULT_SIZE)
        self.restoreGeometry(settings.geometry)
        found = samples.load()
        self.start.show_samples(found)
        menus.fill_with_files(
            self.samples_menu,
            [(sample.path, QCoreApplication.translate("Sample", sample.title)) for sample in found],
            lambda path: self.commands.open_files([path]),
        )
        self.samples_menu.setEnabled(bool(found))
        self._show_recent()
        self._show_selection(None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_painted:
            self.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt paints the whole window while it handles the first Expose, so what is queued now comes after it."""
        if event.type() == QEvent.Type.Expose and not self._was_painted:
            self._was_painted = True
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self.painted.emit)
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        unsaved = self._services.library.unsaved()
        if unsaved and not self._may_close:
            event.ignore()
            names = [variant.path.name for variant in unsaved]
            dialogs.ask_discard(self, names, self.tr("Quit Without Saving"), self._close_anyway)
            return
        self._remember()
        event.accept()

    def _close_anyway(self) -> None:
        self._may_close = True
        self.close()

    def _remember(self) -> None:
        settings = self._services.settings
        settings.geometry = self.saveGeometry()
        self.panels.remember()
        self.work.table.remember()

    def _show_selection(self, selection: Selection | None) -> None:
        shown = selection is not None
        if shown is not self.panels.shown:
            self.pages.setCurrentWidget(self.work if shown else self.start)
            self.panels.show(shown)
        if selection is not None:
            self.work.show_selection(selection)
        if selection is None or selection.plan is None:
            self.status.legend.set_plan(None)
        self.status.legend.show_filter(self.work.search.text)
        name = selection.model.name if selection is not None else ""
        self.setWindowTitle(f"{name} \u2014 Quantscope" if name else "Quantscope")
        self._enable()

    def _show_legend(self, items: list[Item] | None) -> None:
        """What the graph's colours mean; None stands for the planned precisions."""
        legend, selection = self.status.legend, self._services.library.selection
        if items is None:
            legend.set_plan(selection.plan if selection is not None else None)
        else:
            legend.set_items(items)
        legend.show_filter(self.work.search.text)

    def _plan_changed(self, model: Model) -> None:
        selection = self._services.library.selection
        if selection is not None and selection.model is model:
            self._show_selection(selection)

    def _enable(self) -> None:
        enable(self._services, self.commands_by_key)

    def _show_operator(self) -> None:
        selection = self._services.library.selection
        plan = selection.plan if selection is not None else None
        operator = self._services.operator
        self.inspector.show_row(operator.row, plan is not None and plan.subgraphs > 1, len(operator.keys))

    def _opened(self, model: Model) -> None:
        self._services.settings.add_recent(model.path)
        self._show_recent()

    def _show_recent(self) -> None:
        recent = self._services.settings.recent
        self.start.show_recent(recent)
        menus.fill_with_files(
            self.recent_menu, [(path, str(path)) for path in recent], lambda path: self.commands.open_files([path])
        )
        self.recent_menu.setEnabled(bool(recent))

    def _quantized(self, model: Model, variant: Variant) -> None:
        selection = self._services.library.selection
        if selection is not None and selection.model is model:
            self.work.card.show_result(model, variant)
            self._services.library.select(Selection(model, variant))
        else:
            self.status.say(self.tr("{name} is ready").format(name=variant.path.name))

    def _saved(self, variant: Variant) -> None:
        self.status.say(self.tr("Saved {path}").format(path=variant.saved))

    def _show_entry_menu(self, selection: Selection, position: QPoint) -> None:
        """The context menu of an entry; the right click has selected it, so the ordinary commands apply."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys = (
            ["save", "compare", "compare-data", "reveal", "close"]
            if selection.variant
            else ["quantize", "convert-again", "reveal", "close"]
        )
        for key in keys:
            menu.addAction(self.commands_by_key[key])
        menu.popup(position)

    def _show_operator_menu(self, position: QPoint) -> None:
        """The context menu of the selected operators, in table and graph alike."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.operator_menu.fill(menu):
            menu.addSeparator()
            menu.addAction(self.commands_by_key["copy"])
            menu.popup(position)

    def _choose_theme(self, mode: Mode) -> None:
        self._services.settings.theme = mode
        self._theme.set_mode(mode)

    def _choose_language(self, code: str) -> None:
        self._services.settings.language = code
        self.status.say(self.tr("The language changes when Quantscope starts next."))
