"""Which runner measures on which device."""

from quantscope.devices.desk import Desk
from quantscope.documents.profile import THIS_COMPUTER, Settings
from quantscope.profile.host import HostRunner
from quantscope.profile.runner import Runner
from quantscope.progress import Progress


def make_runner(device: str, settings: Settings, progress: Progress) -> Runner:
    """The runner of this computer, or of the phone with this serial number. Whether there is one shows when it is
    opened."""
    if device == THIS_COMPUTER:
        return HostRunner(settings, progress)
    return Desk().runner(device, settings, progress)
