"""The Graph tab: the canvas with its page, its groups and where one has been."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from quantscope.documents.drawing import Page
from quantscope_gui.engine.job import Job
from quantscope_gui.engine.outcome import Failure
from quantscope_gui.errors.problem import of_failure
from quantscope_gui.graph import look as looks
from quantscope_gui.graph.bar import GraphBar
from quantscope_gui.graph.colouring import Colouring, by_precision, plain
from quantscope_gui.graph.crumbs import Crumb
from quantscope_gui.graph.drawer import Drawer, Wanted
from quantscope_gui.graph.export import Picture
from quantscope_gui.graph.history import History
from quantscope_gui.graph.minimap import Minimap
from quantscope_gui.graph.scene import Key, Scene
from quantscope_gui.graph.tooltip import tooltip
from quantscope_gui.graph.view import GraphView
from quantscope_gui.graph.visit import Shown, Visit
from quantscope_gui.operators.plan import Plan
from quantscope_gui.operators.selection import OperatorSelection
from quantscope_gui.theme.theme import Theme
from quantscope_gui.theme.tokens import Tokens
from quantscope_gui.widgets.empty import EmptyState

# A look is only worth going back to when one has rested there.
REST_MILLISECONDS: Final = 500
Colourist = Callable[[Plan, Tokens], Colouring]


class GraphPanel(QStackedWidget):
    """Follows the shared selection and plan. `drawn` when a scene is there to be seen; `menu_wanted(position)` for the
    context menu of the selection."""

    drawn = Signal()
    menu_wanted = Signal(object)

    def __init__(
        self, theme: Theme, drawer: Drawer, selection: OperatorSelection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawer = drawer
        self._selection = selection
        self._state: Shown | None = None
        self._job: Job | None = None
        self._colourist: Colourist = by_precision
        self._arriving: Callable[[], None] | None = None
        self._own_selection = False
        self.history: History[Visit] = History()
        self.view = GraphView(theme)
        self.view.set_explainer(lambda node: tooltip(self.view.scene, self.view.look, self.plan, node))
        self.minimap = Minimap(self.view, theme)
        self.bar = GraphBar(theme)
        self.crumbs = self.bar.crumbs
        self.message = EmptyState(theme, "graph", "", "")
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MILLISECONDS)
        self._resting.timeout.connect(self._rested)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        self.addWidget(self.message)
        self.addWidget(content)
        self._connect()
        self.show_message(self.tr("No model"), self.tr("Open a model to see its graph."))

    def _connect(self) -> None:
        self._selection.changed.connect(self._selection_changed)
        self.view.selected.connect(self._select)
        self.view.group_wanted.connect(self._open_group)
        self.view.page_wanted.connect(self._open_page)
        self.view.terminal_wanted.connect(self._show_upstream_of_node)
        self.view.menu_wanted.connect(self.menu_wanted)
        self.view.escaped.connect(self._escape)
        self.view.camera_changed.connect(self._resting.start)
        self.crumbs.chosen.connect(self._follow_crumb)
        self.bar.back.connect(lambda: self.go(-1))
        self.bar.forward.connect(lambda: self.go(1))
        self.bar.close_all.connect(self.close_all)
        self.bar.open_all.connect(self.open_all)
        self.bar.zoom_out.connect(self.view.zoom_out)
        self.bar.zoom_in.connect(self.view.zoom_in)
        self.bar.everything.connect(self.view.fit)
        self._theme.changed.connect(self._colour)

    def add_tool(self, tool: QWidget) -> None:
        """Puts a control of somebody else's into the bar."""
        self.bar.add_tool(tool)

    # What is shown -----------------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan | None:
        return self._state.plan if self._state is not None else None

    def set_colourist(self, colourist: Colourist) -> None:
        """Colours operators by something else from now on."""
        self._colourist = colourist
        self._colour()

    def show_model(self, path: Path | None, plan: Plan | None) -> None:
        """Shows the graph of a model, or another plan of the one that is shown; None shows none."""
        if path is None:
            self._state = None
            self._drop_job()
            self.view.set_scene(None)
            self.show_message(self.tr("No model"), self.tr("Open a model to see its graph."))
        elif self._state is not None and self._state.path == path:
            if self._state.plan is not plan:
                self._state.plan = plan
                self._colour()
        else:
            self._state = Shown(path, plan)
            self.history.clear()
            self.view.set_scene(None)
            self.show_message(self.tr("Drawing {model}\u2026").format(model=path.stem), str(path))
            self._draw(lambda: None)

    def show_message(self, title: str, text: str) -> None:
        self.message.title.setText(title)
        self.message.text.setText(text)
        self.setCurrentIndex(0)

    def stop(self) -> None:
        """Ends everything in the background."""
        self._drop_job()
        self._resting.stop()
        self.view.stop()
        self.minimap.stop()

    # Pages and groups --------------------------------------------------------------------------------------------

    def open_all(self) -> None:
        self._set_opened(self._groups())

    def close_all(self) -> None:
        self._set_opened(frozenset())

    def close_group(self) -> None:
        """Closes the innermost open group around the current operator."""
        around = self._around(self._selection.current)
        if around:
            self._set_opened(self._opened() - {around[-1]})

    def leave_page(self) -> None:
        """To the page that led to this one."""
        state = self._state
        if state is not None and len(state.pages) > 1:
            state.pages.pop()
            self._draw(lambda: None)

    def alike(self, key: Key) -> frozenset[Key]:
        """The operators of the block that `key` lies in and of all its repeats on this page."""
        scene = self.view.scene
        return scene.alike(key) if scene is not None else frozenset()

    def picture(self) -> Picture | None:
        """What is shown, for exporting; None where nothing is."""
        scene, look, state = self.view.scene, self.view.look, self._state
        if scene is None or look is None or state is None:
            return None
        return Picture(scene, look, self.view.font(), state.path.stem)

    def show_upstream(self) -> None:
        """Dims all that the selected operators do not depend on."""
        self._trace(upstream=True)

    def show_downstream(self) -> None:
        """Dims all that does not depend on the selected operators."""
        self._trace(upstream=False)

    def go(self, steps: int) -> None:
        """Back (negative) or forward in the history."""
        visit = self.history.go(steps)
        state = self._state
        if visit is None or state is None:
            return
        state.pages = list(visit.pages)
        if visit.opened is not None:
            state.opened[state.subgraph] = visit.opened

        def arrive() -> None:
            self._own_selection = True
            self._selection.select(visit.keys, visit.current)
            self._own_selection = False
            self.view.set_camera(visit.camera)
            self._resting.stop()

        self._draw(arrive)

    def _groups(self) -> frozenset[int]:
        scene = self.view.scene
        return frozenset(range(len(scene.groups))) if scene is not None else frozenset()

    def _opened(self) -> frozenset[int]:
        scene = self.view.scene
        return frozenset(np.nonzero(scene.groups.open.values)[0].tolist()) if scene is not None else frozenset()

    def _set_opened(self, opened: frozenset[int]) -> None:
        """Opens exactly these groups; what is in the middle of the view stays near it."""
        state, scene = self._state, self.view.scene
        if state is None or scene is None:
            return
        state.opened[state.subgraph] = opened
        anchor = self._selection.current
        if anchor is None or scene.node_of(anchor) < 0:
            nearest = int(np.hypot(scene.x - self.view.camera.x, scene.y - self.view.camera.y).argmin())
            anchor = next(iter(scene.keys_of([nearest])), None)
        self._draw(lambda: self._arrive_at(anchor))

    def _arrive_at(self, key: Key | None) -> None:
        if key is not None:
            self.view.centre_on(key)

    def _open_group(self, group: int) -> None:
        scene = self.view.scene
        if scene is None:
            return
        start = int(scene.groups.start.values[group])
        self._state_opened(self._opened() | {group}, (scene.subgraph, start))

    def _state_opened(self, opened: frozenset[int], anchor: Key) -> None:
        state = self._state
        if state is not None:
            state.opened[state.subgraph] = opened
            self._draw(lambda: self._arrive_at(anchor))

    def _open_page(self, operator: int) -> None:
        scene = self.view.scene
        pages = [page for page in scene.pages if page.operator == operator] if scene is not None else []
        if len(pages) == 1:
            self.go_to_page(pages[0])
        elif pages:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            for page in pages:
                menu.addAction(self._page_title(page), partial(self.go_to_page, page))
            menu.popup(QCursor.pos())

    def _page_title(self, page: Page) -> str:
        row = self.plan.row((self._state.subgraph, page.operator)) if self.plan and self._state else None
        kind = row.operator.type if row is not None else ""
        return f"{kind} #{page.operator} {page.role}".strip()

    def go_to_page(self, page: Page) -> None:
        """Shows a subgraph that an operator of this page runs."""
        if self._state is not None:
            self._state.pages.append((page.subgraph, self._page_title(page)))
            self._draw(lambda: None)

    def _follow_crumb(self, crumb: Crumb) -> None:
        state, scene = self._state, self.view.scene
        if state is None or scene is None:
            return
        if crumb.group >= 0:
            first, end = (int(column.values[crumb.group]) for column in (scene.groups.start, scene.groups.end))
            self._select(
                frozenset((scene.subgraph, operator) for operator in range(first, end)), (scene.subgraph, first)
            )
            self.view.fit_selection()
        elif crumb.page < len(state.pages) - 1:
            del state.pages[crumb.page + 1 :]
            self._draw(lambda: None)
        else:
            self.view.fit()

    def _around(self, key: Key | None) -> list[int]:
        """The open groups around an operator, the outermost first."""
        scene = self.view.scene
        if scene is None or key is None or key[0] != scene.subgraph:
            return []
        groups = scene.groups
        inside = (groups.start.values <= key[1]) & (key[1] < groups.end.values) & (groups.open.values == 1)
        return [int(group) for group in np.nonzero(inside)[0]]

    # Drawing -----------------------------------------------------------------------------------------------------

    def _draw(self, arrive: Callable[[], None]) -> None:
        state = self._state
        if state is None:
            return
        self._drop_job()
        self._arriving = arrive
        wanted = Wanted(state.path, state.subgraph, state.opened.get(state.subgraph))
        self._job = self._drawer.draw(wanted, partial(self._drawn, state, wanted), partial(self._failed, state))

    def _drop_job(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._drawer.cancel(job)

    def _drawn(self, state: Shown, wanted: Wanted, scene: Scene) -> None:
        if state is not self._state or wanted.subgraph != state.subgraph:
            return
        self._job = None
        same_page = self.view.scene is not None and self.view.scene.subgraph == scene.subgraph
        self.setCurrentIndex(1)
        self.view.set_scene(scene, keep_camera=same_page)
        self._colour()
        self.view.select(self._selection.keys, self._selection.current)
        arrive, self._arriving = self._arriving, None
        if arrive is not None:
            arrive()
        self._show_crumbs()
        self.drawn.emit()

    def _failed(self, state: Shown, failure: Failure) -> None:
        if state is self._state:
            self._job = None
            problem = of_failure(failure, state.path.name, lambda: self._draw(lambda: None))
            self.show_message(problem.title, "\n".join(filter(None, (problem.message, problem.remedy))))

    def _colour(self) -> None:
        tokens = self._theme.tokens
        plan = self.plan
        self.view.set_colouring(self._colourist(plan, tokens) if plan is not None else plain(tokens))
        self.minimap.refresh()

    # Selection ---------------------------------------------------------------------------------------------------

    def set_highlight(self, keys: frozenset[Key] | None) -> None:
        """Dims all but these operators; None dims nothing."""
        self.view.set_highlight(keys)
        self.minimap.refresh()

    def _select(self, keys: frozenset[Key], current: Key | None) -> None:
        self._own_selection = True
        self._selection.select(keys, current)
        self._own_selection = False
        self._rested()

    def _selection_changed(self) -> None:
        keys, current = self._selection.keys, self._selection.current
        self.view.select(keys, current)
        state = self._state
        if not self._own_selection and current is not None and state is not None:
            if current[0] != state.subgraph and state.plan is not None and state.plan.row(current) is not None:
                self._go_to_subgraph(current)
            else:
                self.view.reveal(current)
        self._show_crumbs()

    def _go_to_subgraph(self, key: Key) -> None:
        """To the page of an operator that was selected elsewhere."""
        state = self._state
        if state is None or state.plan is None:
            return
        known = [place for place, (subgraph, _) in enumerate(state.pages) if subgraph == key[0]]
        if known:
            del state.pages[known[0] + 1 :]
        else:
            state.pages = [(0, "")]
            if key[0] != 0:
                row = state.plan.row(key)
                state.pages.append((key[0], row.subgraph if row is not None else ""))
        self._draw(lambda: self._arrive_at(key))

    def _trace(self, upstream: bool) -> None:
        scene = self.view.scene
        if scene is not None and self._selection.keys:
            nodes = np.nonzero(scene.nodes_of(self._selection.keys))[0].tolist()
            self.view.highlight_nodes(scene.upstream(nodes) if upstream else scene.downstream(nodes))
            self.minimap.refresh()

    def _show_upstream_of_node(self, node: int) -> None:
        scene = self.view.scene
        if scene is not None:
            used = scene.upstream([node]) if scene.outputs_of(node).size == 0 else scene.downstream([node])
            self.view.highlight_nodes(used)
            self.minimap.refresh()

    def _escape(self) -> None:
        look = self.view.look
        if look is not None and look.lit is not None:
            self.set_highlight(None)
        else:
            self._select(frozenset(), None)

    # Where one has been ------------------------------------------------------------------------------------------

    def _visit(self) -> Visit | None:
        state = self._state
        if state is None or self.view.scene is None:
            return None
        return Visit(
            tuple(state.pages),
            state.opened.get(state.subgraph),
            self.view.camera,
            self._selection.keys,
            self._selection.current,
        )

    def _rested(self) -> None:
        visit = self._visit()
        if visit is not None:
            self.history.visit(visit)
        self._show_crumbs()

    def _show_crumbs(self) -> None:
        state, scene = self._state, self.view.scene
        self.bar.show_history(self.history.can_go_back, self.history.can_go_forward)
        if state is None or scene is None:
            self.crumbs.set_crumbs(())
            return
        crumbs = [Crumb(title or state.path.stem, place) for place, (_, title) in enumerate(state.pages)]
        crumbs += [
            Crumb(looks.group_name(scene, group), len(state.pages) - 1, group)
            for group in self._around(self._selection.current)
        ]
        self.crumbs.set_crumbs(crumbs)
        self.bar.show_groups(int(scene.groups.open.values.sum()), len(scene.groups))
