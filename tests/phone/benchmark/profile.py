"""The stand-in's profile and model runtime information, as the protocol buffers that the real one writes."""

import os
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.phone.benchmark.flags import Parsed, say

DROPPING: Final = "Warning: Dropping ProfileBuffer event."


def write_profile(
    flags: Parsed, inputs: list[npt.NDArray[Any]], delegated: bool
) -> tuple[list[int], Callable[[], None]]:
    """Runs profiled, through LiteRT's own profiler; gives the latencies and what writes the file."""
    from ai_edge_litert import profiling_info_pb2

    from quantscope.profile.litert import CompiledModel
    from tests.phone.benchmark.program import count_line

    runs = int(flags.number("num_runs"))
    say(
        f"Running benchmark for at least {runs} iterations and at least {flags.number('min_secs'):g} seconds but "
        f"terminate if exceeding {flags.number('max_secs'):g} seconds."
    )
    times: list[int] = []
    rows: dict[tuple[bool, int, int, str], list[int]] = {}
    room = int(flags.number("max_profiling_buffer_entries"))
    dropped = False
    # LiteRT's environment tells of itself on standard error, which benchmark_model has none of.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with CompiledModel(flags.text("graph"), delegated, max(1, int(flags.number("num_threads")))) as model:
        model.set_inputs(inputs)
        model.run()
        for _ in range(max(1, runs)):
            model.start()
            start = time.perf_counter_ns()
            model.run()
            times.append(round((time.perf_counter_ns() - start) / 1000))
            timed = model.stop()
            columns = (timed.builtin, timed.subgraph, timed.node, timed.us)
            events = list(zip(*(column.tolist() for column in columns), timed.names(), strict=True))
            dropped |= len(events) > room
            for builtin, subgraph, node, us, name in events[:room]:
                key = (builtin, subgraph if builtin else 0, node, name)
                rows.setdefault(key, []).append(us)
    say(count_line(times) + "\n")
    if dropped:
        say(DROPPING)
    names = _output_names(flags.text("graph"))
    data = profiling_info_pb2.BenchmarkProfilingData()
    profiles: dict[int, Any] = {}
    for order, ((builtin, subgraph, node, name), us) in enumerate(rows.items()):
        if subgraph not in profiles:
            profiles[subgraph] = data.runtime_profile.subgraph_profiles.add(
                subgraph_index=subgraph, subgraph_name="main"
            )
        row = profiles[subgraph].per_op_profiles.add(node_type=name, run_order=order)
        row.name = f"[{names.get((subgraph, node), 'Unknown')}]:{node}" if builtin else f"Delegate/{name}:{node}"
        row.times_called = max(1, round(len(us) / len(times)))
        _stat(row.inference_microseconds, us)
        _stat(row.mem_kb, [0] * len(us))

    def write() -> None:
        _write(flags.text("op_profiling_output_file"), data)

    return times, write


def _stat(stat: Any, values: list[int]) -> None:
    stat.first, stat.last, stat.count, stat.sum = values[0], values[-1], len(values), sum(values)
    stat.min, stat.max, stat.avg = min(values), max(values), sum(values) // len(values)
    stat.stddev, stat.variance = int(np.std(values)), int(np.var(values))


def _output_names(path: str) -> dict[tuple[int, int], str]:
    from quantscope.model.read import read

    model = read(path)
    return {
        (graph.index, operator.index): ", ".join(tensor.name for tensor in graph.outputs_of(operator))
        for graph in model.subgraphs
        for operator in graph.operators
    }


def delegated_nodes(interpreter: Any) -> dict[int, list[int]]:
    """For each delegate node of the main subgraph the nodes it replaced: those between its inputs and outputs."""
    nodes = interpreter._get_ops_details()
    makers = {tensor: node for node in nodes if node["op_name"] != "DELEGATE" for tensor in node["outputs"]}
    found = {}
    for node in nodes:
        if node["op_name"] != "DELEGATE":
            continue
        stop = {int(tensor) for tensor in node["inputs"]}
        pending, inside = [int(tensor) for tensor in node["outputs"]], set()
        while pending:
            maker = makers.get(pending.pop())
            if maker is not None and maker["index"] not in inside:
                inside.add(maker["index"])
                pending += [int(each) for each in maker["inputs"] if int(each) >= 0 and int(each) not in stop]
        found[node["index"]] = sorted(inside)
    return found


def write_runtime_info(flags: Parsed, interpreter: Any) -> None:
    """Writes which nodes the delegate took. Only of the main subgraph: the interpreter tells of no other."""
    from ai_edge_litert import model_runtime_info_pb2

    details = model_runtime_info_pb2.ModelRuntimeDetails()
    graph = details.subgraphs.add(subgraph_id=0, name="main")
    taken = delegated_nodes(interpreter)
    owner = {node: delegate for delegate, part in taken.items() for node in part}
    ready = {int(each["index"]) for each in interpreter.get_input_details()}
    nodes = interpreter._get_ops_details()
    for node in nodes:
        name = "TfLiteXNNPackDelegate" if node["op_name"] == "DELEGATE" else node["op_name"]
        entry = graph.nodes.add(id=node["index"], name=name, type=name)
        entry.inputs.extend(int(tensor) for tensor in node["inputs"])
        entry.outputs.extend(int(tensor) for tensor in node["outputs"])
        if node["index"] in owner:
            entry.delegated_to_node_id = owner[node["index"]]
        if node["index"] in taken:
            entry.delegate_node_details.delegate_name = name
            entry.delegate_node_details.tflite_node_ids_replaced.extend(taken[node["index"]])
    graph.execution_plan.extend(_plan([node for node in nodes if node["index"] not in owner], ready))
    _write(flags.text("model_runtime_info_output_file"), details)


def _plan(nodes: list[Any], ready: set[int]) -> list[int]:
    made = {int(tensor) for node in nodes for tensor in node["outputs"]}
    plan, left = [], list(nodes)
    while left:
        free = [n for n in left if all(int(t) not in made or int(t) in ready for t in n["inputs"])] or left[:1]
        for node in free:
            plan.append(int(node["index"]))
            ready |= {int(tensor) for tensor in node["outputs"]}
        left = [node for node in left if node["index"] not in set(plan)]
    return plan


def _write(path: str, message: Any) -> None:
    if not path:
        say(str(message))
        return
    try:
        with open(path, "wb") as file:
            file.write(message.SerializeToString())
    except OSError:
        say(f"Failed to write {path}", "ERROR")
