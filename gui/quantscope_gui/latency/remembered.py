"""How was measured last, for each kind of device: a phone wants other cores and other times than a computer."""

import os
from typing import Final

import msgspec

from quantscope.documents import profile as profiles
from quantscope_gui.settings import Settings

COMPUTER: Final = "computer"
PHONE: Final = "phone"


class Remembered:
    """Keeps measuring's settings between sessions."""

    def __init__(self, store: Settings) -> None:
        self._store = store

    def load(self, kind: str) -> profiles.Settings:
        """The settings last used on a kind of device; the usual ones where there are none, or none that can be read. A
        file of inputs that is gone is not asked for."""
        usual = profiles.Settings(per_operator=True)
        try:
            found = msgspec.json.decode(
                self._store.measuring(kind) or msgspec.json.encode(usual), type=profiles.Settings
            )
        except msgspec.MsgspecError:
            return usual
        if found.inputs in (profiles.RANDOM, profiles.ZEROS) or os.path.isfile(found.inputs):
            return found
        return msgspec.structs.replace(found, inputs=profiles.RANDOM)

    def save(self, kind: str, settings: profiles.Settings) -> None:
        """Keeps them."""
        self._store.set_measuring(kind, msgspec.json.encode(settings).decode())
