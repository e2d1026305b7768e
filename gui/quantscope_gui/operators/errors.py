"""Errors of operators as cells show them and as they are sorted."""

import math
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope import documents
from quantscope_gui import formatting

# Kernels in float differ by less than this because they add in another order: no error of quantization.
FLOAT_NOISE_DB: Final = 100.0


def figure(error: documents.Error | documents.OperatorError | None) -> str:
    """A signal to noise ratio; empty where nothing was measured."""
    if error is None:
        return ""
    if error.identical or (error.sqnr_db is not None and error.sqnr_db >= FLOAT_NOISE_DB):
        return QCoreApplication.translate("Compare", "exact")
    return "" if error.sqnr_db is None else formatting.decibel(error.sqnr_db)


def own(error: documents.OperatorError | None) -> str:
    """The error that an operator makes itself."""
    return "" if error is None else figure(error.own)


def decibels(error: documents.Error | documents.OperatorError | None) -> float:
    """What an error sorts by: its ratio in dB, infinite where it is exact or unknown."""
    if error is None or error.sqnr_db is None or error.sqnr_db >= FLOAT_NOISE_DB:
        return math.inf
    return error.sqnr_db


def order(error: documents.OperatorError | None) -> float:
    """What an operator's own error sorts by."""
    return math.inf if error is None else decibels(error.own)
