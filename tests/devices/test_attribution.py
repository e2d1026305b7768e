"""Profiles of benchmark_model laid onto operators: genuine ones too, and what is not certain stays so."""

from types import SimpleNamespace
from typing import Any

import pytest
from ai_edge_litert import model_runtime_info_pb2, profiling_info_pb2

from quantscope.devices.benchmark import profile as profiles
from quantscope.devices.benchmark.profile import Attributed, attribute, timed_share
from quantscope.errors import DeviceRefusedError
from tests.devices.conftest import LOGS

needs_logs = pytest.mark.skipif(not LOGS.is_dir(), reason="the folder of genuine outputs isn't there")

CONV = [
    "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "MAX_POOL_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "MAX_POOL_2D", "CONV_2D",
    "ADD", "MEAN", "FULLY_CONNECTED", "SOFTMAX",
]  # fmt: skip


def model_of(graphs: list[list[str]]) -> Any:
    """As much of a Model as is needed, from the types of its operators."""
    return SimpleNamespace(
        subgraphs=[
            SimpleNamespace(
                index=number,
                operators=[
                    SimpleNamespace(index=place, type=kind, custom=False, outputs=(place,))
                    for place, kind in enumerate(types)
                ],
                outputs_of=lambda operator: (SimpleNamespace(name=f"out{operator.index}"),),
            )
            for number, types in enumerate(graphs)
        ]
    )


@pytest.fixture(autouse=True)
def control_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """WHILE operators of the first subgraph run subgraphs 1 and 2, then 3 and 4."""
    monkeypatch.setattr(profiles, "OptionsReader", lambda model: None)
    monkeypatch.setattr(profiles, "calls", lambda operator, options: (2 * operator.index - 1, 2 * operator.index))


def genuine(name: str, info: str) -> tuple[Attributed, Any, Any]:
    data, details = (LOGS / f"{name}.pb").read_bytes(), (LOGS / f"{info}.pb").read_bytes()
    parsed = model_runtime_info_pb2.ModelRuntimeDetails.FromString(details)
    graphs = [
        [node.name for node in graph.nodes if not node.HasField("delegate_node_details")] for graph in parsed.subgraphs
    ]
    found = attribute(data, details, model_of(graphs))
    return found, profiling_info_pb2.BenchmarkProfilingData.FromString(data), graphs


@needs_logs
@pytest.mark.parametrize(
    ("name", "info"), [("conv_f32__opprof", "conv_f32__runtime_info"), ("conv_dr__opprof", "conv_dr__runtime_info")]
)
def test_genuine_convolutions_are_timed_one_by_one(name: str, info: str) -> None:
    found, data, graphs = genuine(name, info)
    assert graphs == [CONV]
    assert [each.type for each in found.operators] == CONV
    assert {each.attribution for each in found.operators} == {"matched"}
    assert found.unattributed == ()
    assert timed_share(found) == 1
    rows = data.runtime_profile.subgraph_profiles[0].per_op_profiles
    total = sum(row.inference_microseconds.sum / row.inference_microseconds.count for row in rows)
    assert sum(each.us or 0 for each in found.operators) == pytest.approx(total + len(rows) / 2), "half a tick each"
    assert sum(each.error_us or 0 for each in found.operators) == pytest.approx(len(rows) / 2)
    slowest = max(found.operators, key=lambda each: each.us or 0)
    assert (slowest.index, slowest.type) in ((7, "CONV_2D"), (1, "DEPTHWISE_CONV_2D"))


@needs_logs
@pytest.mark.parametrize("kind", ["f32", "dr"])
def test_a_genuine_lstm_isnt_counted_twice(kind: str) -> None:
    """The loop's own time is without that of its body; what can't be given to an operator is said."""
    found, data, _ = genuine(f"lstm_{kind}__opprof", f"lstm_{kind}__runtime_info")
    main = data.runtime_profile.subgraph_profiles[0].per_op_profiles
    whole = sum(row.inference_microseconds.sum / row.inference_microseconds.count for row in main)
    total = sum(each.us or 0 for each in found.operators) + sum(each.us for each in found.unattributed)
    assert total == pytest.approx(whole, rel=0.02)
    assert any(each.attribution == "exact" and each.type == "WHILE" for each in found.operators)
    assert (found.note is None) == (not found.unattributed or all("Allocate" in e.kernel for e in found.unattributed))


def written(rows: list[tuple[str, str, float, int]], parts: list[list[int]], count: int) -> tuple[bytes, bytes]:
    """A profile of these rows (type, name, microseconds, times called) and which nodes the delegate took."""
    data = profiling_info_pb2.BenchmarkProfilingData()
    graph = data.runtime_profile.subgraph_profiles.add(subgraph_index=0, subgraph_name="main")
    for kind, name, us, times in rows:
        row = graph.per_op_profiles.add(node_type=kind, name=name, times_called=times)
        row.inference_microseconds.count, row.inference_microseconds.sum = 10 * times, round(10 * us)
    details = model_runtime_info_pb2.ModelRuntimeDetails()
    described = details.subgraphs.add(subgraph_id=0)
    for place in range(count):
        described.nodes.add(id=place)
    for place, part in enumerate(parts):
        node = described.nodes.add(id=count + place)
        node.delegate_node_details.tflite_node_ids_replaced.extend(part)
        described.execution_plan.append(count + place)
    return data.SerializeToString(), details.SerializeToString()


def test_kernels_of_several_partitions_are_never_spread_out() -> None:
    data, info = written(
        [
            ("Fully Connected (NC, F32) GEMM", "Delegate/Fully Connected (NC, F32) GEMM:0", 30, 2),
            ("CUSTOM", "[x]:1", 5, 1),
        ],
        [[0], [2]],
        3,
    )
    found = attribute(data, info, model_of([["FULLY_CONNECTED", "CUSTOM", "FULLY_CONNECTED"]]))
    assert [(each.us, each.attribution) for each in found.operators] == [(None, "none"), (5, "exact"), (None, "none")]
    foreign = [(each.kernel, each.us, each.error_us) for each in found.unattributed]
    assert foreign == [("Fully Connected (NC, F32) GEMM", 31, 1)]
    assert found.note
    assert "2 partitions" in found.note


def test_kernels_of_partitions_that_can_be_told_apart_are_given_to_them() -> None:
    """A reshape and, further on, a matrix product with softmax: there is one way to deal their kernels out."""
    data, info = written(
        [
            ("Static Reshape (NC)", "Delegate/Static Reshape (NC):0", 1, 1),
            ("Fully Connected (NC, F32) GEMM", "Delegate/Fully Connected (NC, F32) GEMM:0", 30, 1),
            ("Softmax (NC, F32)", "Delegate/Softmax (NC, F32):1", 4, 1),
            ("CUSTOM", "[x]:1", 5, 1),
        ],
        [[0], [2, 3]],
        4,
    )
    found = attribute(data, info, model_of([["RESHAPE", "CUSTOM", "FULLY_CONNECTED", "SOFTMAX"]]))
    assert [each.us for each in found.operators] == [1.5, 5, 30.5, 4.5]
    assert [each.error_us for each in found.operators] == [0.5, 0, 0.5, 0.5]
    assert not found.unattributed
    assert found.note is None


def test_kernels_that_could_be_of_either_partition_are_not_given_to_any() -> None:
    data, info = written(
        [
            ("Fully Connected (NC, F32) GEMM", "Delegate/Fully Connected (NC, F32) GEMM:0", 30, 1),
            ("Fully Connected (NC, QS8) GEMM", "Delegate/Fully Connected (NC, QS8) GEMM:0", 10, 1),
        ],
        [[0], [2]],
        3,
    )
    found = attribute(data, info, model_of([["FULLY_CONNECTED", "CUSTOM", "FULLY_CONNECTED"]]))
    assert {each.attribution for each in found.operators} == {"none"}
    assert sum(each.us for each in found.unattributed) == 41


def test_very_many_partitions_are_given_up_in_bounded_time() -> None:
    rows = [(f"Add{n} (ND)", f"Delegate/Add (ND){n}:0", 1.0, 1) for n in range(40)]
    data, info = written(rows, [[n] for n in range(40)], 40)
    found = attribute(data, info, model_of([["ADD"] * 40]))
    assert {each.attribution for each in found.operators} == {"none"}


def test_a_node_that_is_another_operator_isnt_believed() -> None:
    data, info = written([("SOFTMAX", "[x]:0", 5, 1), ("CONV_2D", "[x]:99", 7, 1)], [], 1)
    found = attribute(data, info, model_of([["CONV_2D"]]))
    assert found.operators[0].us is None
    assert {each.kernel: each.us for each in found.unattributed} == {"SOFTMAX": 5, "CONV_2D": 7}


def test_what_is_no_profile_is_refused() -> None:
    with pytest.raises(DeviceRefusedError, match="damaged"):
        attribute(b"\xff" * 50, b"", model_of([["CONV_2D"]]))
