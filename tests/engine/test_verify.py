"""The check of every written model: what it catches, whom it blames, and that nothing is left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl

from quantscope import api
from quantscope.errors import CancelledError, ModelUnsupportedError, RunError, VerificationError
from quantscope.evaluate.runner import Runner, running
from quantscope.evaluate.verify import verify
from quantscope.model.read import read
from quantscope.quantize import apply
from quantscope.quantize.plan import Plan
from tests.engine.specimens import loop
from tests.lab import unpacked
from tests.models import Input, ModelBuilder, one_operator
from tests.operators import batch_matmul, conv, depthwise, fully_connected, gather, normal


def write(folder: Path, built: ModelBuilder, name: str = "model.tflite") -> Path:
    path = folder / name
    path.write_bytes(built.build())
    return path


def check(folder: Path, source: ModelBuilder, result: ModelBuilder, delegate: bool = True) -> None:
    verify(read(write(folder, source)), str(write(folder, result, "result.tflite")), delegate)


def with_weight(build: Callable[[], ModelBuilder], change: Callable[[Any], None], at: int = 1) -> ModelBuilder:
    """The model with its first operator's weight in int8 under one scale, and changed further."""
    built = build()
    graph = built.model.subgraphs[0]
    tensor = graph.tensors[graph.operators[0].inputs[at]]
    buffer = built.model.buffers[tensor.buffer]
    buffer.data = np.rint(buffer.data.view(np.float32) * 20).clip(-127, 127).astype(np.int8).view(np.uint8)
    tensor.type = tfl.TensorType.INT8
    tensor.quantization = tfl.QuantizationParametersT(scale=[0.05], zeroPoint=[0])
    change(tensor)
    return built


def unchanged(tensor: Any) -> None:
    pass


def test_a_sound_result_passes(tmp_path: Path) -> None:
    check(tmp_path, fully_connected(), with_weight(fully_connected, unchanged))
    check(tmp_path, fully_connected(), with_weight(fully_connected, unchanged), delegate=False)


def grouped() -> ModelBuilder:
    return conv(normal(32, 3, 3, 64), 128, size=3)


def test_a_kernel_that_refuses_is_named(tmp_path: Path) -> None:
    """Per-tensor hybrid grouped convolution, which builtin kernels can't prepare."""
    with pytest.raises(VerificationError, match=r"CONV_2D #0: The runtime refuses the model") as failure:
        check(tmp_path, grouped(), with_weight(grouped, unchanged), delegate=False)
    assert "not kept" in str(failure.value)
    assert failure.value.remedy


def test_weights_that_no_kernel_of_that_type_takes(tmp_path: Path) -> None:
    def left() -> ModelBuilder:
        return one_operator("BATCH_MATMUL", [normal(32, 64), Input((64, 8))], [(32, 8)], tfl.BatchMatMulOptionsT())

    with pytest.raises(VerificationError, match="BATCH_MATMUL #0"):
        check(tmp_path, left(), with_weight(left, unchanged, at=0))


def test_values_that_are_not_finite_are_blamed_on_the_first_operator_that_gives_them(tmp_path: Path) -> None:
    def result(scale: float) -> ModelBuilder:
        model = ModelBuilder()
        graph = model.subgraph()
        x, small = graph.input("x", (2, 64)), graph.constant("w", np.ones((64, 64), np.int8), scales=[scale])
        dequantized = graph.tensor("dequantized", (64, 64))
        squared, summed, y = (graph.tensor(name, (2, 64)) for name in ("squared", "summed", "y"))
        graph.operator("DEQUANTIZE", [small], [dequantized], version=2)
        graph.operator("MUL", [x, x], [squared], tfl.MulOptionsT())
        graph.operator("FULLY_CONNECTED", [squared, dequantized, -1], [summed], tfl.FullyConnectedOptionsT())
        graph.operator("EXP", [summed], [y])
        graph.outputs = [y]
        return model

    check(tmp_path, result(0.1), result(0.2))
    for delegate in (True, False):
        with pytest.raises(VerificationError, match=r"EXP #3 gives values that are not finite"):
            check(tmp_path, result(0.1), result(10.0), delegate)


def logarithm() -> ModelBuilder:
    """log(x @ w) of normal inputs: NaN for about half of them, in float too."""
    model = fully_connected()
    graph = model.model.subgraphs[0]
    built = ModelBuilder(model.model)
    tensors = graph.tensors
    tensors.append(tfl.TensorT(shape=[2, 24], type=tfl.TensorType.FLOAT32, buffer=0, name="log", hasRank=True))
    log = tfl.OperatorT(opcodeIndex=built.operator_code("LOG"), inputs=[graph.outputs[0]], outputs=[len(tensors) - 1])
    graph.operators.append(log)
    graph.outputs = [len(tensors) - 1]
    return model


def test_a_source_that_gives_nan_itself_may_go_on_doing_so(tmp_path: Path) -> None:
    source = write(tmp_path, logarithm())
    result = api.quantize_file(source, tmp_path / "out.tflite")
    assert result.output.bytes < result.input.bytes


def test_a_source_that_can_not_be_run_is_unsupported(tmp_path: Path) -> None:
    """A custom operator of some application: the quantized model can't be checked, so there is none."""
    model = fully_connected()
    graph = model.model.subgraphs[0]
    graph.operators.append(
        tfl.OperatorT(opcodeIndex=ModelBuilder(model.model).operator_code("CUSTOM:mine"), inputs=[3], outputs=[3])
    )
    source = write(tmp_path, model)
    with pytest.raises(ModelUnsupportedError, match=r"source model itself can't be run here.*mine"):
        api.quantize_file(source, tmp_path / "out.tflite")
    assert list(tmp_path.iterdir()) == [source]


def test_a_source_that_crashes_the_runtime_is_unsupported(tmp_path: Path) -> None:
    """A depthwise convolution without bias kills the interpreter; the process with our data doesn't notice."""
    model = depthwise(normal(1, 3, 3, 128))
    graph = model.model.subgraphs[0]
    graph.operators[0].inputs = graph.operators[0].inputs[:2]
    source = write(tmp_path, model)
    with pytest.raises(ModelUnsupportedError, match=r"crashed on the model \(SIG\w+\)"):
        api.quantize_file(source, tmp_path / "out.tflite", target="builtin")
    assert list(tmp_path.iterdir()) == [source]


def test_a_result_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job fails, the file that stood in the output's place still stands there, no temporary file lies about."""
    source = write(tmp_path, grouped())
    output = tmp_path / "out.tflite"
    output.write_bytes(b"precious")
    broken = with_weight(grouped, unchanged).build()
    monkeypatch.setattr(api, "write_quantized", lambda plan, file, progress: file.write(broken))
    with pytest.raises(VerificationError, match="CONV_2D #0"):
        api.quantize_file(source, output, target="builtin")
    assert output.read_bytes() == b"precious"
    assert sorted(tmp_path.iterdir()) == [source, output]


def test_a_truncated_result_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path, fully_connected())
    whole = apply.write_quantized

    def half(plan: Plan, file: Any, progress: Any) -> None:
        whole(plan, file, progress)
        file.truncate(file.seek(0, 2) // 2)

    monkeypatch.setattr(api, "write_quantized", half)
    with pytest.raises(VerificationError, match="failed its check"):
        api.quantize_file(source, tmp_path / "out.tflite")
    assert list(tmp_path.iterdir()) == [source]


def test_verification_uses_the_targets_kernels(tmp_path: Path) -> None:
    """What only XNNPACK prepares passes for xnnpack and fails for builtin."""
    check(tmp_path, grouped(), with_weight(grouped, unchanged), delegate=True)


def test_cancelling_while_checking(tmp_path: Path) -> None:
    source = write(tmp_path, fully_connected())

    def cancel(fraction: float, text: str) -> None:
        if text == "Checking the result":
            raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        api.quantize_file(source, tmp_path / "out.tflite", progress=cancel)
    assert list(tmp_path.iterdir()) == [source]


def endless() -> ModelBuilder:
    """A loop that counts by zero."""
    model = loop()
    (one,) = [tensor for tensor in model.model.subgraphs[2].tensors if tensor.name == "one"]
    model.model.buffers[one.buffer].data = np.zeros(4, np.uint8)
    return model


def test_a_model_that_runs_for_ever_is_given_up(tmp_path: Path) -> None:
    good, result = write(tmp_path, loop()), write(tmp_path, endless(), "result.tflite")
    with pytest.raises(VerificationError, match="still running after 2 s"):
        verify(read(good), str(result), delegate=True, seconds=2)
    with pytest.raises(ModelUnsupportedError, match=r"source model itself can't be run here.*after 0.5 s"):
        verify(read(result), str(result), delegate=True, seconds=0.5)


# The process that runs models ----------------------------------------------------------------------------------------


def test_a_runner_survives_what_it_refuses(tmp_path: Path) -> None:
    good, bad = write(tmp_path, gather((3,))), tmp_path / "bad.tflite"
    bad.write_bytes(b"no model")
    with Runner() as runner:
        with pytest.raises(RunError, match="The runtime refuses the model"):
            runner.load(str(bad))
        loaded = runner.load(str(good))
        assert [each.shape for each in loaded.inputs] == [(3,)]
        with pytest.raises(RunError, match="out of bounds"):
            runner.run([np.full(3, 99, np.int32)])
        assert runner.run([np.zeros(3, np.int32)])[0].shape == (3, 32)
    assert runner.process.poll() is not None


def test_a_killed_child_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    path = write(tmp_path, fully_connected())
    with running(str(path)) as (runner, loaded):
        runner.process.kill()
        with pytest.raises(RunError, match=r"crashed on the model \(SIGKILL\)"):
            runner.run([np.zeros(each.shape, np.float32) for each in loaded.inputs])


def test_models_print_what_they_like(tmp_path: Path) -> None:
    """The delegate's messages go to stderr of the child and not between the frames."""
    path = write(tmp_path, batch_matmul((2, 4, 96), (96, 32)))
    with running(str(path)) as (runner, _):
        for _ in range(3):
            assert runner.run([np.ones((2, 4, 96), np.float32)])[0].shape == (2, 4, 32)
    assert unpacked(str(path)).version == 3
