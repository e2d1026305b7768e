"""The bundled sample models, from resources/samples/index.json; none where that is absent or unreadable."""

from pathlib import Path
from typing import Final

import msgspec

from quantscope_gui import resources
from quantscope_gui.i18n import QT_TRANSLATE_NOOP

# The index is in English; its texts are marked here so that every language's file asks for their translation.
TEXTS: Final = (
    QT_TRANSLATE_NOOP("Sample", "Digits, depthwise CNN"),
    QT_TRANSLATE_NOOP(
        "Sample",
        "A small MobileNet that reads handwritten digits from 16x16 images, with depthwise layers large and small.",
    ),
    QT_TRANSLATE_NOOP("Sample", "Digits, LSTM"),
    QT_TRANSLATE_NOOP(
        "Sample", "Two fused LSTM operators that read a handwritten digit row by row, 8 rows of 8 pixels."
    ),
)


class Sample(msgspec.Struct, frozen=True):
    """`file` and `data` are names in the samples' folder."""

    file: str
    title: str
    description: str = ""
    data: str | None = None
    licence: str = ""

    @property
    def path(self) -> Path:
        return resources.path("samples", self.file)


def load() -> tuple[Sample, ...]:
    """The samples whose files are there."""
    try:
        found = msgspec.json.decode(resources.path("samples", "index.json").read_bytes(), type=tuple[Sample, ...])
    except (OSError, msgspec.MsgspecError):
        return ()
    return tuple(sample for sample in found if sample.path.is_file())
