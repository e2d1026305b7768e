"""Errors of operators as cells show them and as they are sorted."""

import math
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope import documents
from quantscope_gui import formatting
from quantscope_gui.engine import texts

# Kernels in float differ by less than this because they add in another order: no error of quantization.
FLOAT_NOISE_DB: Final = 100.0
NONE: Final = "\u2013"


def figure(error: documents.Error | documents.OperatorError | None) -> str:
    """A signal to noise ratio; empty where nothing was measured."""
    if error is None:
        return ""
    if error.identical or (error.sqnr_db is not None and error.sqnr_db >= FLOAT_NOISE_DB):
        return QCoreApplication.translate("Compare", "exact")
    return "" if error.sqnr_db is None else formatting.decibel(error.sqnr_db)


def own(error: documents.OperatorError | None) -> str:
    """The error that an operator makes itself; a dash where there is a reason that it has none."""
    if error is None:
        return ""
    return NONE if error.own is None and error.note is not None else figure(error.own)


def reason(error: documents.OperatorError | None) -> str:
    """Why an operator has no figures; empty where it has."""
    return "" if error is None or error.note is None else texts.phrase(error.note)


def decibels(error: documents.Error | documents.OperatorError | None) -> float:
    """What an error sorts by: its ratio in dB, infinite where it is exact or unknown."""
    if error is None or error.sqnr_db is None or error.sqnr_db >= FLOAT_NOISE_DB:
        return math.inf
    return error.sqnr_db


def order(error: documents.OperatorError | None) -> float:
    """What an operator's own error sorts by."""
    return math.inf if error is None else decibels(error.own)
