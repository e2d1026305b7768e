"""How much smaller the files get."""

from collections.abc import Sequence

from tests.bench import tools
from tests.bench.models import Model
from tests.bench.report import Section, at_most
from tests.bench.zoo import Zoo

NOTES = "Size of the quantized file divided by that of the float file; the bar in brackets."


def run(zoo: Zoo, models: Sequence[Model]) -> Section:
    """Compares files that `Zoo.prepare` has made."""
    header = ("model", "float MB", tools.OURS, *tools.PEERS)
    return Section("size", "Size", NOTES, header, tuple(row(zoo, model) for model in models))


def row(zoo: Zoo, model: Model) -> tuple[str, ...]:
    float_size = zoo.float_file(model).stat().st_size
    ratios = {tool: file.stat().st_size / float_size for tool, file in zoo.variants(model).items()}
    peers = (f"{ratios[tool]:.3f}" if tool in ratios else "-" for tool in tools.PEERS)
    return model.name, f"{float_size / 1e6:.1f}", ours(ratios.get(tools.OURS), model.size_bar), *peers


def ours(ratio: float | None, bar: float | None) -> str:
    if ratio is None:
        return "failed"
    return f"{ratio:.3f}" if bar is None else at_most(ratio, bar)
