"""One operator in full, for a terminal."""

from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from quantscope.cli.output import size, styled
from quantscope.documents.details import Details, Form, Histogram, TensorDetails

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
