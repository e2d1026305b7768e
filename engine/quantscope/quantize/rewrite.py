"""From a plan to the change of the model that carries it out: retyped weights, DEQUANTIZE operators, int8 lookups."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

import numpy as np

from quantscope.model.edit import (
    Blob,
    Blocks,
    Bytes,
    ModelEdit,
    NewOperator,
    NewTensor,
    OperatorEdit,
    Scales,
    SubgraphEdit,
    TensorEdit,
)
from quantscope.model.graph import Model, Operator, Subgraph, Tensor
from quantscope.model.options import OptionsReader
from quantscope.quantize.decision import Decision, Storage
from quantscope.quantize.halves import half_weights, unpacked_view
from quantscope.quantize.kernels import FACTS, INT4_VERSIONS, dequantize_version, lookup_version
from quantscope.quantize.measured import CorrectedBias, MeasuredWeight
from quantscope.quantize.plan import Plan
from quantscope.quantize.static.equalization import for_larger, made_larger, moments_of_larger
from quantscope.quantize.static.kernels import INTEGER_FACTS
from quantscope.quantize.static.plan import NO_INTEGERS
from quantscope.quantize.static.products import patches_of
from quantscope.quantize.static.rewrite import Constants, Forms, has_bias
from quantscope.quantize.static.weights import without_factors
from quantscope.quantize.stored import BlockScalesBlob, WeightBlob, shape_of_scales
from quantscope.quantize.survey import buffer_readers
from quantscope.quantize.weights import Float16Blob, Floats

ASYMMETRIC: Final = "AsymmetricQuantizeInputs"
OPTIONS: Final[Mapping[str, str]] = {
    "DEQUANTIZE": "DequantizeOptions",
    "CAST": "CastOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "RESHAPE": "ReshapeOptions",
    "EMBEDDING_LOOKUP": "NONE",
}


def rewrite(plan: Plan, release: Callable[[int], None] = lambda buffer: None) -> ModelEdit:
    """The change that `plan` stands for. `release` is called with each buffer's index once its weight has been read."""
    model = plan.model
    weights = {
        tensor.buffer: tensor
        for subgraph in model.subgraphs
        for tensor in subgraph.tensors
        if tensor.buffer in plan.storage
    }
    scales = {
        buffer: np.zeros(shape_of_scales(weights[buffer].shape, form), np.float32)
        for buffer, form in plan.storage.items()
        if form.dtype != "FLOAT16"
    }
    readers = buffer_readers(model) if plan.calibration else {}
    measured = _measured_weights(plan, weights, scales, readers, release)
    constants = Constants(measured, _corrected_biases(plan, measured, readers), readers)
    new_buffers: list[Blob] = []
    subgraphs = {
        subgraph.index: _SubgraphRewrite(plan, subgraph, scales, new_buffers, constants).edit()
        for subgraph in model.subgraphs
        if subgraph.index in plan.integers or any(tensor.buffer in plan.storage for tensor in subgraph.tensors)
    }
    buffers: dict[int, Blob] = {**constants.replaced, **measured}
    for buffer, form in plan.storage.items():
        if buffer in buffers:
            continue
        weight, done = weights[buffer], partial(release, buffer)
        values = model.values(weight)
        if form.dtype == "FLOAT16":
            buffers[buffer] = Float16Blob(weight.name, values, done)
        else:
            buffers[buffer] = WeightBlob(weight.name, values, form, scales[buffer], done)
    return ModelEdit(subgraphs, buffers, tuple(new_buffers))


def _measured_weights(
    plan: Plan,
    weights: Mapping[int, Tensor],
    scales: Mapping[int, Floats],
    readers: Mapping[int, int],
    release: Callable[[int], None],
) -> dict[int, MeasuredWeight]:
    """By buffer the weights of operators in integers, and those of others whose inputs were measured."""
    found: dict[int, MeasuredWeight] = {}
    options = OptionsReader(plan.model)
    for subgraph in plan.model.subgraphs if plan.calibration else ():
        integers = plan.integers.get(subgraph.index, NO_INTEGERS)
        subgraph = unpacked_view(plan.model, subgraph) if integers.dtypes else subgraph
        for operator, decision in zip(subgraph.operators, plan.decisions[subgraph.index], strict=True):
            for slot in decision.stored:
                buffer = subgraph.tensors[operator.inputs[slot]].buffer
                form = plan.storage.get(buffer)
                patches = patches_of(subgraph, operator, options.scalars(operator))
                moments = plan.calibration.moments.get(patches) if plan.calibration and patches else None
                in_integers = operator.index in integers.dtypes
                by_data = form is not None and moments is not None and readers[buffer] == 1 and form.compensates
                if form is None or not (in_integers or by_data):
                    continue
                values, done = partial(_floats, plan.model, weights[buffer]), partial(release, buffer)
                factors = integers.smoothing.get(operator.inputs[0])
                if factors is not None:
                    values = partial(without_factors, values, factors)
                    moments = moments and moments.scaled(factors)
                larger = integers.equalization.get(operator.inputs[0])
                if larger is not None:
                    values = partial(_changed, for_larger, operator, values, larger)
                    moments = moments and moments_of_larger(operator, moments, larger)
                made = integers.equalization.get(operator.outputs[0])
                if made is not None:
                    values = partial(_changed, made_larger, operator, values, made)
                found[buffer] = MeasuredWeight(
                    weights[buffer].name,
                    values,
                    weights[buffer].elements,
                    form,
                    scales[buffer],
                    done,
                    moments,
                    has_bias(operator) if in_integers else _bias(plan.model, subgraph, operator, readers) is not None,
                )
    return found


def _changed(
    change: Callable[[Operator, Floats, Floats], Floats],
    operator: Operator,
    values: Callable[[], Floats],
    factors: Floats,
) -> Floats:
    return change(operator, values(), factors)


def _floats(model: Model, weight: Tensor) -> Floats:
    return model.values(weight).astype(np.float32, copy=False)


def _bias(model: Model, subgraph: Subgraph, operator: Operator, readers: Mapping[int, int]) -> Tensor | None:
    """The operator's float bias, if it is its alone."""
    facts = INTEGER_FACTS.get(operator.type)
    if facts is None or not has_bias(operator) or facts.bias is None:
        return None
    bias = subgraph.tensors[operator.inputs[facts.bias]]
    own = bias.dtype == "FLOAT32" and model.is_constant(bias) and readers[bias.buffer] == 1
    return bias if own and bias.index not in subgraph.outputs else None


def _corrected_biases(
    plan: Plan, measured: Mapping[int, MeasuredWeight], readers: Mapping[int, int]
) -> dict[int, Blob]:
    """Biases of operators that aren't in integers, by buffer."""
    found: dict[int, Blob] = {}
    for subgraph in plan.model.subgraphs if measured else ():
        dtypes = plan.integers.get(subgraph.index, NO_INTEGERS).dtypes
        for operator, decision in zip(subgraph.operators, plan.decisions[subgraph.index], strict=True):
            for slot in decision.stored if operator.index not in dtypes else ():
                weight = measured.get(subgraph.tensors[operator.inputs[slot]].buffer)
                bias = _bias(plan.model, subgraph, operator, readers)
                if weight is not None and bias is not None:
                    values = partial(plan.model.values, bias)
                    found[bias.buffer] = CorrectedBias(values, bias.elements, weight)
    return found


class _SubgraphRewrite:
    """Builds the change of one subgraph; new tensors and buffers are numbered as they come."""

    def __init__(
        self,
        plan: Plan,
        subgraph: Subgraph,
        scales: Mapping[int, Floats],
        new_buffers: list[Blob],
        constants: Constants,
    ) -> None:
        self.plan = plan
        self.subgraph = subgraph
        self.options = OptionsReader(plan.model)
        self.scales = scales
        self.new_buffers = new_buffers
        self.new_tensors: list[NewTensor] = []
        self.operators: list[int | OperatorEdit | NewOperator] = []
        self.dequantized: dict[int, int] = {}
        self.integers = plan.integers.get(subgraph.index, NO_INTEGERS)
        self.halves = half_weights(plan.model, subgraph)
        self.whole: dict[int, int] = {}
        self.forms = Forms(plan.model, subgraph, self.integers, constants, self, plan.calibration, self.options.scalars)

    def edit(self) -> SubgraphEdit:
        for operator, decision in zip(self.subgraph.operators, self.plan.decisions[self.subgraph.index], strict=True):
            if operator.index in self.integers.dtypes:
                self.forms.integer(operator)
                continue
            inputs = self.forms.real(operator.inputs)
            if operator.type == "DEQUANTIZE" and operator.outputs and operator.outputs[0] in self.halves:
                self._unpacking(operator)
            elif not decision.stored:
                same = inputs == operator.inputs
                self.operators.append(
                    operator.index if same else OperatorEdit(operator.index, operator.version, inputs)
                )
            elif decision.lookup and operator.type == "GATHER":
                first = len(self.operators)
                self._gather_as_lookup(operator, inputs)
                self.operators[first:] = [
                    replace(new, replaces=operator.index)
                    for new in self.operators[first:]
                    if isinstance(new, NewOperator)
                ]
            elif decision.direct:
                self._direct(operator, decision, inputs)
            else:
                self._dequantizing(operator, decision, inputs)
        self._deliver()
        weights = {
            tensor.index: TensorEdit(form.dtype, tensor.buffer, self._scales(tensor, form))
            for tensor in self.subgraph.tensors
            if (form := self.plan.storage.get(tensor.buffer)) is not None
        }
        return SubgraphEdit({**weights, **self.forms.edits}, tuple(self.new_tensors), tuple(self.operators))

    def _deliver(self) -> None:
        """Outputs that are computed in float and go out as integers: all that is done so far works on real ones."""
        before = list(self.operators)
        computed = self.forms.deliver()
        if not computed:
            return

        def moved(tensors: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(computed.get(index, index) for index in tensors)

        for at, entry in enumerate(before):
            if isinstance(entry, NewOperator):
                self.operators[at] = replace(entry, inputs=moved(entry.inputs), outputs=moved(entry.outputs))
                continue
            source = self.subgraph.operators[entry if isinstance(entry, int) else entry.index]
            change = OperatorEdit(source.index, source.version, source.inputs) if isinstance(entry, int) else entry
            outputs = source.outputs if change.outputs is None else change.outputs
            changed = replace(change, inputs=moved(change.inputs), outputs=moved(outputs))
            if changed.inputs != change.inputs or changed.outputs != outputs:
                self.operators[at] = changed

    def _scales(self, weight: Tensor, form: Storage) -> Scales | Blocks | None:
        """How the weight's tensor refers to its scales."""
        if form.dtype == "FLOAT16":
            return None
        values = self.scales[weight.buffer]
        if not form.block:
            return Scales(values, form.axis or 0)
        buffer = self.buffer(BlockScalesBlob(values))
        return Blocks(values, self.tensor(f"{weight.name}_scales", values.shape, "FLOAT16", buffer), form.block)

    def _weight(self, index: int) -> Tensor:
        """The constant that a weight's tensor is, or is unpacked from."""
        return self.halves.get(index, self.subgraph.tensors[index])

    def _unpacking(self, operator: Operator) -> None:
        """A DEQUANTIZE of the source: left out if all readers of its result read the constant itself from now on."""
        made = operator.outputs[0]
        if made not in self.read_unpacked and made not in self.subgraph.outputs:
            return
        form = self.plan.storage.get(self.halves[made].buffer)
        if form is None:
            self.operators.append(operator.index)
        else:
            version = dequantize_version(form.dtype, form.axis is not None)
            self.operators.append(OperatorEdit(operator.index, version, operator.inputs))

    @cached_property
    def read_unpacked(self) -> frozenset[int]:
        """Tensors that operators read which don't read constants themselves."""
        rows = zip(self.subgraph.operators, self.plan.decisions[self.subgraph.index], strict=True)
        return frozenset(index for operator, decision in rows if not decision.direct for index in operator.inputs)

    def _read_directly(self, index: int, stored: bool) -> int:
        """What an operator that reads its weights itself reads in an operand's place. Biases that are unpacked from
        float16 become float32 constants, for the delegate's hybrid kernels take no others."""
        if index not in self.halves:
            return index
        half = self.halves[index]
        if stored:
            return half.index
        if index not in self.whole:
            values = self.plan.model.values(half).astype("<f4").reshape(-1).view(np.uint8)
            self.whole[index] = self.tensor(f"{half.name}_float32", half.shape, "FLOAT32", self.buffer(Bytes(values)))
        return self.whole[index]

    def _direct(self, operator: Operator, decision: Decision, inputs: tuple[int, ...]) -> None:
        """The kernel reads the stored weights itself."""
        facts = FACTS[operator.type]
        options = self.options.scalars(operator)
        version = facts.version(self.subgraph.inputs_of(operator), options)
        form = next(iter(decision.stored.values()))
        if facts.lookup:
            version = lookup_version((form.dtype, form.axis, form.block) != ("INT8", None, 0))
        elif form.bits == 4:
            version = max(version, INT4_VERSIONS[operator.type])
        asymmetric = {ASYMMETRIC: True} if ASYMMETRIC in options else {}
        inputs = tuple(self._read_directly(index, at in decision.stored) for at, index in enumerate(inputs))
        self.operators.append(OperatorEdit(operator.index, max(operator.version, version), inputs, asymmetric))

    def _dequantizing(self, operator: Operator, decision: Decision, operands: tuple[int, ...]) -> None:
        """A DEQUANTIZE, shared by all such readers of the weight, stands in front of the float kernel."""
        inputs = list(operands)
        for at in decision.stored:
            if inputs[at] in self.halves:
                continue  # the source's own DEQUANTIZE stays in front
            weight = self.subgraph.tensors[inputs[at]]
            if weight.index not in self.dequantized:
                made = self.tensor(f"{weight.name}_dequantized", weight.shape)
                form = self.plan.storage[weight.buffer]
                version = dequantize_version(form.dtype, form.axis is not None)
                self._add("DEQUANTIZE", version, (weight.index,), made)
                self.dequantized[weight.index] = made
            inputs[at] = self.dequantized[weight.index]
        self.operators.append(OperatorEdit(operator.index, operator.version, tuple(inputs)))

    def _gather_as_lookup(self, operator: Operator, inputs: tuple[int, ...]) -> None:
        """GATHER of rows, as EMBEDDING_LOOKUP can do it: with a flat list of int32 indices."""
        table, indices = self._weight(inputs[0]), self.subgraph.tensors[inputs[1]]
        output = self.subgraph.tensors[operator.outputs[0]]
        name, ids = output.name, indices.index
        form = self.plan.storage[table.buffer]
        version = lookup_version((form.dtype, form.axis, form.block) != ("INT8", None, 0))
        if indices.dtype == "INT64":
            narrow = self.tensor(f"{name}_indices", indices.shape, "INT32")
            self._add("CAST", 1, (ids,), narrow)
            ids = narrow
        if len(indices.shape) == 1:
            self._add("EMBEDDING_LOOKUP", version, (ids, table.index), output.index)
            return
        # -1 where it can be, so that an input may be resized as before.
        count = -1 if -1 in indices.shape else indices.elements
        flat = self.tensor(f"{name}_flat_indices", (count,), "INT32")
        self._add("RESHAPE", 1, (ids, self._constant(f"{name}_flat_shape", (-1,))), flat)
        rows = self.tensor(f"{name}_rows", (count, *table.shape[1:]))
        self._add("EMBEDDING_LOOKUP", version, (flat, table.index), rows)
        if indices.shape[:-1] == (1,):
            # XNNPACK takes RESHAPE but never EXPAND_DIMS: what follows a lookup shall not become a partition of its
            # own.
            self._add("EXPAND_DIMS", 1, (rows, self._constant(f"{name}_axis", (0,))), output.index)
        else:
            shape = (*_leading(indices.shape), *table.shape[1:])
            self._add("RESHAPE", 1, (rows, self._constant(f"{name}_shape", shape)), output.index)

    def add(self, operator: OperatorEdit | NewOperator) -> None:
        self.operators.append(operator)

    def tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str = "FLOAT32",
        buffer: int = 0,
        scales: Scales | None = None,
    ) -> int:
        self.new_tensors.append(NewTensor(name, shape, dtype, buffer, scales))
        return len(self.subgraph.tensors) + len(self.new_tensors) - 1

    def buffer(self, blob: Blob) -> int:
        self.new_buffers.append(blob)
        return len(self.plan.model.buffers) + len(self.new_buffers) - 1

    def _add(self, kind: str, version: int, inputs: tuple[int, ...], output: int) -> None:
        self.add(NewOperator(kind, version, inputs, (output,), OPTIONS[kind]))

    def _constant(self, name: str, values: tuple[int, ...]) -> int:
        buffer = self.buffer(Bytes(np.array(values, "<i4").view(np.uint8)))
        return self.tensor(name, (len(values),), "INT32", buffer)


def _leading(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape of indices with its first dimension left open, where no other one is."""
    return shape if not shape or -1 in shape[1:] else (-1, *shape[1:])
