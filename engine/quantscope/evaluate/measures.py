"""How far two outputs are apart, added up sample by sample so that nothing needs to be kept."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from quantscope import documents


@dataclass(slots=True)
class Distance:
    """Running comparison of one output of the float model with the quantized one's."""

    name: str
    power: float = 0.0
    noise: float = 0.0
    max_abs: float = 0.0
    cosines: list[float] = field(default_factory=list)
    rows: int = 0
    agreeing: int = 0
    undefined: bool = False

    def add(self, reference: npt.NDArray[Any], other: npt.NDArray[Any]) -> None:
        """Takes in one sample's output, both real values of the same shape."""
        a, b = reference.astype(np.float64), other.astype(np.float64)
        if a.size == 0:
            return
        with np.errstate(invalid="ignore"):  # infinities give NaN, which result() reports as unknown
            error = a - b
        self.power += float(np.vdot(a, a))
        self.noise += float(np.vdot(error, error))
        self.max_abs = float(np.maximum(self.max_abs, np.abs(error).max()))  # unlike max, keeps a NaN
        length = math.sqrt(float(np.vdot(a, a)) * float(np.vdot(b, b)))
        if length > 0:
            self.cosines.append(float(np.vdot(a, b)) / length)
        else:
            self.undefined = True
        if a.ndim and a.shape[-1] > 1:
            best_a, best_b = a.argmax(-1), b.argmax(-1)
            self.rows += best_a.size
            self.agreeing += int((best_a == best_b).sum())

    def result(self) -> documents.OutputError:
        """The figures over all samples taken in."""
        finite = math.isfinite(self.power) and math.isfinite(self.noise)
        cosine = float(np.mean(self.cosines)) if self.cosines else math.nan
        known = finite and self.power > 0 and self.noise > 0
        return documents.OutputError(
            name=self.name,
            sqnr_db=10 * math.log10(self.power / self.noise) if known else None,
            max_abs=self.max_abs if math.isfinite(self.max_abs) else None,
            cosine=cosine if math.isfinite(cosine) and not self.undefined else None,
            top1_agreement=self.agreeing / self.rows if self.rows else None,
            identical=self.noise == 0,
        )


def real(values: npt.NDArray[Any], scale: float, zero_point: int) -> npt.NDArray[Any]:
    """Real values of an output that may be quantized (scale 0: it isn't)."""
    if scale == 0 or values.dtype.kind not in "iu":
        return values
    return (values.astype(np.float64) - zero_point) * scale
