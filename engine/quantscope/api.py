"""The public library: load, plan, apply, compare, measure, convert. Commands and worker use nothing else."""

import os
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from quantscope import documents
from quantscope.annotate import annotate as write_annotated
from quantscope.calibrate.run import calibration_from
from quantscope.convert import environment
from quantscope.convert.adapters import find_adapter
from quantscope.convert.process import Limits
from quantscope.convert.sources import DEFAULT_LIMITS, Wishes, list_converters, needs_converting
from quantscope.convert.sources import convert as convert_source
from quantscope.convert.sources import describe as describe_source
from quantscope.details import details as operator_details
from quantscope.documents.convert import Conversion, Converters
from quantscope.documents.details import Details
from quantscope.documents.profile import THIS_COMPUTER, Profile, Settings
from quantscope.evaluate.compare import compare
from quantscope.evaluate.tensors import compare_tensor
from quantscope.evaluate.verify import verify
from quantscope.files import describe, refuse_overwriting
from quantscope.inspection import Inspector, inspection, origins
from quantscope.live import Live, Unwatched
from quantscope.memory import peak_rss
from quantscope.model.graph import Model
from quantscope.planning import load, plan
from quantscope.profile import session
from quantscope.progress import Progress, part, silent
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.plan import Plan
from quantscope.quantize.presets import DEFAULT_RECIPE, PRESETS, find_recipe
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.targets import DEFAULT_TARGET, TARGETS, Target
from quantscope.recipe import Recipe
from quantscope.runners import make_runner
from quantscope.sensitivity import sensitivity
from quantscope.temporary import replacing

__all__ = [
    "annotate",
    "apply",
    "calibrate",
    "catalogue",
    "compare",
    "compare_tensor",
    "convert",
    "converters",
    "describe_source",
    "details",
    "inspect",
    "install_converter",
    "load",
    "measure",
    "needs_converting",
    "plan",
    "quantize_file",
    "remove_converter",
    "sensitivity",
]


def calibrate(
    model: Model,
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    progress: Progress = silent,
) -> Calibration:
    """What tensors of `model` are like on data, for arithmetic in integers: give it to `plan`, or `save` it.

    `data` is an .npz file of samples (`samples` of them, or all) or a saved calibration; with None samples are made up,
    whose ranges are those of noise. Raises DataError if the data doesn't fit, UsageError for less than one sample,
    RunError if the model doesn't run, CancelledError when `progress` asks to stop.
    """
    return calibration_from(model, data, samples, progress)


def inspect(plan: Plan) -> documents.Inspection:
    """The plan as a document. Raises ModelReadError if the model's file has gone."""
    return inspection(plan, describe(plan.model.path))


def details(plan: Plan, operator: int, subgraph: int = 0, progress: Progress = silent) -> Details:
    """One operator in full: attributes, operands with scales, weights before and after. Raises UsageError if there is
    no such operator, CancelledError when `progress` asks to stop."""
    inspector = Inspector(plan.model, plan.target, describe(plan.model.path))
    return operator_details(plan, inspector, inspector.planned(plan), subgraph, operator, progress)


def annotate(
    plan: Plan,
    output: str | os.PathLike[str],
    microseconds: Mapping[tuple[int, int], float] = MappingProxyType({}),
) -> documents.File:
    """Writes a copy of the model for viewers such as Netron: the names of its operators' results tell precision, reason
    and, where `microseconds` by (subgraph, operator) are given, their share of the time. It still runs.

    Raises UsageError if `output` is the source, OutputError if it can't be written, ModelUnsupportedError if the
    source's structure can't be taken apart.
    """
    return write_annotated(plan, output, microseconds)


def apply(plan: Plan, output: str | os.PathLike[str], progress: Progress = silent) -> documents.Quantization:
    """Writes the quantized model to `output`, checked by running it, or leaves `output` as it was.

    Raises UsageError if `output` is the source, OutputError if it can't be written, VerificationError if the result
    doesn't run, ModelUnsupportedError if there is nothing to quantize, CancelledError when `progress` asks to stop.
    """
    started = time.perf_counter()
    refuse_overwriting(plan.model.path, output)
    source = describe(plan.model.path)
    with replacing(output) as temporary:
        with open(temporary, "wb") as file:
            write_quantized(plan, file, part(progress, 0.0, 0.7))
        verify(plan.model, temporary, plan.target.delegate, part(progress, 0.7, 1.0))
    seconds = time.perf_counter() - started
    written = describe(output)
    progress(1.0, "Done")
    return documents.Quantization(
        model=source,
        input=source,
        output=written,
        ratio=written.bytes / source.bytes,
        plan=inspection(plan, source),
        seconds=seconds,
        peak_rss_bytes=peak_rss(),
        origins=origins(plan.model, rewrite(plan)),
    )


def quantize_file(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str],
    recipe: str | os.PathLike[str] | Recipe = DEFAULT_RECIPE,
    target: str | Target = DEFAULT_TARGET,
    progress: Progress = silent,
    calibration: str | os.PathLike[str] | None = None,
    calibration_samples: int | None = None,
) -> documents.Quantization:
    """Load, calibrate where the recipe needs it or can use what is given, plan and apply in one call; raises what they
    raise.

    `calibration` and `calibration_samples` are `data` and `samples` of `calibrate`.
    """
    model = load(path)
    asked = recipe if isinstance(recipe, Recipe) else find_recipe(os.fspath(recipe))
    if not asked.needs_calibration and not (asked.reads_calibration and calibration is not None):
        return apply(plan(model, asked, target), output, progress)
    seen = calibrate(model, calibration, calibration_samples, part(progress, 0.0, 0.5))
    return apply(plan(model, asked, target, seen), output, part(progress, 0.5, 1.0))


def measure(
    models: Sequence[str | os.PathLike[str]],
    devices: Sequence[str] = (THIS_COMPUTER,),
    settings: Settings = Settings(),  # noqa: B008 (it is frozen)
    live: Live | None = None,
    recipes: Mapping[str, str] = MappingProxyType({}),
) -> Profile:
    """Latency of each model on each device (`this-computer` or an adb serial), the models in turns; `recipes` says, by
    path, which recipe made a model. Keep it with quantscope.history.use.keep.

    `live` gets documents.profile.LivePart values while it goes on, and may stop it. Raises UsageError for settings that
    contradict themselves, ModelReadError, DeviceError where no device can be measured on, RunError where no model runs,
    CancelledError when `live` does.
    """
    paths = [os.fspath(path) for path in models]
    return session.measure(paths, devices, settings, live or Unwatched(), make_runner, recipes)


def catalogue() -> documents.Catalogue:
    """The recipes and targets there are, the default ones first."""
    return documents.Catalogue(
        recipes=tuple(
            documents.Choice(id=recipe.name, title=recipe.title, description=recipe.description)
            for recipe in PRESETS.values()
        ),
        targets=tuple(
            documents.Choice(id=target.id, title=target.title, description=target.description)
            for target in TARGETS.values()
        ),
        presets=tuple(PRESETS.values()),
    )


def convert(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    wishes: Wishes | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> Conversion:
    """Writes the float .tflite of a SavedModel, Keras, ONNX, PyTorch or StableHLO source, compared with it on seeded
    inputs.

    Raises SourceError, SourceRunsCodeError, ConverterMissingError, ConversionError (its `detail` is the converter's
    log), UsageError, OutputError, CancelledError; `output` is then as it was.
    """
    return convert_source(source, output, wishes or Wishes(), limits, progress)


def converters(check: bool = False, progress: Progress = silent) -> Converters:
    """The converters there are; with `check` each installed one is tried."""
    return list_converters(check, progress)


def install_converter(name: str, progress: Progress = silent, wheels: str | None = None) -> None:
    """Installs a converter into an environment of Quantscope's own, from the network or a folder of `wheels`.

    Raises ConverterInstallError with what is in the way, CancelledError; nothing is left behind then.
    """
    environment.install(find_adapter(name), progress, wheels)


def remove_converter(name: str) -> bool:
    """Deletes an installed converter; False if there was none. Raises ConverterInstallError."""
    return environment.remove(find_adapter(name))
