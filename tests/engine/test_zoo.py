"""The zoo's real models: every recipe and target quantizes them, results run, trained ones keep their accuracy."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quantscope.calibrate.run import calibrate
from quantscope.evaluate.runner import Runner
from quantscope.inspection import origins
from quantscope.model.read import read
from quantscope.precision import Precision
from quantscope.quantize.calibration import Calibration
from quantscope.quantize.kernels import CONTROL_FLOW
from quantscope.quantize.plan import make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.rewrite import rewrite
from quantscope.quantize.survey import Survey
from quantscope.quantize.targets import TARGETS
from tests.bench.data import SAMPLES, Samples
from tests.bench.fidelity import nearest_centroid, top_1
from tests.lab import Lab, check_size, operators_of, sqnr, stored, unpacked
from tests.models import Array

ZOO = Path(os.environ.get("QUANTSCOPE_ZOO", Path(__file__).parents[3] / "shared" / "zoo"))

pytestmark = pytest.mark.skipif(not ZOO.is_dir(), reason=f"the zoo of real models is not at {ZOO}")


@dataclass(frozen=True)
class Real:
    """A model of the zoo: its samples (every `step`-th), its task, the SQNR that int8 must reach on them, and the
    largest sizes that int8 and float16 may have, as parts of the source's.
    """

    name: str
    samples: str | None = None
    step: int = 1
    task: Any = None
    decibel: float = 0.0
    ratio: float = 0.33
    half: float = 0.53

    @property
    def path(self) -> str:
        return str(ZOO / f"{self.name}.tflite")


# SQNR in dB that each recipe reaches on generated inputs, where 4 bits don't say much (see the classifiers below), and
# what its files may take more than `ratio`.
FLOOR = {"float16": 40, "dynamic-int8": 10, "weight-only-int8": 10, "dynamic-int4": 0, "weight-only-int4": -3}
MORE = {"weight-only-int8": 0.02, "static-int8": 0.005, "static-int16x8": 0.03}

REAL = (
    Real("bert_tiny_tied", ratio=0.30),
    Real("efficientnet_lite0", "imagenet", 10, top_1, 18, ratio=0.28),
    Real("fsdd_dscnn", "spoken_digits", 1, top_1, 25, ratio=0.46, half=0.60),
    Real("fsdd_lstm", "spoken_digits", 1, top_1, 20, ratio=0.26),
    Real("g2p_decoder_step", "phonemes", 10, None, 25, ratio=0.28),
    Real("g2p_encoder_gru_while", "graphemes", 10, None, 20, ratio=0.28),
    Real("mlperf_resnet8_cifar10", "photos_32", 2, None, 20, ratio=0.30),
    Real("mlperf_vww_mobilenet_v1_025_96", "photos_96", 2, None, 15),
    Real("mnist_cnn", "mnist", 4, top_1, 28, ratio=0.29),
    Real("rand_MobileNet", ratio=0.28),
    Real("resemblyzer_lstm3x256", "speakers", 5, nearest_centroid, 10, ratio=0.27),
    Real("sklearn_digits_cnn", "digits", 1, top_1, 28, ratio=0.36, half=0.56),
)
NAMES = [real.name for real in REAL]
TRAINED = [real for real in REAL if real.samples]
CLASSIFIERS = [real for real in TRAINED if not real.name.startswith("g2p")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("zoo"))
    yield lab
    lab.close()


@cache
def samples(real: Real) -> Samples:
    assert real.samples
    return SAMPLES[real.samples](ZOO / "data")


def outputs(path: str, real: Real, delegate: bool = True) -> list[Array]:
    """Every output of the model on the samples, stacked; in the order of outputs."""
    with Runner() as runner:
        loaded = runner.load(path, delegate=delegate)
        given = samples(real).inputs
        # An input's tensor is called serving_default_NAME:0; with a single one, the name doesn't matter.
        only = next(iter(given.values())) if len(given) == 1 else None
        arrays = [
            (given[info.name.split("_")[-1].split(":")[0]] if only is None else only)[:: real.step]
            for info in loaded.inputs
        ]
        results = [runner.run([array[at][None] for array in arrays]) for at in range(len(arrays[0]))]
    return [np.concatenate(column) for column in zip(*results, strict=True)]


@cache
def float_outputs(real: Real) -> list[Array]:
    return outputs(real.path, real)


@pytest.fixture(scope="module", autouse=True)
def calibrations(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ranges of trained models are measured on samples of their own, others than those they are tried on."""
    folder = tmp_path_factory.mktemp("samples")

    class OnData(dict[str, Calibration]):
        def __missing__(self, path: str) -> Calibration:
            real = next(each for each in REAL if each.path == path)
            model = read(path)
            if real.samples is None:
                self[path] = calibrate(model, samples=2)
            else:
                file = folder / f"{real.name}.npz"
                chosen = {name: values[1 :: max(2, len(values) // 20)] for name, values in samples(real).inputs.items()}
                np.savez(file, **chosen)  # type: ignore[arg-type]
                self[path] = calibrate(model, file)
            return self[path]

    lab.calibrations = OnData()


# int16x8 never goes to the delegate, so one target says it all.
EVERYWHERE = [
    (recipe, target) for recipe in PRESETS for target in TARGETS if (recipe, target) != ("static-int16x8", "xnnpack")
]


@pytest.mark.parametrize(("recipe", "target"), EVERYWHERE)
@pytest.mark.parametrize("real", REAL, ids=NAMES)
def test_quantizes_runs_and_is_as_small_as_foretold(lab: Lab, real: Real, recipe: str, target: str) -> None:
    plan, output = lab.quantized(real.path, recipe, target)
    check_size(plan, output)
    limit = real.half if recipe == "float16" else real.ratio + MORE.get(recipe, 0)
    assert os.path.getsize(output) <= limit * os.path.getsize(real.path)
    delegate = TARGETS[target].delegate
    found = lab.outputs(output, real.path, delegate)
    if recipe in FLOOR:
        assert sqnr(lab.float_outputs(real.path, delegate), found) >= FLOOR[recipe]
    else:  # ranges are those of real inputs: noise says nothing but that it runs
        assert all(np.isfinite(output).all() for outputs in found for output in outputs)


LOOKUPS = {
    Precision.HYBRID_INT8: Precision.WEIGHT_ONLY_INT8,
    Precision.HYBRID_INT4: Precision.WEIGHT_ONLY_INT4,
}


@pytest.mark.parametrize(("recipe", "target"), EVERYWHERE)
@pytest.mark.parametrize("real", REAL, ids=NAMES)
def test_every_operator_is_in_the_file_as_decided(lab: Lab, real: Real, recipe: str, target: str) -> None:
    """Whatever runs in fewer bits, or in float, has a decision that says so, and a reason."""
    plan, output = lab.quantized(real.path, recipe, target)
    written = Survey(read(output))
    found: dict[tuple[int, int], set[Precision]] = {}
    for subgraph, row in enumerate(origins(plan.model, rewrite(plan))):
        for at, origin in enumerate(row):
            if origin is not None:
                found.setdefault((subgraph, origin), set()).add(written.present[subgraph][at])
    for subgraph in plan.model.subgraphs:
        assert len(plan.decisions[subgraph.index]) == len(subgraph.operators)
        for operator, decision in zip(subgraph.operators, plan.decisions[subgraph.index], strict=True):
            assert decision.reason.text.endswith(".")
            assert decision.fallback <= (decision.precision is not PRESETS[recipe].default.precision)
            if operator.type in CONTROL_FLOW:  # what they call is decided on by itself
                continue
            if decision.precision is Precision.FLOAT16:  # of any constant, not only of weights
                tensors = written.model.subgraphs[subgraph.index].tensors
                assert {tensors[operator.inputs[slot]].dtype for slot in decision.stored} == {"FLOAT16"}
                continue
            there = found[subgraph.index, operator.index]
            # Looking a row up isn't arithmetic, so it counts as either.
            there = {LOOKUPS.get(each, each) for each in there} if decision.lookup else there
            asked = LOOKUPS.get(decision.precision, decision.precision) if decision.lookup else decision.precision
            assert asked in there, (subgraph.index, operator.type, operator.index)


@pytest.mark.parametrize("recipe", ["dynamic-int8", "weight-only-int8", "float16", "static-int8", "static-int16x8"])
@pytest.mark.parametrize("real", TRAINED, ids=lambda real: real.name)
def test_trained_model_stays_true(lab: Lab, real: Real, recipe: str) -> None:
    _, output = lab.quantized(real.path, recipe, "xnnpack")
    expected, found = float_outputs(real), outputs(output, real)
    decibel = sqnr([expected], [found])
    assert decibel >= (40 if recipe == "float16" else real.decibel)
    if real.task:
        labels = samples(real).labels
        assert labels is not None
        before, after = (
            real.task(None, [each[0].astype(np.float64)], labels[:: real.step]) for each in (expected, found)
        )
        assert after >= before - 0.01
        if real.name == "resemblyzer_lstm3x256":
            assert after >= 0.986


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("real", CLASSIFIERS, ids=lambda each: each.name)
def test_classifiers_stay_usable_in_int4(lab: Lab, real: Real, target: str) -> None:
    _, output = lab.quantized(real.path, "dynamic-int4", target)
    expected, found = float_outputs(real)[0], outputs(output, real, TARGETS[target].delegate)[0]
    if real.task is nearest_centroid:
        labels = samples(real).labels
        assert labels is not None
        assert real.task(None, [found.astype(np.float64)], labels[:: real.step]) >= 0.9
    else:
        assert np.mean(expected.argmax(-1) == found.argmax(-1)) >= 0.9


def test_four_bits_throughout_are_warned_of_where_they_are_too_coarse() -> None:
    found = {}
    for real in REAL:
        plan = make_plan(read(real.path), PRESETS["weight-only-int4"], TARGETS["xnnpack"])
        found[real.name] = [finding.code.value for finding in plan.findings]
    assert found["efficientnet_lite0"] == found["mlperf_resnet8_cifar10"] == ["int4-too-coarse"]
    assert found["sklearn_digits_cnn"] == []


@pytest.mark.parametrize("target", TARGETS)
def test_tied_embedding_is_stored_once(lab: Lab, target: str) -> None:
    """The lookup and the output layer read the same int8 tensor, the layer perhaps through a DEQUANTIZE."""
    _, output = lab.quantized(REAL[0].path, "dynamic-int8", target)
    model = unpacked(output)
    (lookup,) = operators_of(model, "EMBEDDING_LOOKUP")
    dequantized = {each.outputs[0]: each.inputs[0] for each in operators_of(model, "DEQUANTIZE")}
    layers = {dequantized.get(each.inputs[1], each.inputs[1]) for each in operators_of(model, "FULLY_CONNECTED")}
    assert lookup.inputs[1] in layers
    _, table = stored(model, lookup.inputs[1])
    assert table.dtype == np.int8
    sizes = [len(buffer.data) for buffer in model.buffers if buffer.data is not None]
    assert sizes.count(table.size) == 1
    assert max(sizes) == table.size


def test_the_lstm_that_per_tensor_weights_would_ruin_is_arranged_otherwise(lab: Lab) -> None:
    real = next(each for each in REAL if each.name == "resemblyzer_lstm3x256")
    plan = make_plan(read(real.path), PRESETS["dynamic-int8"], TARGETS["xnnpack"])
    reasons = [
        (decision.reason.code.value, decision.precision.value)
        for operator, decision in zip(plan.model.subgraphs[0].operators, plan.decisions[0], strict=True)
        if operator.type == "UNIDIRECTIONAL_SEQUENCE_LSTM"
    ]
    assert reasons[0] == ("per-tensor-too-coarse", "weight-only-int8")
    assert reasons[1:] == [("hybrid-kernel", "hybrid-int8")] * 2
