"""PySide6 6.12.0 loses a reference to None at every void call on Python 3.10 and 3.11, and aborts after thousands."""

import sys
from collections.abc import Callable

import PySide6
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication, QLabel

CALLS = 1000


def test_void_calls_keep_the_references_of_none(qapp: QApplication) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    path, label, color, box = QPainterPath(), QLabel(), QColor("red"), QRectF(0, 0, 3, 3)
    calls: dict[str, Callable[[], None]] = {
        "QPainter.setPen": lambda: painter.setPen(color),
        "QPainter.fillRect": lambda: painter.fillRect(box, color),
        "QPainterPath.lineTo": lambda: path.lineTo(0, 0),
        "QLabel.setText": lambda: label.setText("a"),
        "QLabel.update": label.update,
    }
    lost = {}
    for name, call in calls.items():
        call()
        before = sys.getrefcount(None)
        for _ in range(CALLS):
            call()
        lost[name] = (before - sys.getrefcount(None)) / CALLS
    painter.end()
    assert max(lost.values()) < 0.05, lost


def test_the_version_known_to_be_broken_is_not_installed() -> None:
    if PySide6.__version__ == "6.12.0":
        pytest.fail("PySide6 6.12.0 must not be used; pyproject.toml excludes it")
