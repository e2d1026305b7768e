"""The bundled sample models, from resources/samples/index.json; none where that is absent or unreadable."""

from pathlib import Path

import msgspec

from quantscope_gui import resources


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
