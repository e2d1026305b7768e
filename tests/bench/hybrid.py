"""Whether the planner's rule for when hybrid arithmetic pays (`targets.HybridCost`) is right on this computer."""

import dataclasses
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as tfl
from numpy.typing import NDArray

from quantscope.model.read import read
from quantscope.quantize.apply import write_quantized
from quantscope.quantize.plan import make_plan
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS
from tests.bench import child, speed
from tests.bench.report import Section
from tests.bench.zoo import note
from tests.models import Input, ModelBuilder, one_operator

NOTES = """Single operators of random shapes, XNNPACK, one thread: float against hybrid int8, and what the planner would
choose. *Right*: share of shapes for which it takes the faster one. *Lost*: geometric mean of the time of its choice
over that of the faster one, less 1. *Slowest*: its worst choice against float, and its shape. *Always*, *never*: what
would be lost with hybrid arithmetic everywhere, and with none."""
HEADER = ("operator", "shapes", "right", "lost", "slowest", "always", "never")
LEAST_WEIGHTS = 1024  # the recipe leaves smaller ones in float
MOST_PRODUCTS = 2e8
MOST_INPUTS = 1.6e6
SECONDS = 0.15

Draw = Callable[[int, int], int]


@dataclass(frozen=True, slots=True)
class Shape:
    """A one-operator model and what it costs: weights, products, and input elements."""

    text: str
    model: ModelBuilder
    weights: int
    products: float
    inputs: int

    @property
    def sensible(self) -> bool:
        return self.weights >= LEAST_WEIGHTS and self.products <= MOST_PRODUCTS and self.inputs <= MOST_INPUTS


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds of a shape in float and in hybrid arithmetic, and whether the planner would choose the latter."""

    text: str
    float_time: float
    hybrid_time: float
    chosen: bool

    @property
    def taken(self) -> float:
        return self.hybrid_time if self.chosen else self.float_time

    @property
    def best(self) -> float:
        return min(self.float_time, self.hybrid_time)


def convolution(side: int, channels: int, filters: int, kernel: int, stride: int) -> Shape:
    out = -(-side // stride)
    options = tfl.Conv2DOptionsT(
        padding=tfl.Padding.SAME, strideW=stride, strideH=stride, dilationWFactor=1, dilationHFactor=1
    )
    weights = values(filters, kernel, kernel, channels)
    model = one_operator(
        "CONV_2D", [Input((1, side, side, channels)), weights, values(filters)], [(1, out, out, filters)], options
    )
    text = f"{side}x{side}x{channels} to {filters}, {kernel}x{kernel}, stride {stride}"
    return Shape(text, model, weights.size, weights.size * out * out, side * side * channels)


def pointwise(draw: Draw) -> Shape:
    return convolution(draw(4, 128), draw(8, 1024), draw(8, 1024), 1, 1)


def window(draw: Draw) -> Shape:
    return convolution(draw(4, 224), draw(1, 256), draw(8, 256), draw(2, 7), draw(1, 2))


def fully_connected(draw: Draw) -> Shape:
    rows, depth, units = draw(1, 512), draw(8, 2048), draw(4, 2048)
    operands = [Input((rows, depth)), values(units, depth), values(units)]
    model = one_operator("FULLY_CONNECTED", operands, [(rows, units)], tfl.FullyConnectedOptionsT())
    return Shape(f"{rows}x{depth} to {units}", model, units * depth, rows * units * depth, rows * depth)


def batch_matmul(draw: Draw) -> Shape:
    rows, depth, columns = draw(1, 512), draw(8, 1024), draw(4, 1024)
    operands = [Input((1, rows, depth)), values(1, depth, columns)]
    model = one_operator("BATCH_MATMUL", operands, [(1, rows, columns)], tfl.BatchMatMulOptionsT())
    return Shape(f"{rows}x{depth} to {columns}", model, columns * depth, rows * columns * depth, rows * depth)


def transposed(draw: Draw) -> Shape:
    side, channels, filters, kernel, stride = draw(2, 64), draw(4, 512), draw(4, 256), draw(2, 5), draw(1, 2)
    out, weights = side * stride, values(filters, kernel, kernel, channels)
    operands = [np.array([1, out, out, filters], np.int32), weights, Input((1, side, side, channels)), values(filters)]
    options = tfl.TransposeConvOptionsT(padding=tfl.Padding.SAME, strideW=stride, strideH=stride)
    model = one_operator("TRANSPOSE_CONV", operands, [(1, out, out, filters)], options, version=3)
    text = f"{side}x{side}x{channels} to {filters}, {kernel}x{kernel}, stride {stride}"
    return Shape(text, model, weights.size, weights.size * side * side, side * side * channels)


KINDS: Mapping[str, Callable[[Draw], Shape]] = {
    "CONV_2D 1x1": pointwise,
    "CONV_2D larger": window,
    "FULLY_CONNECTED": fully_connected,
    "BATCH_MATMUL": batch_matmul,
    "TRANSPOSE_CONV": transposed,
}


def values(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(shape).standard_normal(shape, np.float32)


def shapes(build: Callable[[Draw], Shape], count: int) -> Iterator[Shape]:
    """`count` shapes whose sizes are drawn evenly on a logarithmic scale, the same ones every time."""
    rng = np.random.default_rng(0)

    def draw(low: int, high: int) -> int:
        return round(math.exp(rng.uniform(math.log(low), math.log(high))))

    while count:
        shape = build(draw)
        if shape.sensible:
            count -= 1
            yield shape


def run(count: int) -> Section:
    """Races `count` shapes of each kind of operator."""
    rows = []
    for kind in KINDS:
        note(f"hybrid: {kind}")
        rows.append(row(kind, [Outcome(**each) for each in child.call(outcomes, kind=kind, count=count)]))
    return Section("hybrid", "When hybrid arithmetic pays", NOTES, HEADER, tuple(rows))


def outcomes(kind: str, count: int) -> list[Mapping[str, object]]:
    """For a child process."""
    with tempfile.TemporaryDirectory() as folder:
        return [dataclasses.asdict(outcome(shape, Path(folder))) for shape in shapes(KINDS[kind], count)]


def outcome(shape: Shape, folder: Path) -> Outcome:
    target, recipe = TARGETS["xnnpack"], PRESETS["dynamic-int8"]
    source, hybrid = folder / "float.tflite", folder / "hybrid.tflite"
    source.write_bytes(shape.model.build())
    model = read(source)
    with open(hybrid, "wb") as file:
        write_quantized(make_plan(model, recipe, dataclasses.replace(target, hybrid_cost=None)), file)
    ((decision,),) = make_plan(model, recipe, target).decisions
    rounds = np.array(speed.race(str(source), str(hybrid), 2, SECONDS))
    float_time, hybrid_time = np.median(rounds, axis=(0, 2)).tolist()
    return Outcome(shape.text, float_time, hybrid_time, decision.direct)


def row(kind: str, found: list[Outcome]) -> tuple[str, ...]:
    right = np.mean([each.taken == each.best for each in found])
    worst = max(found, key=lambda each: each.taken / each.float_time)
    slowest = f"{worst.float_time / worst.taken:.2f} ({worst.text})" if worst.chosen else "1.00"

    def lost(times: list[float]) -> str:
        ratios = [taken / each.best for taken, each in zip(times, found, strict=True)]
        return f"{100 * (math.exp(np.mean(np.log(ratios))) - 1):.1f} %"

    return (
        kind,
        str(len(found)),
        f"{100 * right:.0f} %",
        lost([each.taken for each in found]),
        slowest,
        lost([each.hybrid_time for each in found]),
        lost([each.float_time for each in found]),
    )
