"""What the window and the engine process say to each other: one JSON object a line, UTF-8, on the engine's stdin and
stdout.

The window sends requests, the engine answers each with any number of `Progress` and `Partial` events and then exactly
one of `Result`, `Failed` or `Cancelled`, all carrying the request's `id`. The engine says `Ready` once when it starts
and exits when its stdin closes. A result larger than `INLINE_LIMIT` bytes goes by a temporary file, which the window
reads and deletes.
"""

from typing import Final

import msgspec

from quantscope.documents.devices import PhoneSettings
from quantscope.documents.profile import THIS_COMPUTER, Settings
from quantscope.recipe import Recipe

PROTOCOL: Final = 2
INLINE_LIMIT: Final = 256 * 1024
MAX_LINE: Final = 4 * 1024 * 1024
PROGRESS_PER_SECOND: Final = 30


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Base of everything on the wire."""


class Catalogue(Message, frozen=True, kw_only=True, tag="catalogue"):
    """Asks for documents.Catalogue: the recipes and targets."""

    id: int


class OfPlan(Message, frozen=True, kw_only=True):
    """Base of what asks for something by a plan of the model in `path`. `recipe` is a preset's name, a .json file or
    the recipe itself. `calibration` is an .npz file of samples (or a saved calibration) to measure ranges on, for
    recipes that need them; without it a plan has no integer arithmetic."""

    id: int
    path: str
    recipe: str | Recipe
    target: str
    calibration: str | None = None
    calibration_samples: int | None = None


class Inspect(OfPlan, frozen=True, kw_only=True, tag="inspect"):
    """Asks for documents.Inspection of a model."""


class Replan(OfPlan, frozen=True, kw_only=True, tag="replan"):
    """Asks for documents.planned.Planned: what Inspect tells, for a window that has an Inspection of the model already
    and wants another recipe, target or calibration. The document says which file it is about, for that may have
    changed."""


class Details(OfPlan, frozen=True, kw_only=True, tag="details"):
    """Asks for documents.details.Details of one operator under a recipe and target."""

    subgraph: int
    operator: int


class Draw(Message, frozen=True, kw_only=True, tag="draw"):
    """Asks for drawing.Drawing of a subgraph with the groups in `opened` open, or those that suit its size."""

    id: int
    path: str
    subgraph: int = 0
    opened: tuple[int, ...] | None = None


class ExportRecipe(Message, frozen=True, kw_only=True, tag="export-recipe"):
    """Asks for documents.ExportedRecipe: a recipe in litert-quantizer's form."""

    id: int
    recipe: Recipe


class CheckData(Message, frozen=True, kw_only=True, tag="check-data"):
    """Asks for documents.data.DataCheck: whether `samples` (None: all) of the samples in the file `data` fit the
    model, and how they look. A saved calibration will do, too."""

    id: int
    path: str
    data: str
    samples: int | None = None


class Quantize(OfPlan, frozen=True, kw_only=True, tag="quantize"):
    """Asks to write the quantized model to `output`; answers with documents.Quantization. Where the recipe needs a
    calibration and there is none, samples are made up, and the document warns of it."""

    output: str


class Metric(msgspec.Struct, frozen=True):
    """A function of the user's in the Python file `path`, and how long it may take for one model."""

    path: str
    function: str
    seconds: float


class ListMetrics(Message, frozen=True, kw_only=True, tag="list-metrics"):
    """Asks for documents.data.MetricFunctions: which functions of a Python file can be a metric. None of it is run."""

    id: int
    path: str


class Annotate(OfPlan, frozen=True, kw_only=True, tag="annotate"):
    """Asks to write a copy for viewers to `output`, the names of its tensors telling the plan; answers with
    documents.File. `microseconds` are (subgraph, operator, time), as far as measured."""

    output: str
    microseconds: tuple[tuple[int, int, float], ...] = ()


class Compare(Message, frozen=True, kw_only=True, tag="compare"):
    """Asks for documents.Comparison on `data` (an .npz or .npy file) or, if None, on generated inputs. `labels` is the
    array that holds them, if not one called y or labels; the `metric` is run in a process of its own."""

    id: int
    path: str
    quantized: str
    data: str | None = None
    samples: int | None = None
    labels: str | None = None
    metric: Metric | None = None


class CompareTensor(Message, frozen=True, kw_only=True, tag="compare-tensor"):
    """Asks for documents.tensors.TensorComparison: the values of an operator's output in both models."""

    id: int
    path: str
    quantized: str
    subgraph: int
    tensor: int
    data: str | None = None
    samples: int | None = None


class Sensitivity(OfPlan, frozen=True, kw_only=True, tag="sensitivity"):
    """Asks for documents.sensitivity.Sensitivity: what each of the `worst` operators gains by staying in float, and
    the others together."""

    data: str | None = None
    samples: int | None = None
    worst: int = 12


class Profile(Message, frozen=True, kw_only=True, tag="profile"):
    """Asks to measure the models, interleaved, on the devices; answers with documents.profile.Profile, after `Partial`
    events with documents.profile.LivePart, and keeps it in the history. `recipes` says, by path, which recipe made a
    model."""

    id: int
    models: tuple[str, ...]
    devices: tuple[str, ...] = (THIS_COMPUTER,)
    settings: Settings = Settings()
    recipes: dict[str, str] = {}


class History(Message, frozen=True, kw_only=True, tag="history"):
    """Asks for documents.history.History, after forgetting the runs `delete`, making `baseline` (a run's number) the
    baseline, or none with `clear_baseline`, and letting kept runs take `most_bytes` from the next measurement on."""

    id: int
    delete: tuple[int, ...] = ()
    baseline: int | None = None
    clear_baseline: bool = False
    most_bytes: int | None = None


class HistoryCompare(Message, frozen=True, kw_only=True, tag="history-compare"):
    """Asks for documents.history.HistoryComparison of two kept runs."""

    id: int
    baseline: int
    run: int


class HistoryExport(Message, frozen=True, kw_only=True, tag="history-export"):
    """Asks to write kept runs to the .csv or .json file `path`; answers with documents.history.Exported."""

    id: int
    runs: tuple[int, ...]
    path: str


class WatchDevices(Message, frozen=True, kw_only=True, tag="watch-devices"):
    """Asks for the places to measure: a `Partial` event with documents.devices.Devices now and at every change, until
    it is stopped; answers with the last of them."""

    id: int


class ConnectPhone(Message, frozen=True, kw_only=True, tag="connect-phone"):
    """Asks to connect to a phone over the network, or, with a `code`, to pair with it; answers with
    documents.devices.Connected."""

    id: int
    address: str
    code: str | None = None


class DescribePhones(Message, frozen=True, kw_only=True, tag="describe-phones"):
    """Asks to save `settings` (if any) and for documents.devices.PhoneDesk: what is set up for phones."""

    id: int
    settings: PhoneSettings | None = None


class FetchProgram(Message, frozen=True, kw_only=True, tag="fetch-program"):
    """Asks to download the official benchmark_model for an ABI, which the user has agreed to; answers with
    documents.devices.BenchmarkProgram."""

    id: int
    abi: str


class CleanPhone(Message, frozen=True, kw_only=True, tag="clean-phone"):
    """Asks to remove Quantscope's files from a phone; answers with documents.devices.Connected."""

    id: int
    serial: str


class DescribeSource(Message, frozen=True, kw_only=True, tag="describe-source"):
    """Asks for documents.convert.Source: what a file or folder is. Nothing in it is run."""

    id: int
    path: str


class Convert(Message, frozen=True, kw_only=True, tag="convert"):
    """Asks to write the float .tflite of a source to `output`; answers with documents.convert.Conversion."""

    id: int
    path: str
    output: str
    signatures: tuple[str, ...] = ()
    shapes: dict[str, tuple[int, ...]] = {}
    entry: str | None = None
    allow_code: bool = False
    allow_select_ops: bool = False
    seconds: float = 3600.0
    memory: int | None = None


class InstallConverter(Message, frozen=True, kw_only=True, tag="install-converter"):
    """Asks to install a converter, which the user has agreed to, from the network or a folder of `wheels`; answers with
    documents.convert.Converters."""

    id: int
    converter: str
    wheels: str | None = None


class Stop(Message, frozen=True, kw_only=True, tag="stop"):
    """Asks request `id` to end with what it has; it answers with its result as always."""

    id: int


class Cancel(Message, frozen=True, kw_only=True, tag="cancel"):
    """Asks to stop request `id`. A request that has already ended is not an error."""

    id: int


class Ready(Message, frozen=True, kw_only=True, tag="ready"):
    """First line of an engine: it may be spoken to."""

    protocol: int
    version: str
    pid: int


class Progress(Message, frozen=True, kw_only=True, tag="progress"):
    """Where request `id` is: `fraction` in [0, 1], `text` says what it is doing."""

    id: int
    fraction: float
    text: str


class Partial(Message, frozen=True, kw_only=True, tag="partial"):
    """A part of what request `id` gives, while it runs; what kind of document depends on the request."""

    id: int
    document: msgspec.Raw


class Result(Message, frozen=True, kw_only=True, tag="result"):
    """Request `id` is done: its document as JSON, in `file` or, where that is None, inline."""

    id: int
    document: msgspec.Raw = msgspec.Raw(b"null")
    file: str | None = None


class Failed(Message, frozen=True, kw_only=True, tag="failed"):
    """Request `id` failed. `code` and `message` as in quantscope.errors; `detail` is a traceback where it is our
    fault."""

    id: int
    code: str
    message: str
    remedy: str | None
    detail: str | None = None


class Cancelled(Message, frozen=True, kw_only=True, tag="cancelled"):
    """Request `id` stopped because it was asked to."""

    id: int


Request = (
    Catalogue
    | Inspect
    | Replan
    | Details
    | CheckData
    | ExportRecipe
    | Draw
    | Annotate
    | Quantize
    | Compare
    | ListMetrics
    | CompareTensor
    | Sensitivity
    | Profile
    | History
    | HistoryCompare
    | HistoryExport
    | WatchDevices
    | ConnectPhone
    | DescribePhones
    | FetchProgram
    | CleanPhone
    | DescribeSource
    | Convert
    | InstallConverter
    | Stop
    | Cancel
)
Event = Ready | Progress | Partial | Result | Failed | Cancelled


def seconds_to_leave(request: Request | None) -> float:
    """How long a job may take to end once it isn't wanted any more. One that measures may have a phone to put back as
    it was; if it couldn't, the guard there would, but minutes later."""
    return 8.0 if isinstance(request, Profile) else 1.0


def encode(message: Message) -> bytes:
    """One line, newline included."""
    return msgspec.json.encode(message) + b"\n"


def decode_request(line: bytes) -> Request:
    """The request on `line`; raises msgspec.MsgspecError if it isn't one."""
    request: Request = msgspec.json.decode(line, type=Request)
    return request


def decode_event(line: bytes) -> Event:
    """The event on `line`; raises msgspec.MsgspecError if it isn't one."""
    event: Event = msgspec.json.decode(line, type=Event)
    return event
