"""Inputs: every rule of the .npz files, and what is generated where there is none."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest

from quantscope.errors import DataError
from quantscope.evaluate.inputs import FromFile, Some, fitted_to, from_file, generated, runnable
from quantscope.evaluate.npz import opened
from quantscope.evaluate.runner import running
from quantscope.evaluate.wire import TensorInfo
from quantscope.model.graph import Model
from quantscope.model.read import read
from quantscope.quantize.calibration import is_calibration
from tests.models import Array, Input, ModelBuilder, one_operator
from tests.operators import embedding, gather


def info(
    name: str,
    *shape: int,
    dtype: str = "<f4",
    signature: tuple[int, ...] | None = None,
    scale: float = 0.0,
    zero: int = 0,
) -> TensorInfo:
    return TensorInfo(name, dtype, shape, shape if signature is None else signature, scale, zero)


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Model]:
    def make(*inputs: str, signature: dict[str, str] | None = None) -> Model:
        built = ModelBuilder()
        graph = built.subgraph()
        tensors = {name: graph.input(name, (1, 4)) for name in inputs}
        graph.outputs = list(tensors.values())
        if signature:
            built.signature("serve", {key: tensors[name] for key, name in signature.items()}, {})
        path = tmp_path / "model.tflite"
        path.write_bytes(built.build())
        return read(path)

    return make


@pytest.fixture
def load(tmp_path: Path, model: Callable[..., Model]) -> Callable[..., FromFile]:
    """Saves arrays and reads them for inputs of shape (1, 4), named a, b... as tensors."""

    def make(
        *inputs: TensorInfo, limit: int | None = None, signature: dict[str, str] | None = None, **arrays: Any
    ) -> FromFile:
        path = tmp_path / "data.npz"
        np.savez(path, **arrays)
        return from_file(str(path), model(*(each.name for each in inputs), signature=signature), inputs, limit)

    return make


Load = Callable[..., FromFile]
VALUES = np.arange(24, dtype=np.float32).reshape(6, 4)


def all_of(samples: FromFile) -> list[list[Array]]:
    return [samples.sample(index) for index in range(len(samples))]


# Names ---------------------------------------------------------------------------------------------------------------


def test_arrays_are_named_after_tensors(load: Load) -> None:
    samples = load(info("a", 1, 4), info("b", 1, 4), b=VALUES * 2, a=VALUES, y=np.arange(3))
    assert len(samples) == 6
    for index, (a, b) in enumerate(all_of(samples)):
        assert np.array_equal(a, VALUES[index : index + 1])
        assert np.array_equal(b, 2 * a)


def test_arrays_are_named_after_the_signature(load: Load) -> None:
    signature = {"image": "serving_default_image:0", "mask": "serving_default_mask:0"}
    inputs = [info(name, 1, 4) for name in signature.values()]
    image, mask = load(*inputs, signature=signature, image=VALUES, mask=-VALUES).sample(2)
    assert np.array_equal(image, VALUES[2:3])
    assert np.array_equal(mask, -VALUES[2:3])


def test_port_number_of_a_tensor_name_may_be_left_out(load: Load) -> None:
    assert len(load(info("in:0", 1, 4), info("other:0", 1, 4), **{"in": VALUES, "other": VALUES})) == 6


@pytest.mark.parametrize("arrays", [
    {"anything": VALUES}, {"x": VALUES, "y": np.arange(6)}, {"a": VALUES, "x": np.zeros((1, 1))},
    {"v": VALUES, "target": np.arange(6), "z": np.zeros((6, 3))},
])  # fmt: skip
def test_a_single_input_takes_its_own_name_or_x_or_what_can_only_be_meant(load: Load, arrays: dict[str, Array]) -> None:
    samples = load(info("a", 1, 4), **arrays)
    assert np.array_equal(np.concatenate([sample[0] for sample in all_of(samples)]), VALUES)


@pytest.mark.parametrize("arrays", [{}, {"p": VALUES, "q": VALUES}, {"y": np.arange(6), "v": VALUES, "z": VALUES}])
def test_a_single_input_with_nothing_for_it(load: Load, arrays: dict[str, Array]) -> None:
    with pytest.raises(DataError, match="has no array for input 'a'") as failure:
        load(info("a", 1, 4), **arrays)
    assert failure.value.remedy


def test_several_inputs_each_need_their_array(load: Load) -> None:
    with pytest.raises(DataError, match=r"has no array for input 'b'.*it has a, x"):
        load(info("a", 1, 4), info("b", 1, 4), a=VALUES, x=VALUES)


def test_labels_may_be_anything(load: Load) -> None:
    assert len(load(info("a", 1, 4), x=VALUES, y=np.array(["cat"] * 3), z=np.array([object()] * 2))) == 6


# Samples and shapes --------------------------------------------------------------------------------------------------


def test_samples_with_and_without_the_batch_axis(load: Load) -> None:
    bare, batched = load(info("a", 1, 4), x=VALUES), load(info("a", 1, 4), x=VALUES[:, None])
    assert [sample[0].tolist() for sample in all_of(bare)] == [sample[0].tolist() for sample in all_of(batched)]
    assert bare.sample(0)[0].shape == (1, 4)


def test_open_dimensions_take_any_size(load: Load) -> None:
    open_batch = info("a", 1, 4, signature=(-1, 4))
    assert load(open_batch, x=VALUES.reshape(3, 2, 4)).sample(1)[0].shape == (2, 4)
    assert load(open_batch, x=VALUES).sample(1)[0].shape == (1, 4)
    assert load(info("a", 1, 1, signature=(1, -1)), x=VALUES).sample(0)[0].shape == (1, 4)


def test_input_without_a_batch_axis(load: Load) -> None:
    assert load(info("a", 4), x=VALUES).sample(5)[0].tolist() == VALUES[5].tolist()
    assert load(info("a"), x=VALUES[:, 0]).sample(1)[0].shape == ()


@pytest.mark.parametrize("shape", [(6, 5), (6, 2, 4), (6,), (6, 1, 1, 4)])
def test_shapes_that_do_not_fit(load: Load, shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"input 'a' takes \[1, 4\]"):
        load(info("a", 1, 4), x=np.zeros(shape, np.float32))


def test_a_batch_of_two_is_no_batch_axis_to_leave_out(load: Load) -> None:
    with pytest.raises(DataError, match="have shape"):
        load(info("a", 2, 4), x=VALUES)
    assert len(load(info("a", 2, 4), x=VALUES.reshape(3, 2, 4))) == 3


def test_differing_numbers_of_samples(load: Load) -> None:
    with pytest.raises(DataError, match=r"different numbers of samples, or none: \[5, 6\]"):
        load(info("a", 1, 4), info("b", 1, 4), a=VALUES, b=VALUES[:5])


@pytest.mark.parametrize("array", [np.zeros((0, 4), np.float32), np.float32(3)])
def test_no_samples_at_all(load: Load, array: Array) -> None:
    with pytest.raises(DataError, match="samples, or none"):
        load(info("a", 1, 4), x=array)


def test_limited_samples_are_spread_over_the_file(load: Load) -> None:
    some = load(info("a", 1, 4), limit=2, x=VALUES)
    assert [some.row(index) for index in range(len(some))] == [0, 3]
    assert np.array_equal(some.sample(1)[0], VALUES[3:4])
    assert len(load(info("a", 1, 4), limit=100, x=VALUES)) == 6


@pytest.mark.parametrize("mapped_from", [0, 1 << 30])
def test_an_npy_file_is_the_only_input(
    tmp_path: Path, model: Callable[..., Model], monkeypatch: pytest.MonkeyPatch, mapped_from: int
) -> None:
    path = tmp_path / "one.npy"
    np.save(path, VALUES)
    monkeypatch.setattr("quantscope.evaluate.inputs.opened", lambda path: opened(path, mapped_from))
    samples = from_file(str(path), model("a"), [info("a", 1, 4)], None)
    assert np.array_equal(samples.sample(5)[0], VALUES[5:])
    with pytest.raises(DataError, match="has 2 inputs"):
        from_file(str(path), model("a", "b"), [info("a", 1, 4), info("b", 1, 4)], None)


# Dtypes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "wanted"), [
    ("uint8", "<f4"), ("int16", "<f4"), ("float16", "<f4"), ("float64", "<f4"), ("float32", "<f2"), ("bool", "<f4"),
    ("int64", "<i4"), ("uint8", "<i4"), ("int32", "<i8"), ("bool", "<i4"), ("int64", "<f4"), ("bool", "|b1"),
    ("uint32", "|u1"),
])  # fmt: skip
def test_dtypes_that_lose_nothing(load: Load, found: str, wanted: str) -> None:
    values = np.array([[0, 1, 1, 0]] * 3 if found == "bool" else [[0, 1, 2, 100]] * 3).astype(found)
    (array,) = load(info("a", 1, 4, dtype=wanted), x=values).sample(0)
    assert array.dtype == np.dtype(wanted)
    assert array.reshape(-1).tolist() == values[0].tolist()


@pytest.mark.parametrize(("values", "wanted"), [
    (np.array([[0, 0, 0, 2**31]]), "<i4"), (np.array([[0, 0, 0, 2**24 + 1]]), "<f4"),
    (np.array([[0, 0, 0, -1]]), "|u1"),
    (np.array([[0.0, 1, 2, 3]], np.float32), "<i4"), (np.array([["a", "b", "c", "d"]]), "<f4"),
    (np.array([[1j, 0, 0, 0]]), "<f4"), (np.array([[2, 0, 1, 0]]), "|b1"),
    (np.array([["2020-01-01"] * 4], "datetime64[D]"), "<i8"),
])  # fmt: skip
def test_dtypes_that_would_change_values_are_refused_in_words(load: Load, values: Array, wanted: str) -> None:
    with pytest.raises(DataError, match="values would change") as failure:
        load(info("a", 1, 4, dtype=wanted), x=values)
    assert values.dtype.name in str(failure.value)
    assert np.dtype(wanted).name in str(failure.value)
    assert failure.value.remedy


def test_a_later_sample_that_loses_something_is_noticed(load: Load) -> None:
    samples = load(info("a", 1, 4, dtype="<i4"), x=np.array([[1, 2, 3, 4], [1, 2, 3, 2**40]]))
    with pytest.raises(DataError):
        samples.sample(1)


def test_real_values_for_a_quantized_input(load: Load) -> None:
    quantized = info("a", 1, 4, dtype="|i1", scale=0.5, zero=-1)
    (array,) = load(quantized, x=np.array([[0, 0.5, -0.25, 1000]], np.float32)).sample(0)
    assert (array.dtype, array.tolist()) == (np.int8, [[-1, 0, -2, 127]])
    assert fitted_to(np.array([7], np.int32), info("b", 1, dtype="<i8")).dtype == np.int64


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "words"), [
    (b"", "is neither"), (b"hello", "is neither"), (b"PK\x03\x04 not a zip", "can't be read as .npz"),
    (b"\x93NUMPY\x01\x00", "can't be read as .npz"),
])  # fmt: skip
def test_files_that_are_no_npz(tmp_path: Path, model: Callable[..., Model], content: bytes, words: str) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        from_file(str(path), model("a"), [info("a", 1, 4)], None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_that_never_ends_is_not_waited_for(tmp_path: Path, model: Callable[..., Model]) -> None:
    os.mkfifo(tmp_path / "data.npz")
    assert not is_calibration(tmp_path / "data.npz")
    with pytest.raises(DataError, match="not an ordinary file"):
        from_file(str(tmp_path / "data.npz"), model("a"), [info("a", 1, 4)], None)


def test_missing_folder_and_pickle(tmp_path: Path, model: Callable[..., Model]) -> None:
    built = model("a")
    np.savez(tmp_path / "pickle.npz", x=np.array([object()] * 2))
    np.save(tmp_path / "pickle.npy", np.array([object()] * 2))
    for name in ("missing.npz", ".", "pickle.npz", "pickle.npy"):
        with pytest.raises(DataError):
            from_file(str(tmp_path / name), built, [info("a", 1, 4)], None)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_archives(tmp_path: Path, model: Callable[..., Model], save: Callable[..., None]) -> None:
    path, built = tmp_path / "data.npz", model("a")
    save(path, x=np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32))
    good = path.read_bytes()
    for at in range(0, len(good), 7):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        try:
            from_file(str(path), built, [info("a", 1, 4)], None)
        except DataError:
            continue


def test_arrays_of_an_absurd_size(tmp_path: Path, model: Callable[..., Model]) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 50, 4)})
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    with pytest.raises(DataError, match=r"can't be read"):
        from_file(str(tmp_path / "data.npz"), model("a"), [info("a", 1, 4)], None)


# Generated -----------------------------------------------------------------------------------------------------------


def ranged(low: float, high: float) -> bytes:
    """TFLite Metadata that says the first input lies between `low` and `high`."""
    builder = flatbuffers.Builder(256)

    def vector(value: float) -> int:
        builder.StartVector(4, 1, 4)
        builder.PrependFloat32(value)
        return int(builder.EndVector())

    def table(slots: int, slot: int, place: int) -> int:
        builder.StartObject(slots)
        builder.PrependUOffsetTRelativeSlot(slot, place, 0)
        return int(builder.EndObject())

    def listed(place: int) -> int:
        builder.StartVector(4, 1, 4)
        builder.PrependUOffsetTRelative(place)
        return int(builder.EndVector())

    most, least = vector(high), vector(low)
    builder.StartObject(4)
    builder.PrependUOffsetTRelativeSlot(0, most, 0)
    builder.PrependUOffsetTRelativeSlot(1, least, 0)
    tensor = table(6, 5, int(builder.EndObject()))
    subgraph = table(3, 2, listed(tensor))
    builder.Finish(table(4, 3, listed(subgraph)), b"M001")
    return bytes(builder.Output())


def written(tmp_path: Path, built: ModelBuilder) -> Model:
    path = tmp_path / "made.tflite"
    path.write_bytes(built.build())
    return read(path)


def test_generated_is_the_same_for_everyone(tmp_path: Path) -> None:
    model = written(tmp_path, one_operator("RELU", [Input((2, 3))], [(2, 3)]))
    first, second = (generated(model, [info("x0", 2, 3)], 4) for _ in range(2))
    assert all(np.array_equal(first.sample(index), second.sample(index)) for index in range(4))
    assert not np.array_equal(first.sample(0)[0], first.sample(1)[0])
    assert "seed" in first.description


def test_generated_follows_the_metadata(tmp_path: Path) -> None:
    built = one_operator("RELU", [Input((200,))], [(200,)])
    built.metadata("TFLITE_METADATA", ranged(-2.5, 7))
    values = generated(written(tmp_path, built), [info("x0", 200)], 1).sample(0)[0]
    assert -2.5 <= values.min() < -2
    assert 6.5 < values.max() <= 7


@pytest.mark.parametrize(("low", "high"), [(-3e38, 3e38), (1e30, 2e30), (-2e30, -1e30)])
@pytest.mark.parametrize("dtype", ["<f4", "<i4", "<i8", "|u1", "<u4"])
def test_generated_survives_any_metadata(tmp_path: Path, low: float, high: float, dtype: str) -> None:
    built = one_operator("RELU", [Input((50,))], [(50,)])
    built.metadata("TFLITE_METADATA", ranged(low, high))
    (values,) = generated(written(tmp_path, built), [info("x0", 50, dtype=dtype)], 1).sample(0)
    assert values.dtype == np.dtype(dtype)
    assert values.dtype.kind != "f" or np.isfinite(values).all()


@pytest.mark.parametrize(("build", "rows"), [
    (embedding, 50), (lambda: gather((7,)), 50), (lambda: gather((7,), axis=1), 32),
    (lambda: gather((7,), axis=-1), 32), (lambda: gather((2, 7), table=(3, 400)), 3),
])  # fmt: skip
def test_generated_ids_index_the_table_and_nothing_beyond(
    tmp_path: Path, build: Callable[[], ModelBuilder], rows: int
) -> None:
    samples = generated(written(tmp_path, build()), [info("ids", 500, dtype="<i4")], 1)
    (ids,) = samples.sample(0)
    assert (ids.min(), ids.max()) == (0, rows - 1)


def test_generated_dtypes(tmp_path: Path) -> None:
    model = written(tmp_path, one_operator("RELU", [Input((2, 3))], [(2, 3)]))
    inputs = [
        info("f", 9), info("h", 9, dtype="<f2"), info("b", 9, dtype="|b1"), info("u", 999, dtype="|u1"),
        info("i", 9, dtype="<i4"), info("q", 999, dtype="|i1", scale=0.1), info("s", dtype="<i8"),
    ]  # fmt: skip
    values = generated(model, inputs, 1).sample(0)
    assert [each.dtype.str for each in values] == ["<f4", "<f2", "|b1", "|u1", "<i4", "|i1", "<i8"]
    assert values[3].max() > 200
    assert values[5].min() < -100
    assert set(values[4].tolist()) <= {0, 1}
    (words,) = generated(model, [info("words", 3, dtype="|S1")], 1).sample(0)
    assert words.tolist() == [b"", b"", b""]
    with pytest.raises(DataError, match="can't be generated"):
        generated(model, [info("complex", 3, dtype="<c8")], 1)


def test_open_dimensions_are_tried_until_the_model_runs(tmp_path: Path) -> None:
    """A model that cuts however many numbers into rows of eight: with the file's size of 1 it can't run."""
    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("x", (1, 1), signature=(-1, -1))
    rows = graph.tensor("rows", (1, 8), signature=(-1, 8))
    graph.operator("RESHAPE", [x, graph.constant("shape", np.array([-1, 8], np.int32))], [rows])
    graph.outputs = [rows]
    source = written(tmp_path, model)
    with running(source.path) as (runner, loaded):
        samples = runnable(runner, source, loaded.inputs, 2)
        assert runner.run(samples.sample(1))[0].shape == (2, 8)


@pytest.mark.parametrize("labels", ["y", "labels"])
def test_labels_are_no_input(load: Load, labels: str) -> None:
    """A single input takes the one array besides them."""
    samples = load(info("a", 1, 4), images=VALUES, **{labels: np.arange(6)})
    assert np.array_equal(np.concatenate([sample[0] for sample in all_of(samples)]), VALUES)


# Large files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("order", ["C", "F"])
def test_large_arrays_are_mapped_and_outlive_the_archive(tmp_path: Path, save: Callable[..., None], order: Any) -> None:
    values = np.asarray(np.random.default_rng(1).normal(size=(50, 3, 7)), order=order)
    save(tmp_path / "data.npz", x=values, y=np.arange(50))
    with opened(str(tmp_path / "data.npz"), mapped_from=1000) as archive:
        assert set(archive.names) == {"x", "y"}
        x, y = archive.array("x"), archive.array("y")
    assert isinstance(x, np.memmap)
    assert not isinstance(y, np.memmap)
    assert np.array_equal(x, values)
    with pytest.raises(ValueError):
        x[0] = 0


def test_large_arrays_that_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.arange(10_000))
    content = path.read_bytes()
    at = content.index(b"(10000,)")
    for broken in (
        content[:at] + b"(99999,)" + content[at + 8 :],  # more values than there are
        content.replace(b"\x93NUMPY\x01", b"\x93NUMPY\x07"),
        content.replace(b"\x93NUMPY", b"\x93NUMPX"),
    ):
        path.write_bytes(broken)
        with pytest.raises(DataError), opened(str(path), mapped_from=100) as archive:
            archive.array("x")
    np.savez(path, x=np.array([{}] * 100, object))
    with pytest.raises(DataError), opened(str(path), mapped_from=10) as archive:
        archive.array("x")


def test_some_samples_are_spread_evenly(load: Load) -> None:
    samples = load(info("a", 1, 1), a=np.arange(100, dtype=np.float32)[:, None])
    some = Some(samples, 4)
    assert [float(some.sample(index)[0][0, 0]) for index in range(len(some))] == [0, 25, 50, 75]
    assert some.description == samples.description
