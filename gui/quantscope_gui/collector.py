"""The cyclic garbage collector, run on the UI thread only and in small portions.

Python would run it in whichever thread allocates, which may destroy Qt objects in a wrong thread, and over the hundred
thousands of values of a big document, which takes 80 ms. Documents hold no cycles, so they are taken out of its sight.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

INTERVAL_SECONDS: Final = 1.0
FULL_EVERY: Final = 30
# More young values than a window makes in a second: a document is just being read in a thread.
DOCUMENT: Final = 20_000


def exempt() -> None:
    """Takes everything alive out of the collector's sight (reference counting still frees it). Costs microseconds."""
    gc.freeze()


class Collector(QObject):
    """Takes over from Python's automatic collection while it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(round(INTERVAL_SECONDS * 1000))
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()

    def collect(self) -> None:
        """What the timer does every second."""
        self._ticks += 1
        if gc.get_count()[0] > DOCUMENT:
            exempt()
        else:
            gc.collect(2 if self._ticks % FULL_EVERY == 0 else 0)
