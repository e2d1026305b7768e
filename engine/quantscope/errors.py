"""Everything that can go wrong, as one small family of typed errors.

Each error carries one clear sentence (`str(error)`) and, where there is one, a `remedy`: what to do next. `code` is a
stable string that the JSON output, the worker protocol and the window key on; `exit_code` is the command line's.
`detail` is a log for whoever wants to know more.
"""

from typing import ClassVar


class QuantscopeError(Exception):
    """Base of all errors Quantscope raises on purpose."""

    code: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 5

    def __init__(self, message: str, remedy: str | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.detail = detail


class ModelReadError(QuantscopeError):
    """The file is missing, can't be opened, or isn't an intact .tflite model."""

    code = "model-unreadable"
    exit_code = 3


class ModelUnsupportedError(QuantscopeError):
    """The model is intact but this job can't be done on it."""

    code = "model-unsupported"
    exit_code = 3


class SourceError(QuantscopeError):
    """The file or folder is no model of a kind that can be converted, or is damaged."""

    code = "source-unreadable"
    exit_code = 3


class SourceRunsCodeError(QuantscopeError):
    """Loading the source would run code that came with it, which nobody has allowed."""

    code = "source-runs-code"
    exit_code = 3


class ShapesNeededError(QuantscopeError):
    """The source leaves the shape of an input open, and the converter needs to know it."""

    code = "shapes-needed"
    exit_code = 2


class ConverterMissingError(QuantscopeError):
    """The converter for this kind of source is not installed."""

    code = "converter-missing"


class ConverterInstallError(QuantscopeError):
    """The converter can't be installed or removed."""

    code = "converter-not-installed"


class ConversionError(QuantscopeError):
    """The converter refused the model, crashed, or took too long or too much memory."""

    code = "conversion-failed"


class RecipeError(QuantscopeError):
    """The recipe or target doesn't exist or doesn't parse."""

    code = "recipe-invalid"
    exit_code = 2


class DataError(QuantscopeError):
    """A data file doesn't fit the model's inputs."""

    code = "data-invalid"
    exit_code = 2


class UsageError(QuantscopeError):
    """The request contradicts itself, for instance output equal to input."""

    code = "usage"
    exit_code = 2


class OutputError(QuantscopeError):
    """The result can't be written."""

    code = "output-unwritable"


class VerificationError(QuantscopeError):
    """The written model does not load, allocate, run, or gives values that are not finite."""

    code = "verification-failed"


class RuntimeMissingError(QuantscopeError):
    """The LiteRT runtime has no build for this machine."""

    code = "runtime-missing"


class RunError(QuantscopeError):
    """The runtime refused or crashed on a model it was asked to run."""

    code = "run-failed"


class MetricError(QuantscopeError):
    """The user's own metric failed, took too long, or gave no number."""

    code = "metric-failed"


class DeviceError(QuantscopeError):
    """The device to measure on is not there, not ready, or was lost."""

    code = "device"
    exit_code = 4


class AdbError(DeviceError):
    """The adb server can't be found, started or reached, or refuses a request that isn't about one device."""

    code = "adb"


class DeviceStateError(DeviceError):
    """The device is there but can't be used as it is: unauthorized, offline, in recovery, no permission to talk to
    it."""

    code = "device-state"


class DeviceLostError(DeviceError):
    """The connection to the device broke: unplugged, out of reach, the adb server killed."""

    code = "device-lost"


class DeviceSilentError(DeviceError):
    """The device is connected but hasn't answered within the time allowed."""

    code = "device-silent"


class DeviceRefusedError(DeviceError):
    """The device answered that it can't: its disk is full, a file can't be written, a program can't be executed."""

    code = "device-refused"


class DeviceClosedError(DeviceRefusedError):
    """The device closed a request before it began: it is too old for it, or its connection broke just then."""

    code = "device-closed"


class ProgramMissingError(DeviceError):
    """There is no benchmark_model for the device yet."""

    code = "program-missing"


class DownloadError(QuantscopeError):
    """A download failed, or what came isn't what was pinned."""

    code = "download"


class HistoryError(QuantscopeError):
    """The history of measurements can't be read or written, or doesn't hold what was asked for."""

    code = "history"


class CancelledError(QuantscopeError):
    """The user cancelled."""

    code = "cancelled"
    exit_code = 130


def exit_code(code: str) -> int:
    """The command line's exit code for an error known by its stable code alone."""
    kinds = [QuantscopeError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return next((kind.exit_code for kind in kinds if kind.code == code), QuantscopeError.exit_code)
