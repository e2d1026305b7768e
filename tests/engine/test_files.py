"""Files: written whole or not at all, whatever goes wrong, and never over the source."""

import contextlib
import ctypes
import errno
import hashlib
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import quantscope
from quantscope.errors import CancelledError, ModelReadError, OutputError, UsageError, VerificationError
from quantscope.files import describe, refuse_overwriting
from quantscope.temporary import replacing
from tests.engine.specimens import fully_connected, weights

OLD = b"what was there before"


def leftovers(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.tflite"
    path.write_bytes(fully_connected(weights(64, 64)).build())
    return path


# describe -------------------------------------------------------------------------------------------------------------


def test_describing_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "file").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    found = describe("file")
    assert found.path == str(tmp_path / "file")
    assert (found.bytes, found.sha256) == (3_000_000, hashlib.sha256(content).hexdigest())
    for missing in ("nothing", ".", "file/below"):
        with pytest.raises(ModelReadError, match="can't be read"):
            describe(missing)


# replacing ------------------------------------------------------------------------------------------------------------


def test_writing_a_new_file(tmp_path: Path) -> None:
    with replacing(tmp_path / "out") as temporary:
        assert os.path.dirname(temporary) == str(tmp_path)
        Path(temporary).write_bytes(b"new")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out").read_bytes() == b"new"
    assert leftovers(tmp_path) == {"out"}


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target, seen, stop = tmp_path / "out", set(), threading.Event()
    target.write_bytes(b"a" * 100_000)

    def look() -> None:
        while not stop.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for letter in (b"b", b"c", b"d"):
            with replacing(target) as temporary, open(temporary, "wb") as file:
                for _ in range(100):
                    file.write(letter * 1000)
                    file.flush()
    finally:
        stop.set()
        reader.join()
    assert target.read_bytes() == b"d" * 100_000
    assert seen <= {letter * 100_000 for letter in (b"a", b"b", b"c", b"d")}


def test_who_had_the_old_file_open_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(OLD)
    with open(tmp_path / "out", "rb") as file:
        with replacing(tmp_path / "out") as temporary:
            Path(temporary).write_bytes(b"new")
        assert file.read() == OLD


@pytest.mark.parametrize(
    "error", [ValueError, KeyboardInterrupt, CancelledError("Cancelled."), MemoryError, SystemExit]
)
@pytest.mark.parametrize("existed", [True, False])
def test_failing_in_the_middle_leaves_nothing_behind(
    tmp_path: Path, error: BaseException | type[BaseException], existed: bool
) -> None:
    target = tmp_path / "out"
    if existed:
        target.write_bytes(OLD)
    kind = error if isinstance(error, type) else type(error)

    def fail() -> None:
        with replacing(target) as temporary:
            Path(temporary).write_bytes(b"half")
            raise error

    with pytest.raises(kind):
        fail()
    assert leftovers(tmp_path) == ({"out"} if existed else set())
    assert not existed or target.read_bytes() == OLD


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_errors_of_the_system_in_words(tmp_path: Path, code: int, words: str) -> None:
    with pytest.raises(OutputError, match=f"out' can't be written: {words}"), replacing(tmp_path / "out"):
        raise OSError(code, os.strerror(code))
    assert leftovers(tmp_path) == set()


def test_a_folder_that_is_missing_or_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    for target in (tmp_path / "nowhere" / "out", tmp_path / "file" / "out"):
        with pytest.raises(OutputError, match="the folder doesn't exist") as caught, replacing(target):
            pass
        assert caught.value.remedy
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="can't be written"), replacing(tmp_path / "folder"):
        pass
    assert leftovers(tmp_path) == {"file", "folder"}


def test_a_folder_one_may_not_write_to() -> None:
    """In a child that gives up its rights, for the superuser may write everywhere."""
    program = (
        "import os, sys\n"
        "from quantscope.temporary import replacing\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try:\n"
        "    with replacing(sys.argv[1]): print('written')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    path = "/usr/quantscope-out"
    done = subprocess.run([sys.executable, "-c", program, path], env=environment(), capture_output=True, text=True)
    assert done.stdout == f"OutputError '{path}' can't be written: you may not write there.\n"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_permissions(tmp_path: Path) -> None:
    """A file that is replaced keeps its own; a new one gets what any new file gets."""
    mask = os.umask(0o027)
    try:
        for mode in (0o600, 0o644, 0o666, 0o755, 0o400):
            target = tmp_path / f"{mode:o}"
            target.write_bytes(OLD)
            target.chmod(mode)
            with replacing(target) as temporary:
                Path(temporary).write_bytes(b"new")
            assert stat.S_IMODE(target.stat().st_mode) == mode
        with replacing(tmp_path / "new"):
            pass
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    finally:
        assert os.umask(mask) == 0o027


@pytest.mark.parametrize("name", ["a" * 250, "模" * 80, ".hidden", "two words.tflite", "-dash", "new\nline"])
def test_names_of_all_kinds(tmp_path: Path, name: str) -> None:
    with replacing(tmp_path / name) as temporary:
        Path(temporary).write_bytes(b"new")
    assert leftovers(tmp_path) == {name}


# A full disk ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[bool]:
    """A file system of this size in `folder`, for the superuser; False where none can be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    mounted = libc.mount(b"none", os.fsencode(folder), b"tmpfs", 0, f"size={size}".encode()) == 0
    try:
        yield mounted
    finally:
        if mounted:
            libc.umount2(os.fsencode(folder), 2)


def test_a_full_disk(tmp_path: Path) -> None:
    """A real one where we may make it, and always the kernel's own device that is full."""
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "64k") as there:
        target = tmp_path / "disk" / "out"
        target.write_bytes(OLD)

        def fill() -> None:
            with replacing(target) as temporary:
                if not there:
                    os.unlink(temporary)
                    os.symlink("/dev/full", temporary)
                with open(temporary, "wb") as file:
                    for _ in range(1000):
                        file.write(bytes(4096))

        with pytest.raises(OutputError, match="the disk is full") as caught:
            fill()
        assert caught.value.remedy
        assert leftovers(tmp_path / "disk") == {"out"}
        assert target.read_bytes() == OLD


def test_quantizing_onto_a_full_disk(tmp_path: Path, model: Path) -> None:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "4k") as there:
        with contextlib.ExitStack() as stack:
            if not there:
                limit = resource.getrlimit(resource.RLIMIT_FSIZE)
                stack.callback(resource.setrlimit, resource.RLIMIT_FSIZE, limit)
                resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
            stack.enter_context(pytest.raises(OutputError, match="the disk is full" if there else "File too large"))
            quantscope.quantize_file(model, tmp_path / "disk" / "out.tflite")
        assert leftovers(tmp_path / "disk") == set()


def test_a_file_beyond_the_limit_of_the_process(tmp_path: Path) -> None:
    """The kernel cuts the write off at 4 KB; with Python, that is an error like any other."""
    program = (
        "import resource, sys\n"
        "from quantscope.temporary import replacing\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    with replacing(sys.argv[1]) as temporary, open(temporary, 'wb') as file: file.write(bytes(100_000))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    target = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", program, target], env=environment(), capture_output=True, text=True)
    assert done.stdout.startswith("OutputError")
    assert "File too large" in done.stdout
    assert leftovers(tmp_path) == set()


# The source is never the output ---------------------------------------------------------------------------------------


def test_output_equal_to_input_however_it_is_spelled(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = model.read_bytes()
    (tmp_path / "folder").mkdir()
    (tmp_path / "symlink").symlink_to(model)
    (tmp_path / "twice").symlink_to("symlink")
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    os.link(model, tmp_path / "hardlink")
    monkeypatch.chdir(tmp_path)
    same = [
        model, "model.tflite", "./model.tflite", "folder/../model.tflite", "folder/link/model.tflite", "symlink",
        "twice", "hardlink", f"{tmp_path}//model.tflite",
    ]  # fmt: skip
    for output in same:
        with pytest.raises(UsageError, match="output is the input itself") as caught:
            refuse_overwriting(model, output)
        assert caught.value.remedy
        with pytest.raises(UsageError, match="output is the input itself"):
            quantscope.quantize_file(model, output)
    for source in same:
        with pytest.raises(UsageError, match="output is the input itself"):
            refuse_overwriting(source, model)
    with pytest.raises(UsageError, match="is a folder"):
        refuse_overwriting(model, "folder")
    (tmp_path / "nowhere").symlink_to("missing")
    for other in ("other.tflite", "nowhere", "missing/out"):
        refuse_overwriting(model, other)
    assert model.read_bytes() == content


# The whole way --------------------------------------------------------------------------------------------------------


def test_quantizing_leaves_one_new_file(tmp_path: Path, model: Path) -> None:
    content = model.read_bytes()
    done = quantscope.quantize_file(model, tmp_path / "out.tflite")
    assert leftovers(tmp_path) == {"model.tflite", "out.tflite"}
    assert done.output.bytes == (tmp_path / "out.tflite").stat().st_size
    assert model.read_bytes() == content


def test_a_result_that_fails_its_check_is_not_handed_over(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.tflite").write_bytes(OLD)

    def fail(*arguments: object) -> None:
        raise VerificationError("The result doesn't run.")

    monkeypatch.setattr("quantscope.api.verify", fail)
    with pytest.raises(VerificationError):
        quantscope.quantize_file(model, tmp_path / "out.tflite")
    assert leftovers(tmp_path) == {"model.tflite", "out.tflite"}
    assert (tmp_path / "out.tflite").read_bytes() == OLD


def test_cancelling_leaves_nothing_behind(tmp_path: Path, model: Path) -> None:
    def cancel(fraction: float, text: str) -> None:
        raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        quantscope.quantize_file(model, tmp_path / "out.tflite", progress=cancel)
    assert leftovers(tmp_path) == {"model.tflite"}


def test_weights_that_cannot_be_quantized_leave_nothing_behind(tmp_path: Path) -> None:
    matrix = weights(64, 64)
    matrix[-1, -1] = float("nan")
    path = tmp_path / "model.tflite"
    path.write_bytes(fully_connected(matrix).build())
    with pytest.raises(quantscope.QuantscopeError, match="infinite or NaN"):
        quantscope.quantize_file(path, tmp_path / "out.tflite")
    assert leftovers(tmp_path) == {"model.tflite"}


# After a kill ---------------------------------------------------------------------------------------------------------

WRITING = """
import sys, time
from quantscope.temporary import replacing
with replacing(sys.argv[1]) as temporary:
    print(temporary, flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def writing(target: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process in the middle of writing `target`, and its temporary file."""
    command = [sys.executable, "-c", WRITING, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with writing(tmp_path / "out") as (process, temporary):
        assert temporary.exists()
        process.kill()
        process.wait()
    assert leftovers(tmp_path) == {temporary.name}
    with replacing(tmp_path / "other"):
        pass
    assert leftovers(tmp_path) == {temporary.name, "other"}
    with replacing(tmp_path / "out") as mine:
        Path(mine).write_bytes(b"new")
        assert leftovers(tmp_path) == {Path(mine).name, "other"}
    assert leftovers(tmp_path) == {"out", "other"}


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    with writing(tmp_path / "out") as (_, temporary):
        with replacing(tmp_path / "out") as first, replacing(tmp_path / "out") as second:
            assert leftovers(tmp_path) == {temporary.name, Path(first).name, Path(second).name}
        assert leftovers(tmp_path) == {temporary.name, "out"}


def test_only_files_of_ours_are_taken_for_left_behind(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(OLD)
    (tmp_path / ".out.abcdefgh.tmp").symlink_to(tmp_path / "elsewhere")
    (tmp_path / ".out.abcdefg1.tmp").mkdir()
    os.mkfifo(tmp_path / ".out.abcdefg2.tmp")
    (tmp_path / ".out.notes.tmp").write_bytes(OLD)
    before = leftovers(tmp_path)
    with replacing(tmp_path / "out"):
        pass
    assert leftovers(tmp_path) == before | {"out"}
    assert (tmp_path / "elsewhere").read_bytes() == OLD
