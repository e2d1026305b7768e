"""How far two tensors are apart, added up sample by sample so that nothing needs to be kept."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from quantscope import documents

# Elements looked at in one go, so that the copies stay in the processor's cache.
BLOCK: Final = 1 << 16


@dataclass(slots=True)
class Distance:
    """Running comparison of the float model's values with the quantized one's."""

    power: float = 0.0
    noise: float = 0.0
    max_abs: float = 0.0
    cosines: list[float] = field(default_factory=list)
    undefined: bool = False
    samples: int = 0

    def add(self, reference: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
        """Takes in one sample's values, both real and of the same shape."""
        self.samples += 1
        if reference.size == 0:
            return
        ones, twos = reference.reshape(-1), other.reshape(-1)
        here = there = across = 0.0
        for start in range(0, ones.size, BLOCK):
            a, b = (values[start : start + BLOCK].astype(np.float64) for values in (ones, twos))
            here += _dot(a, a)
            there += _dot(b, b)
            across += _dot(a, b)
            with np.errstate(invalid="ignore"):  # infinities give NaN, which error() reports as unknown
                a -= b
            self.noise += _dot(a, a)
            self.max_abs = float(np.maximum(self.max_abs, np.abs(a).max()))  # unlike max, keeps a NaN
        self.power += here
        length = math.sqrt(here * there)
        if length > 0:
            self.cosines.append(across / length)
        else:
            self.undefined = True

    def error(self) -> documents.Error:
        """The figures over all samples taken in."""
        finite = math.isfinite(self.power) and math.isfinite(self.noise)
        cosine = float(np.mean(self.cosines)) if self.cosines else math.nan
        known = finite and self.power > 0 and self.noise > 0
        return documents.Error(
            sqnr_db=10 * math.log10(self.power / self.noise) if known else None,
            max_abs=self.max_abs if math.isfinite(self.max_abs) else None,
            cosine=cosine if math.isfinite(cosine) and not self.undefined else None,
            identical=self.noise == 0,
        )


@dataclass(slots=True)
class OutputDistance:
    """Running comparison of one output of the model: its distance, and how often its largest element is the same."""

    name: str
    distance: Distance = field(default_factory=Distance)
    rows: int = 0
    agreeing: int = 0

    def add(self, reference: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
        """Takes in one sample's output, both real values of the same shape."""
        self.distance.add(reference, other)
        if reference.size and reference.ndim and reference.shape[-1] > 1:
            best_a, best_b = reference.argmax(-1), other.argmax(-1)
            self.rows += best_a.size
            self.agreeing += int((best_a == best_b).sum())

    def result(self) -> documents.OutputError:
        """The figures over all samples taken in."""
        error = self.distance.error()
        return documents.OutputError(
            name=self.name,
            sqnr_db=error.sqnr_db,
            max_abs=error.max_abs,
            cosine=error.cosine,
            top1_agreement=self.agreeing / self.rows if self.rows else None,
            identical=error.identical,
        )


def _dot(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    # Not BLAS's product: it starts threads for so little, and on a busy machine waits for them a hundred times as long.
    return float(np.einsum("i,i->", a, b))


def real(values: npt.NDArray[Any], scale: float, zero_point: int) -> npt.NDArray[Any]:
    """Real values of an output that may be quantized (scale 0: it isn't)."""
    if scale == 0 or values.dtype.kind not in "iu":
        return values
    return (values.astype(np.float64) - zero_point) * scale
