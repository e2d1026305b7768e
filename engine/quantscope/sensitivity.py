"""Which operators cost the model its accuracy: measured by keeping the worst of them in float, one after the other, and
then all others together, lest what matters be among those."""

import math
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import msgspec

from quantscope import documents
from quantscope.documents.sensitivity import Kept, Rest, Sensitivity
from quantscope.errors import UsageError
from quantscope.evaluate.compare import compare
from quantscope.files import describe
from quantscope.precision import Precision
from quantscope.progress import Progress, part, silent
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.asked import operator_name
from quantscope.quantize.plan import Plan, Planner
from quantscope.quantize.survey import Survey
from quantscope.recipe import Change, Match, Recipe, Rule

DEFAULT_WORST: Final = 12
# Kernels in float differ by less than this because they add in another order; that is no error of quantization.
FLOAT_NOISE_DB: Final = 100.0
# Looking at each operator takes about as long as running the model for some of the trials.
FIRST_SHARE: Final = 0.4


def sensitivity(
    plan: Plan,
    data: str | os.PathLike[str] | None = None,
    samples: int | None = None,
    worst: int = DEFAULT_WORST,
    progress: Progress = silent,
) -> Sensitivity:
    """Keeps each of the `worst` operators of `plan` (by their own error) in float in turn, then the others together,
    and compares.

    Samples as for `compare`, whose errors it raises, besides UsageError for less than one operator or sample, and
    ModelUnsupportedError if the plan changes nothing.
    """
    if worst < 1:
        raise UsageError(f"{worst} operators can't be tried.", "Ask for one or more.")
    with tempfile.TemporaryDirectory(prefix="quantscope-") as folder:
        path = os.path.join(folder, "quantized.tflite")
        size = _write(plan, path)
        whole = compare(plan.model.path, path, data, samples, part(progress, 0.0, FIRST_SHARE))
        before = pooled(whole.outputs)
        candidates = _candidates(plan, whole)
        chosen, others = candidates[:worst], candidates[worst:]
        trials = [*([one] for one in chosen), *([others] if others else [])]
        lab = _Lab(plan, path, size, before, data, samples)
        gains = []
        for number, trial in enumerate(trials):
            done = FIRST_SHARE + (1 - FIRST_SHARE) * number / len(trials)
            stage = part(progress, done, done + (1 - FIRST_SHARE) / len(trials))
            gains.append(lab.gain([(each.subgraph, each.index) for each in trial], stage))
        kept = [_kept(plan, candidate, gain) for candidate, gain in zip(chosen, gains, strict=False)]
        rest = Rest(operators=len(others), **asdict(gains[-1])) if others else None
    progress(1.0, "Done")
    return Sensitivity(
        model=describe(plan.model.path),
        recipe=plan.recipe.name,
        target=plan.target.id,
        inputs=whole.inputs,
        samples=whole.samples,
        sqnr_db=decibel(before),
        bytes=size,
        operators=tuple(sorted(kept, key=lambda each: (not each.identical, -(each.gain_db or 0.0)))),
        candidates=len(candidates),
        rest=rest,
    )


def keeping_float(recipe: Recipe, operators: Iterable[tuple[int, int]]) -> Recipe:
    """The recipe with further rules, which keep operators (by subgraph and index) in float."""
    places: dict[int, list[int]] = {}
    for subgraph, index in sorted(operators):
        places.setdefault(subgraph, []).append(index)
    rules = (
        Rule(match=Match(operators=tuple(found), subgraph=subgraph), set=Change(precision=Precision.FLOAT32))
        for subgraph, found in places.items()
    )
    return msgspec.structs.replace(recipe, rules=(*recipe.rules, *rules))


def pooled(outputs: Sequence[documents.OutputError]) -> float:
    """Mean noise to signal ratio of outputs; 0 where all are identical, infinite where one has no figure."""
    ratios = [
        0.0 if output.identical else math.inf if output.sqnr_db is None else 10 ** (-output.sqnr_db / 10)
        for output in outputs
    ]
    return sum(ratios) / max(1, len(ratios))


def decibel(ratio: float) -> float | None:
    """A noise to signal ratio as SQNR in dB; None without noise, or without a figure."""
    return -10 * math.log10(ratio) if 0 < ratio < math.inf else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quantized operator with its own error in dB."""

    own_sqnr_db: float
    subgraph: int
    index: int


def _candidates(plan: Plan, comparison: documents.Comparison) -> list[_Candidate]:
    """The operators that the plan quantizes, the largest own error first."""
    found = []
    for error in comparison.operators:
        decision = plan.decisions[error.subgraph][error.index]
        quantized = decision.stored or decision.precision not in (Precision.FLOAT32, Precision.NONE)
        own = error.own.sqnr_db if error.own else None
        if quantized and own is not None and own < FLOAT_NOISE_DB:
            found.append(_Candidate(own, error.subgraph, error.index))
    return sorted(found, key=lambda each: each.own_sqnr_db)


@dataclass(frozen=True, slots=True)
class _Gain:
    """What keeping operators in float was measured to gain; fields are those of `Kept`."""

    sqnr_db: float | None
    gain_db: float | None
    extra_bytes: int
    identical: bool


class _Lab:
    """Tries out the plan with operators kept in float; `before` and `size` are what it is without."""

    def __init__(
        self,
        plan: Plan,
        path: str,
        size: int,
        before: float,
        data: str | os.PathLike[str] | None,
        samples: int | None,
    ) -> None:
        self.plan = plan
        self.path = path
        self.size = size
        self.before = before
        self.data = data
        self.samples = samples
        self.planner = Planner(Survey(plan.model), plan.target, plan.calibration)

    def gain(self, operators: Iterable[tuple[int, int]], progress: Progress) -> _Gain:
        model = self.plan.model
        trial = self.planner.plan(keeping_float(self.plan.recipe, operators))
        # A plan that quantizes nothing any more gives back the model itself.
        now = _write(trial, self.path) if trial.changes_anything else model.bytes
        other = self.path if trial.changes_anything else model.path
        after = pooled(compare(model.path, other, self.data, self.samples, progress, operators=False).outputs)
        one, two = decibel(self.before), decibel(after)
        gain = two - one if one is not None and two is not None else None
        return _Gain(two, gain, now - self.size, after == 0)


def _kept(plan: Plan, candidate: _Candidate, gain: _Gain) -> Kept:
    subgraph = plan.model.subgraphs[candidate.subgraph]
    operator = subgraph.operators[candidate.index]
    return Kept(
        subgraph=candidate.subgraph,
        index=candidate.index,
        type=operator.type,
        name=operator_name(subgraph, operator),
        precision=plan.decisions[candidate.subgraph][candidate.index].precision.value,
        own_sqnr_db=candidate.own_sqnr_db,
        **asdict(gain),
    )


def _write(plan: Plan, path: str) -> int:
    """Writes the quantized model; gives its size in bytes."""
    with open(path, "wb") as file:
        write_quantized(plan, file)
    return os.path.getsize(path)
