"""What the user chooses about a source, as values: shapes written as text, and what is remembered for each file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from quantscope.documents.convert import Argument, Source

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """How a source is converted. `signatures` empty stands for the usual one; `entry` is the model of a bundle."""

    output: Path
    signatures: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    entry: str | None = None
    allow_code: bool = False
    allow_select_ops: bool = False


def written(shape: Shape | None) -> str:
    """A shape as the user reads and writes it; sizes left open are question marks."""
    return "" if shape is None else " \u00d7 ".join("?" if size < 0 else str(size) for size in shape)


def read_shape(text: str, argument: Argument) -> Shape | None:
    """The shape in a text, None if it is as the source has it. Raises ValueError for no shape, or one that contradicts
    the source."""
    parts = [part for part in text.replace("\u00d7", " ").replace("x", " ").replace(",", " ").split() if part]
    if not parts and argument.shape is None:
        return None
    if "?" in parts:
        if argument.shape is not None and text.split() == written(argument.shape).split():
            return None
        raise ValueError(text)
    shape = tuple(int(part) for part in parts)
    fixed = argument.shape if argument.shape is not None else (-1,) * len(shape)
    if len(shape) != len(fixed) or any(size < 1 for size in shape):
        raise ValueError(text)
    if any(mine != theirs for mine, theirs in zip(shape, fixed, strict=True) if theirs >= 0):
        raise ValueError(text)
    return None if shape == argument.shape else shape


def inputs_of(source: Source, signatures: tuple[str, ...]) -> list[Argument]:
    """The inputs of the chosen signatures (of the first, if none is), each once."""
    chosen = [one for one in source.signatures if one.name in signatures] or list(source.signatures[:1])
    found: dict[str, Argument] = {}
    for signature in chosen:
        for argument in signature.inputs:
            found.setdefault(argument.name, argument)
    return list(found.values())


def suggested_output(source: Path) -> Path:
    """Beside the source, under a name that nothing has yet."""
    folder = source.parent
    stem = source.name if source.is_dir() else source.name.split(".")[0] or source.stem
    candidates = (folder / f"{stem}{'' if number == 1 else f'-{number}'}.tflite" for number in range(1, 1000))
    return next((path for path in candidates if not path.exists()), folder / f"{stem}.tflite")


def remembered(choice: Choice) -> str:
    """What is kept of a choice for the next time. Permission to run code is not: it is asked for each time."""
    return json.dumps(
        {
            "output": str(choice.output),
            "signatures": list(choice.signatures),
            "shapes": {name: list(shape) for name, shape in choice.shapes.items()},
            "entry": choice.entry,
            "select_ops": choice.allow_select_ops,
        }
    )


def recalled(text: str, default: Path) -> Choice:
    """The choice in a remembered text, or the usual one where that makes no sense."""
    try:
        values = json.loads(text)
        return Choice(
            output=Path(values["output"]),
            signatures=tuple(map(str, values["signatures"])),
            shapes={str(name): tuple(map(int, shape)) for name, shape in values["shapes"].items()},
            entry=None if values["entry"] is None else str(values["entry"]),
            allow_select_ops=bool(values["select_ops"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Choice(default)
