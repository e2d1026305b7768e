"""Which runner measures on which device."""

from quantscope.documents.profile import THIS_COMPUTER, Settings
from quantscope.errors import DeviceError
from quantscope.profile.host import HostRunner
from quantscope.profile.runner import Runner
from quantscope.progress import Progress


def make_runner(device: str, settings: Settings, progress: Progress) -> Runner:
    """The runner of the device with this id. Raises DeviceError where there is none."""
    if device == THIS_COMPUTER:
        return HostRunner(settings, progress)
    raise DeviceError(f"There is no device '{device}'.", f"Measure on '{THIS_COMPUTER}'.")
