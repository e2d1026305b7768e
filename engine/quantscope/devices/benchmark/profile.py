"""From benchmark_model's profile to times of TFLite operators, as far as that is certain.

The profile names operators by node, but a delegate's kernels only by name and place within their partition, and adds up
the same name and place across partitions. The model runtime information says which nodes went into which partition. So
kernels are laid onto the operators of the one partition of their subgraph, or, with several, of the only one that they
can be from (see `partitions`); time that can't be told apart is given as unattributed. Times are means over the
profiled runs, per inference, those of kernels as `profile.ticks` reads them.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from quantscope.devices.benchmark.partitions import Row, deal
from quantscope.devices.properties import printable
from quantscope.documents.profile import OperatorTime, Unattributed
from quantscope.errors import DeviceRefusedError, RuntimeMissingError
from quantscope.evaluate.walk import FOLLOWED, calls
from quantscope.model.graph import Model
from quantscope.model.options import OptionsReader
from quantscope.profile.alignment import align
from quantscope.profile.ticks import Reckoned

MAX_BYTES: Final = 32 * 1024 * 1024
# How the tables begin that builds write which know no protocol buffers, or no such mode.
_TABLE: Final = b"Profiling Info for"
_NODE: Final = re.compile(r"\[.*\]:(\d{1,7})", re.DOTALL)
_KERNEL: Final = re.compile(r"Delegate/(.*):(\d{1,7})", re.DOTALL)

Key = tuple[int, int]  # subgraph and operator


@dataclass(frozen=True)
class Attributed:
    """Times of operators in order, of kernels that belong to none with certainty, and why some don't."""

    operators: tuple[OperatorTime, ...]
    unattributed: tuple[Unattributed, ...]
    note: str | None


@dataclass
class _Ledger:
    """Microseconds per inference so far, and the kernels they went to."""

    times: defaultdict[Key, Reckoned] = field(default_factory=lambda: defaultdict(Reckoned))
    kernels: defaultdict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    exact: set[Key] = field(default_factory=set)
    folded: set[Key] = field(default_factory=set)
    foreign: defaultdict[str, Reckoned] = field(default_factory=lambda: defaultdict(Reckoned))
    spent: defaultdict[int, Reckoned] = field(default_factory=lambda: defaultdict(Reckoned))
    torn: set[int] = field(default_factory=set)

    def book(self, subgraph: int, operator: int | None, kernel: str, taken: Reckoned) -> None:
        self.spent[subgraph].include(taken)
        if operator is None:
            self.foreign[kernel].include(taken)
        else:
            self.times[subgraph, operator].include(taken)
            self.kernels[subgraph, operator].append(kernel)


def attribute(profile: bytes, runtime_info: bytes, model: Model) -> Attributed:
    """Reads both files that a profiled run of `model` wrote. Raises DeviceRefusedError if they aren't what they should
    be."""
    data, details = _decoded(profile, runtime_info)
    parts = _partitions(details, model)
    ledger = _Ledger()
    for rows in data.runtime_profile.subgraph_profiles:
        if rows.subgraph_index < len(model.subgraphs):
            _enter(rows, model, parts.get(rows.subgraph_index, []), ledger)
    _take_calls_out(model, ledger)
    torn = sum(len(parts[subgraph]) for subgraph in ledger.torn if subgraph in parts)
    note = (
        f"The delegate took {torn} partitions, whose kernels of one name and place are timed as one: "
        "that time can't be given to operators."
        if torn
        else None
    )
    return Attributed(
        _operators(model, ledger),
        tuple(
            Unattributed(kernel=kernel, us=taken.us, error_us=taken.error_us)
            for kernel, taken in ledger.foreign.items()
        ),
        note,
    )


def _decoded(profile: bytes, runtime_info: bytes) -> tuple[Any, Any]:
    try:
        from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise RuntimeMissingError(
            "The LiteRT runtime (ai-edge-litert) is not installed, so profiles can't be read here."
        ) from error
    if profile.startswith(_TABLE):
        raise DeviceRefusedError(
            "benchmark_model wrote its profile as a table, not as the protocol buffer it was asked for.",
            "This build is too old for profiles: choose a newer benchmark_model.",
        )
    data = profiling_info_pb2.BenchmarkProfilingData()
    details = model_runtime_info_pb2.ModelRuntimeDetails()
    try:
        data.ParseFromString(profile)
        details.ParseFromString(runtime_info)
    except DecodeError:
        raise DeviceRefusedError("The profile that benchmark_model wrote is damaged.", "Measure again.") from None
    # Messages of another kind are decoded too, into fields that nobody knows.
    timed = any(rows.per_op_profiles for rows in data.runtime_profile.subgraph_profiles)
    if not timed or not any(graph.nodes for graph in details.subgraphs):
        raise DeviceRefusedError(
            "The profile that benchmark_model wrote holds no operators.",
            "This build may lack profiling: choose another benchmark_model.",
        )
    return data, details


def _partitions(details: Any, model: Model) -> dict[int, list[list[int]]]:
    """For each subgraph the nodes of each partition, in the order in which the partitions run."""
    found: dict[int, list[list[int]]] = {}
    for graph in details.subgraphs:
        if graph.subgraph_id >= len(model.subgraphs):
            continue
        count = len(model.subgraphs[graph.subgraph_id].operators)
        places = {node: place for place, node in enumerate(graph.execution_plan)}
        nodes = sorted(graph.nodes, key=lambda node: places.get(node.id, node.id))
        found[graph.subgraph_id] = [
            sorted(number for number in set(node.delegate_node_details.tflite_node_ids_replaced) if 0 <= number < count)
            for node in nodes
            if node.HasField("delegate_node_details") and node.id in places
        ]
    return found


def _enter(rows: Any, model: Model, parts: Sequence[Sequence[int]], ledger: _Ledger) -> None:
    subgraph = rows.subgraph_index
    operators = model.subgraphs[subgraph].operators
    kernels: list[tuple[int, str, Reckoned, int]] = []
    for row in rows.per_op_profiles:
        times = row.inference_microseconds
        # Called several times an inference (in a loop), its times are counted as often.
        called = max(1, row.times_called)
        us = times.sum * called / times.count if times.count > 0 else 0.0
        kind = printable(row.node_type)
        taken = Reckoned()
        if match := _KERNEL.fullmatch(row.name):
            taken.add_kernel(us, called)
            kernels.append((int(match[2]), kind, taken, row.times_called))
            continue
        taken.add(us)
        match = _NODE.fullmatch(row.name)
        operator = int(match[1]) if match and int(match[1]) < len(operators) else None
        if operator is not None and operators[operator].type != kind and not operators[operator].custom:
            operator = None
        ledger.book(subgraph, operator, kind, taken)
        if operator is not None:
            ledger.exact.add((subgraph, operator))
    _enter_kernels(sorted(kernels), subgraph, parts, [operator.type for operator in operators], ledger)


def _enter_kernels(
    kernels: Sequence[tuple[int, str, Reckoned, int]],
    subgraph: int,
    parts: Sequence[Sequence[int]],
    types: Sequence[str],
    ledger: _Ledger,
) -> None:
    """Kernels of one partition are laid onto its operators; those of several first have to be told apart."""
    types_of = [[types[number] for number in part] for part in parts]
    once = min((times for *_, times in kernels), default=1)
    rows = [Row(place, kind, max(1, round(times / once))) for place, kind, _, times in kernels]
    owners: list[int | None] = [0] * len(rows) if len(parts) == 1 else deal(types_of, rows)
    for number, part in enumerate(parts):
        mine = [kernel for kernel, owner in zip(kernels, owners, strict=True) if owner == number]
        alignment = align(types_of[number], [kind for _, kind, _, _ in mine])
        for (_, kind, taken, _), owner in zip(mine, alignment.owners, strict=True):
            ledger.book(subgraph, None if owner is None else part[owner], kind, taken)
        if alignment.complete:
            ledger.folded |= {(subgraph, part[place]) for place in alignment.vanished}
    for (_, kind, taken, _), owner in zip(kernels, owners, strict=True):
        if owner is None:
            ledger.torn.add(subgraph)
            ledger.book(subgraph, None, kind, taken)


def _take_calls_out(model: Model, ledger: _Ledger) -> None:
    """The time of a loop holds that of the operators it runs, which are timed themselves."""
    options = OptionsReader(model)
    for graph in reversed(model.subgraphs):
        for operator in graph.operators:
            key = graph.index, operator.index
            if operator.type in FOLLOWED and key in ledger.times:
                for called in set(calls(operator, options)) & ledger.spent.keys():
                    ledger.times[key].subtract(ledger.spent.pop(called))


def _operators(model: Model, ledger: _Ledger) -> tuple[OperatorTime, ...]:
    ran = {0, *(key[0] for key in ledger.times)}
    found = []
    for graph in model.subgraphs:
        for operator in graph.operators if graph.index in ran else ():
            key = graph.index, operator.index
            taken = ledger.times[key] if key in ledger.kernels else None
            us = max(0.0, taken.us) if taken else 0.0 if key in ledger.folded else None
            found.append(
                OperatorTime(
                    subgraph=graph.index,
                    index=operator.index,
                    type=operator.type,
                    name=graph.outputs_of(operator)[0].name if operator.outputs else "",
                    us=us,
                    error_us=taken.error_us if taken else None,
                    attribution=_attribution(key, ledger),
                    kernels=tuple(dict.fromkeys(ledger.kernels.get(key, ()))),
                )
            )
    return tuple(found)


def _attribution(key: Key, ledger: _Ledger) -> str:
    if key in ledger.exact:
        return "exact"
    return "matched" if key in ledger.kernels else "folded" if key in ledger.folded else "none"


def timed_share(found: Attributed) -> float:
    """The share of the profiled time that went to operators."""
    us: Mapping[bool, float] = {
        True: sum(each.us or 0.0 for each in found.operators),
        False: sum(each.us for each in found.unattributed),
    }
    return us[True] / total if (total := sum(us.values())) else 0.0
