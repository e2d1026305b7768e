"""The other recipes, static int8 and dynamic int4, against what peers make of the same models at their best setting."""

import math
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.bench import child, fidelity, tools
from tests.bench.data import SAMPLES, Fold, Samples
from tests.bench.models import MODELS, Model
from tests.bench.report import Section, judged
from tests.bench.zoo import Zoo, note

COMMON = """SQNR of all outputs against the float model on the model's own data (dB), accuracy at its task in per cent
where there are labels, size of the file over that of the float one. A peer's figures are those of its best setting, by
SQNR; *refused*: it raises, crashes, or writes what the runtime can't run. No figure comes from a sample that the file
was calibrated on: there are others for that (recordings and images of the training set, or 64 taken out), and of the 20
photos one half is judged by the file calibrated on the other, then the other way round.
"""
STATIC = (
    COMMON
    + """All tools calibrate on the same samples, at most 64. litert-quantizer's settings: its two ways
of calibrating. Bars: SQNR at most 0.5 dB below the better peer, in the median at least 2 dB above; accuracy at most 1
point below float."""
)
INT4 = (
    COMMON
    + """litert-quantizer's settings: a scale per channel, and per block of 32; it rounds without data, ours by the
samples that the static recipes calibrate on. TensorFlow has no such recipe. Bar: at least 0.9 of the classifiers'
answers are those of the float model (the last figure)."""
)
TOLERANCE_DB, ACCURACY_TOLERANCE, MEDIAN_GAIN_DB, AGREEMENT = 0.5, 1.0, 2.0, 0.9
CLASSIFIERS = frozenset({"digits", "imagenet", "mnist", "spoken_digits", "photos_32", "photos_96"})
Settings = Sequence[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool's best file is like: SQNR in dB, accuracy in per cent, share of same answers, size over float."""

    sqnr: float
    accuracy: float | None
    agreement: float | None
    ratio: float


def static(zoo: Zoo, models: Sequence[Model]) -> Section:
    """Static int8 of every trained model."""
    makers: Mapping[str, tuple[Settings, Callable[..., None]]] = {
        tools.OURS: (("static-int8",), ours),
        tools.LITERT_QUANTIZER: (("CALIBRATION_PRESERVE_ALL_TENSORS", "CALIBRATION_PROFILER_BASED"), peer_static),
        tools.TENSORFLOW: (("static",), tensorflow_static),
    }
    header = ("model", "samples", "float %", *(f"{tool} dB, %, size" for tool in makers))
    rows, gains = [], []
    for model, samples, accuracy, results in measured(zoo, models, makers):
        mine = results[tools.OURS]
        rivals = [result.sqnr for tool in tools.PEERS if (result := results[tool]) is not None]
        cells = [cell(results[tool]) for tool in makers]
        if mine is not None:
            own_gains = [mine.sqnr - max(rivals)] if rivals else []
            gains += own_gains
            cells[0] = judged(cells[0], all(gain >= -TOLERANCE_DB for gain in own_gains) and keeps(mine, accuracy))
        rows.append((model.name, str(samples), fidelity.percent(accuracy), *cells))
    if gains:
        median = statistics.median(gains)
        text = judged(f"{median:+.1f} (≥ +{MEDIAN_GAIN_DB:g})", median >= MEDIAN_GAIN_DB)
        rows.append(("median over the better peer", "", "", text, "", ""))
    return Section("static", "Static int8", STATIC, header, tuple(rows))


def int4(zoo: Zoo, models: Sequence[Model]) -> Section:
    """Dynamic int4 of every trained model."""
    makers: Mapping[str, tuple[Settings, Callable[..., None]]] = {
        tools.OURS: (("dynamic-int4",), ours),
        tools.LITERT_QUANTIZER: (("dynamic_wi4_afp32", "dynamic_wi4b32_afp32"), peer_dynamic),
    }
    header = ("model", "samples", "float %", *(f"{tool} dB, %, size, agree" for tool in makers))
    rows = []
    for model, samples, accuracy, results in measured(zoo, models, makers):
        mine = results[tools.OURS]
        cells = [cell(results[tool]) + agreement(results[tool]) for tool in makers]
        if mine is not None and mine.agreement is not None:
            cells[0] = judged(cells[0], mine.agreement >= AGREEMENT)
        rows.append((model.name, str(samples), fidelity.percent(accuracy), *cells))
    return Section("int4", "Dynamic int4", INT4, header, tuple(rows))


def measured(
    zoo: Zoo, models: Sequence[Model], makers: Mapping[str, tuple[Settings, Callable[..., None]]]
) -> Iterator[tuple[Model, int, float | None, Mapping[str, Result | None]]]:
    """Each trained model with its number of samples, its accuracy in float, and the best result of each tool."""
    for model in models:
        if model.data is None:
            continue
        note(f"{', '.join(settings[0] for settings, _ in makers.values())}: {model.name}")
        samples = SAMPLES[model.data](zoo.models / "data")
        with tempfile.TemporaryDirectory() as folder:
            trials = [
                Trial.prepared(fold, samples, Path(folder) / f"fold-{at}") for at, fold in enumerate(samples.folds)
            ]
            reference = together(trials, [zoo.float_file(model)] * len(trials))
            accuracy = judge(zoo, model, samples, zoo.float_file(model), reference, reference)
            results: dict[str, Result | None] = {}
            for tool, (settings, maker) in makers.items():
                source = zoo.saved_model(model) if maker is tensorflow_static else zoo.float_file(model)
                found = []
                for setting in settings if source.exists() else ():
                    try:
                        files = [trial.made(maker, source, f"{tool}-{setting}", setting) for trial in trials]
                        given = together(trials, files)
                        found.append(
                            Result(
                                fidelity.signal_to_noise(reference, given),
                                judge(zoo, model, samples, files[0], reference, given),
                                agreeing(model, reference, given),
                                files[0].stat().st_size / zoo.float_file(model).stat().st_size,
                            )
                        )
                    except (child.ChildFailed, OSError, ValueError) as error:
                        note(f"  {tool} {setting}: {error}")
                results[tool] = max(found, key=lambda each: finite(each.sqnr), default=None)
        count = len(next(iter(samples.inputs.values())))
        yield model, count, accuracy, results


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A fold as files: `calibration` and `judged` hold the samples of either kind."""

    fold: Fold
    folder: Path
    calibration: Path
    judged: Path

    @classmethod
    def prepared(cls, fold: Fold, samples: Samples, folder: Path) -> "Trial":
        folder.mkdir()
        trial = cls(fold, folder, folder / "calibration.npz", folder / "judged.npz")
        some = fold.calibration
        np.savez(trial.calibration, **({"x": next(iter(some.values()))} if len(some) == 1 else some))
        np.savez(trial.judged, *(values[fold.judged] for _, values in sorted(samples.inputs.items())))
        return trial

    def made(self, maker: Callable[..., None], source: Path, name: str, setting: str) -> Path:
        """The file that `maker` makes of `source`, calibrated on this fold."""
        output = self.folder / f"{name}.tflite"
        child.call(maker, source=source, output=output, calibration=self.calibration, setting=setting)
        return output


def together(trials: Sequence[Trial], files: Sequence[Path]) -> fidelity.Outputs:
    """What the file of each fold gives for the samples it is judged by, in the order of all samples."""
    order = np.argsort(np.concatenate([trial.fold.judged for trial in trials]))
    parts = [fidelity.outputs(file, trial.judged) for file, trial in zip(files, trials, strict=True)]
    return [np.concatenate(several)[order] for several in zip(*parts, strict=True)]


def judge(
    zoo: Zoo, model: Model, samples: Samples, file: Path, reference: fidelity.Outputs, given: fidelity.Outputs
) -> float | None:
    """Accuracy in per cent; of the encoder, whose samples are judged in one fold, its `file` with the float decoder."""
    if samples.labels is None:
        return None
    if model.name == fidelity.ENCODER:
        decoder = next(each for each in MODELS if each.name == fidelity.DECODER)
        words, phonemes = samples.inputs["graphemes"].tolist(), samples.labels.tolist()
        spelled: float = child.call(
            fidelity.spell, encoder=file, decoder=zoo.float_file(decoder), words=words, phonemes=phonemes
        )
        return spelled
    task = fidelity.TASKS.get(model.data or "")
    return None if task is None else 100 * task(reference, given, samples.labels)


def agreeing(model: Model, reference: fidelity.Outputs, given: fidelity.Outputs) -> float | None:
    """Share of samples with the same answer; None for what isn't a classifier."""
    if model.data not in CLASSIFIERS:
        return None
    one, two = (outputs[0].reshape(len(outputs[0]), -1).argmax(-1) for outputs in (reference, given))
    return float(np.mean(one == two))


def finite(value: float) -> float:
    return value if math.isfinite(value) else -math.inf


def keeps(result: Result, accuracy: float | None) -> bool:
    return accuracy is None or result.accuracy is None or result.accuracy >= accuracy - ACCURACY_TOLERANCE


def cell(result: Result | None) -> str:
    if result is None:
        return "refused"
    accuracy = "" if result.accuracy is None else f", {result.accuracy:.1f} %"
    return f"{result.sqnr:.1f}{accuracy}, {result.ratio:.3f}"


def agreement(result: Result | None) -> str:
    return "" if result is None or result.agreement is None else f", {result.agreement:.3f}"


# Makers, each called in a process of its own --------------------------------------------------------------------------


def ours(source: str, output: str, calibration: str, setting: str) -> None:
    """By our command line."""
    from quantscope.cli.main import main

    if code := main(["quantize", source, "-o", output, "--recipe", setting, "--calibration", calibration]):
        raise RuntimeError(f"exit code {code}")


def peer_static(source: str, output: str, calibration: str, setting: str) -> None:
    """litert-quantizer with static_wi8_ai8, calibrated as `setting` says."""
    from ai_edge_litert.interpreter import Interpreter
    from litert_quantizer import calibrator, quantizer, recipe

    signatures = Interpreter(source).get_signature_list()
    if not signatures:
        raise RuntimeError("it can't calibrate a model without signatures")
    ((key, names),) = signatures.items()
    with np.load(calibration) as stored:
        arrays = {name: stored["x" if len(stored.files) == 1 else name] for name in names["inputs"]}
    count = len(next(iter(arrays.values())))
    data = {key: [{name: values[index][None] for name, values in arrays.items()} for index in range(count)]}
    job = quantizer.Quantizer(source, recipe.static_wi8_ai8())
    found = job.calibrate(data, num_threads=1, mode=calibrator.CalibrationMode[setting])
    job.quantize(found, serialize_to_path=output, enable_progress_report=False)


def peer_dynamic(source: str, output: str, calibration: str, setting: str) -> None:
    """litert-quantizer with the recipe `setting`."""
    from litert_quantizer import quantizer, recipe

    job = quantizer.Quantizer(source, getattr(recipe, setting)())
    job.quantize(serialize_to_path=output, enable_progress_report=False)


def tensorflow_static(source: str, output: str, calibration: str, setting: str) -> None:
    """TensorFlow's converter with a representative dataset, float inputs and outputs."""
    import tensorflow as tf

    with np.load(calibration) as stored:
        arrays = {name: stored[name] for name in stored.files}
    names = list(tf.saved_model.load(source).signatures["serving_default"].structured_input_signature[1])

    def samples() -> Iterator[dict[str, NDArray[Any]]]:
        for index in range(len(next(iter(arrays.values())))):
            yield {name: arrays["x" if len(arrays) == 1 else name][index][None] for name in names}

    converter = tf.lite.TFLiteConverter.from_saved_model(source)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    Path(output).write_bytes(converter.convert())
