"""benchmark_model as a file or a download, from a server that behaves or doesn't."""

import http.server
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantscope.devices.benchmark.binaries import Programs, built_for, official_url, sha256_of
from quantscope.errors import CancelledError, DataError, DownloadError


def elf(machine: int, size: int = 600_000) -> bytes:
    return (b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, machine)).ljust(size, b"x")


class Store(http.server.ThreadingHTTPServer):
    """Serves `content`; breaks off after `cut` bytes once, or doesn't know ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = elf(183)
        self.cut: int | None = None
        self.ranges = True
        self.status: int | None = None
        self.asked: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/benchmark_model"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        store, wanted = self.server, self.headers.get("Range")
        store.asked.append(wanted)
        if store.status:
            self.send_error(store.status)
            return
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and store.ranges else 0
        if start and start >= len(store.content):
            self.send_error(416)
            return
        body = store.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(store.content) - 1}/{len(store.content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, store.cut = store.cut, None
        self.wfile.write(body[:cut])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path / "programs")


def test_fetched_once_and_kept(store: Store, programs: Programs) -> None:
    seen: list[float] = []
    program = programs.fetch("arm64-v8a", store.url, lambda fraction, text: seen.append(fraction))
    assert Path(program.path).read_bytes() == store.content
    assert program.sha256 == sha256_of(program.path)
    assert seen[-1] == 1
    assert programs.fetched("arm64-v8a", store.url) == program


def test_a_broken_download_goes_on_where_it_ended(store: Store, programs: Programs) -> None:
    store.cut = 300_000
    program = programs.fetch("arm64-v8a", store.url)
    assert store.asked == [None, "bytes=300000-"]
    assert Path(program.path).read_bytes() == store.content


def test_a_server_without_ranges_is_asked_for_all(store: Store, programs: Programs) -> None:
    store.cut, store.ranges = 300_000, False
    assert Path(programs.fetch("arm64-v8a", store.url).path).read_bytes() == store.content


def test_a_cancelled_download_is_kept_for_later(store: Store, programs: Programs) -> None:
    def cancel(fraction: float, text: str) -> None:
        raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        programs.fetch("arm64-v8a", store.url, cancel)
    programs.fetch("arm64-v8a", store.url)
    assert store.asked[1] is not None


def test_another_file_under_the_same_address_is_refused(store: Store, programs: Programs) -> None:
    first = programs.fetch("arm64-v8a", store.url)
    store.content = elf(183, 700_000)
    with pytest.raises(DownloadError, match="isn't what it sent first") as caught:
        programs.fetch("arm64-v8a", store.url)
    assert first.sha256[:16] in str(caught.value)
    assert programs.fetched("arm64-v8a", store.url) == first, "the first is still there"
    programs.forget(store.url)
    assert programs.fetch("arm64-v8a", store.url).sha256 != first.sha256


def test_a_changed_file_on_disk_is_not_used(store: Store, programs: Programs) -> None:
    program = programs.fetch("arm64-v8a", store.url)
    Path(program.path).write_bytes(b"something else")
    assert programs.fetched("arm64-v8a", store.url) is None


@pytest.mark.parametrize(
    ("content", "words"), [(b"<html>Sign in</html>" * 10, "is no program"), (elf(62), "built for x86_64")]
)
def test_what_is_no_program_for_the_phone_is_refused(
    store: Store, programs: Programs, content: bytes, words: str
) -> None:
    store.content = content
    with pytest.raises(DownloadError, match=words):
        programs.fetch("arm64-v8a", store.url)
    assert not list(programs.folder.glob("*.part"))


def test_what_cant_be_had_is_said(store: Store, programs: Programs) -> None:
    store.status = 404
    with pytest.raises(DownloadError, match="answers 404"):
        programs.fetch("arm64-v8a", store.url)
    with pytest.raises(DownloadError, match="refused"):
        programs.fetch("arm64-v8a", "http://127.0.0.1:1/x")
    with pytest.raises(DownloadError, match="no official benchmark_model for riscv64"):
        programs.fetch("riscv64")


def test_official_addresses() -> None:
    assert (official_url("arm64-v8a", "2.2.0") or "").endswith("/litert/binaries/2.2.0/android_arm64/benchmark_model")
    assert (official_url("armeabi-v7a") or "").endswith("android_arm_benchmark_model")


def test_chosen_files_must_fit_the_phone(tmp_path: Path, programs: Programs) -> None:
    path = tmp_path / "program"
    path.write_bytes(elf(183))
    assert built_for(path) == "arm64-v8a"
    programs.chosen = {"armeabi-v7a": str(path)}
    with pytest.raises(DataError, match="built for arm64-v8a; the phone runs armeabi-v7a, armeabi"):
        programs.find(("armeabi-v7a", "armeabi"))
    programs.chosen = {"arm64-v8a": str(path)}
    assert programs.find(("arm64-v8a", "armeabi-v7a"))
    programs.chosen = {"arm64-v8a": str(tmp_path / "gone")}
    with pytest.raises(DataError, match="can't be read"):
        programs.find(("arm64-v8a",))
    path.write_text("hello")
    with pytest.raises(DataError, match="no program for a phone"):
        built_for(path)


def test_no_program_yet(programs: Programs) -> None:
    assert programs.find(("arm64-v8a",)) is None
