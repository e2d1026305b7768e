"""What the canvas says of the node under the mouse."""

from PySide6.QtCore import QCoreApplication

from quantscope.documents.drawing import OPERATOR
from quantscope_gui.engine import texts
from quantscope_gui.graph.look import Look
from quantscope_gui.graph.scene import Scene
from quantscope_gui.operators.plan import Plan
from quantscope_gui.theme import precisions


def tooltip(scene: Scene | None, look: Look | None, plan: Plan | None, node: int) -> str:
    """Name, shape, precision and the reason for it, a line each; empty where nothing is shown."""
    if scene is None or look is None:
        return ""
    can_open = QCoreApplication.translate("Graph", "Double-click to open")
    if node in look.captions:
        return "\n".join((*look.captions[node], can_open))
    shape = scene.texts[scene.detail[node]]
    lines = [scene.texts[scene.label[node]]]
    if scene.kind[node] == OPERATOR:
        operator = int(scene.first[node])
        lines += [scene.texts[scene.title[node]], shape]
        row = plan.row((scene.subgraph, operator)) if plan is not None else None
        if row is not None:
            lines += [precisions.name(row.kind), texts.reason(row.operator.reason)]
        if any(page.operator == operator for page in scene.pages):
            lines.append(can_open)
    else:
        lines.append(shape)
    return "\n".join(filter(None, lines))
