"""A window to drag a file out of, for tests of real drag and drop: `python xdnd_source.py FILE X Y`.

It prints the outcome and stays until it is killed: the other side fetches the data only after the drop.
"""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Starts a drag of the file when the mouse moves with its button down."""

    def __init__(self, path: str) -> None:
        super().__init__("drag me")
        self._path = path
        self._dragging = False
        self.setWindowFlags(Qt.WindowType.X11BypassWindowManagerHint)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        self._dragging = True
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag.setMimeData(data)
        print(drag.exec(Qt.DropAction.CopyAction).name, flush=True)


def main() -> None:
    path, x, y = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    app = QApplication([])
    source = Source(path)
    source.setGeometry(x, y, 80, 60)
    source.show()
    print("ready", flush=True)
    app.exec()


if __name__ == "__main__":
    main()
