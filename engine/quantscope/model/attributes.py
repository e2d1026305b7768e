"""Everything an operator's options say, by the names of the schema file ("stride_w"), for people to read."""

import math
import re
from collections.abc import Mapping
from typing import Final

from quantscope.model.graph import Model, Operator
from quantscope.model.options import OptionsReader, leading_elements, target
from quantscope.model.schema import schema

Value = bool | int | float | str
Attribute = Value | tuple[Value, ...]

# Scalar fields that hold a value of one of the schema's enums, which reflection can't tell.
ENUMS: Final[Mapping[str, str]] = {
    "Algorithm": "RngAlgorithm",
    "Combiner": "CombinerType",
    "CompareType": "StablehloComparisonType",
    "ComparisonDirection": "StablehloComparisonDirection",
    "CompositeAttributesFormat": "CustomOptionsFormat",
    "FusedActivationFunction": "ActivationFunctionType",
    "IdxOutType": "TensorType",
    "InDataType": "TensorType",
    "KernelType": "LSTMKernelType",
    "KeyDtype": "TensorType",
    "Mode": "MirrorPadMode",
    "OutDataType": "TensorType",
    "OutType": "TensorType",
    "OutputType": "TensorType",
    "Padding": "Padding",
    "QuantizedBiasType": "TensorType",
    "ReduceFunction": "ReduceWindowFunction",
    "Type": "LSHProjectionType",
    "ValueDtype": "TensorType",
    "WeightsFormat": "FullyConnectedOptionsWeightsFormat",
}
# Longer lists and strings are cut: nobody reads them.
MOST: Final = 64


def attributes(model: Model, operator: Operator) -> dict[str, Attribute]:
    """The operator's options: enum values as their names, lists and strings cut after `MOST` elements.

    Of options that only a custom operator's kernel understands there is nothing but the first bytes.
    """
    reader = OptionsReader(model)
    second = int(reader.table("Operator", operator.position)["BuiltinOptions2Type"])
    found: dict[str, Attribute] = {}
    for name, position in (
        (operator.options_type, operator.options),
        (
            schema().options2_names.get(second, "UNKNOWN"),
            target(model, "Operator", operator.position, "BuiltinOptions2"),
        ),
    ):
        if name != "NONE" and not name.startswith("UNKNOWN"):
            found |= _table(model, reader, name, position)
    custom = leading_elements(model, "Operator", operator.position, "CustomOptions", MOST, "B")
    return found | {"custom_options": bytes(custom).hex(" ")} if custom else found


def _table(model: Model, reader: OptionsReader, name: str, position: int) -> dict[str, Attribute]:
    scalars = reader.table(name, position)
    found: dict[str, Attribute] = {}
    for field, spec in schema().table(name).items():
        if spec.dtype is not None:
            value = scalars[field]
            found[_snake(field)] = bool(value) if spec.dtype.kind == "b" else _scalar(field, value)
            continue
        kind = schema().elements(name, field)
        if kind == "s":
            text = bytes(leading_elements(model, name, position, field, MOST, "B"))
            found[_snake(field)] = text.decode(errors="replace")
        elif kind is not None:
            values = leading_elements(model, name, position, field, MOST, kind)
            found[_snake(field)] = tuple(_number(value) for value in values)
    return found


def _scalar(field: str, value: int | float) -> Value:
    if field not in ENUMS:
        return _number(value)
    names = {number: name for name, number in vars(getattr(schema().module, ENUMS[field])).items() if name[0] != "_"}
    return str(names.get(value, value))


def _number(value: int | float) -> Value:
    """A number as JSON can hold it."""
    return value if math.isfinite(value) else str(value)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
