"""What a phone can be told to do wrong."""

from dataclasses import dataclass


@dataclass
class Faults:
    """Set at any time; what has happened once (a cut) is spent.

    `disk_free`: bytes until pushes fail for want of space. `cut_after_output`, `cut_after_push`: the link breaks once
    so many bytes went out of a shell or came in. `frozen`: nothing is answered, the link stays up. `refusing`: new
    links are closed at once, as when the cable is out. `bytes_per_second`: of each stream.
    """

    disk_free: int | None = None
    cut_after_output: int | None = None
    cut_after_push: int | None = None
    frozen: bool = False
    refusing: bool = False
    bytes_per_second: float | None = None
