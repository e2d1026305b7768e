"""One operator in full, for a terminal."""

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantscope.cli.output import counted, size, styled
from quantscope.documents.details import Details, Form, Histogram, TensorDetails
from quantscope.documents.tensors import TensorComparison

BARS: Final = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"


def print_details(details: Details, out: Console) -> None:
    """Why first, then attributes, then operands."""
    operator = details.operator
    out.print(f"[bold]{escape(operator.type)}[/] #{operator.index}  [dim]{escape(operator.name)}[/]", soft_wrap=True)
    out.print(f"{styled(operator.precision)}  {escape(operator.reason.text)} [dim]{operator.reason.code}[/]")
    if operator.reason.remedy:
        out.print(f"[dim]\u2192 {escape(operator.reason.remedy)}[/]")
    if details.attributes:
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for name, value in details.attributes.items():
            table.add_row(f"[dim]{name}[/]", escape(str(value)))
        out.print("\n[bold]Attributes[/]")
        out.print(table)
    for title, tensors in (("Inputs", details.inputs), ("Outputs", details.outputs)):
        out.print(f"\n[bold]{title}[/]")
        for tensor in tensors:
            _print_tensor(tensor, out)


def print_tensor(found: TensorComparison, out: Console) -> None:
    """An operator's output in both models."""
    shape = "x".join(map(str, found.shape)) or "scalar"
    out.print(f"[bold]{escape(found.name)}[/]  [dim]{shape}, of operator #{found.operator}[/]", soft_wrap=True)
    out.print(f"  float      {found.dtype}  {_drawn(found.float_values)}")
    words = [found.written_dtype]
    if found.scales is not None and found.low is not None and found.high is not None:
        words.append(f"[dim]scale {found.scales.values[0]:.3g}, zero point {found.scales.zero_points[0]}[/]")
        words.append(f"[dim]from {found.low:.3g} to {found.high:.3g}[/]")
    out.print(f"  quantized  {'  '.join(words)}  {_drawn(found.quantized_values)}")
    error = "identical" if found.error.identical else "no figure"
    if found.error.sqnr_db is not None:
        error = f"{found.error.sqnr_db:.1f} dB"
    clipped = "" if found.clipped is None else f", {found.clipped:.3%} of the values clipped"
    out.print(f"  {error}{clipped}  [dim]{counted(found.samples, 'sample')}, {escape(found.inputs)}[/]")


def _print_tensor(details: TensorDetails, out: Console) -> None:
    tensor = details.tensor
    if tensor.index < 0:
        out.print("  (absent)")
        return
    shape = "x".join(map(str, tensor.shape)) or "scalar"
    out.print(f"  {escape(tensor.name)}  [dim]{shape}[/]", soft_wrap=True)
    out.print(f"    now      {_form(details.now)}")
    if details.planned is not None:
        error = f"  [dim]{details.sqnr_db:.1f} dB[/]" if details.sqnr_db is not None else ""
        out.print(f"    planned  {_form(details.planned)}{error}")
    if details.problem:
        out.print(f"    [yellow]{escape(details.problem)}[/]")


def _form(form: Form) -> str:
    words = [form.dtype]
    if form.bytes is not None:
        words.append(size(form.bytes))
    if form.scales is not None:
        values = form.scales.values
        spread = (
            f"{min(values):.3g}" if len(values) == 1 else f"{len(values)} from {min(values):.3g} to {max(values):.3g}"
        )
        words.append(f"[dim]scale {spread}, zero point {_zero(form.scales.zero_points)}[/]")
    if form.histogram is not None:
        words.append(_drawn(form.histogram))
    return "  ".join(words)


def _zero(zero_points: tuple[int, ...]) -> str:
    return str(zero_points[0]) if len(zero_points) == 1 else f"{min(zero_points)} to {max(zero_points)}"


def _drawn(histogram: Histogram) -> str:
    """The histogram in block characters, two parts each."""
    pairs = [sum(histogram.counts[at : at + 2]) for at in range(0, len(histogram.counts), 2)]
    most = max(*pairs, 1)
    bars = "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in pairs)
    return f"{histogram.low:.3g} {bars} {histogram.high:.3g}"
