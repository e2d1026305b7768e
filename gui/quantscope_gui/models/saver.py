"""Save As: a variant's file copied to where the user wants it, off the UI thread."""

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from quantscope.errors import QuantscopeError
from quantscope_gui.background import Background
from quantscope_gui.errors.problem import Problem
from quantscope_gui.models.library import Library, Model, Variant
from quantscope_gui.models.results import copy_atomically


class Saver(QObject):
    """`saved(variant)` or `failed(problem)`; never overwrites an open source model."""

    saved = Signal(object)
    failed = Signal(Problem)

    def __init__(self, library: Library, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._background = background

    def save(self, model: Model, variant: Variant, destination: Path) -> None:
        problem = would_overwrite(self._library, destination)
        if problem is not None:
            self.failed.emit(problem)
            return
        self._background.run(
            lambda: copy_atomically(variant.path, destination),
            lambda _: self._done(model, variant, destination),
            lambda error: self._not_done(model, variant, destination, error),
        )

    def _done(self, model: Model, variant: Variant, destination: Path) -> None:
        variant.saved = destination
        if variant in model.variants:
            self._library.change_variant(model, variant)
        self.saved.emit(variant)

    def _not_done(self, model: Model, variant: Variant, destination: Path, error: Exception) -> None:
        remedy = error.remedy if isinstance(error, QuantscopeError) else None
        self.failed.emit(
            Problem(
                self.tr("The model was not saved"),
                str(error),
                remedy or "",
                f"{type(error).__name__}: {error}",
                lambda: self.save(model, variant, destination),
            )
        )


def would_overwrite(library: Library, destination: Path) -> Problem | None:
    """What is wrong with writing to `destination`: a problem if a source model is open from there."""
    if not any(_same(destination, other.path) for other in library.models):
        return None
    return Problem(
        QCoreApplication.translate("Saver", "The source model stays as it is"),
        QCoreApplication.translate(
            "Saver", "{path} is an open source model, and source models are never changed."
        ).format(path=destination),
        QCoreApplication.translate("Saver", "Choose another name or folder."),
    )


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return one == other
