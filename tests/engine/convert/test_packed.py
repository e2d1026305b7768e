"""Archives and bundles, hostile ones above all: nothing lands outside, nothing grows without end."""

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from quantscope.convert import bundles
from quantscope.convert.archives import unpack
from quantscope.convert.kinds import Kind
from quantscope.convert.recognise import Recognised, recognise
from quantscope.convert.sources import Wishes, convert
from quantscope.errors import ModelReadError, SourceError, UsageError
from quantscope.model.read import read
from tests.engine.convert import specimens
from tests.engine.specimens import fully_connected, weights


def archive(path: Path) -> Recognised:
    return Recognised(str(path), Kind.SAVED_MODEL, archived=True, member="m")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "m/../../evil", "..\\evil", "C:\\evil"])
def test_nothing_lands_outside(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    for content in (specimens.zipped({name: b"x"}), specimens.tarred({name: b"x"})):
        inside.mkdir()
        path = tmp_path / "archive"
        path.write_bytes(content)
        with pytest.raises(SourceError, match="outside its folder"):
            unpack(archive(path), str(inside))
        assert not list(inside.iterdir())
        assert {entry.name for entry in tmp_path.iterdir()} == {"inside", "archive"}
        inside.rmdir()


def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, target in (("m/link", tarfile.SYMTYPE, "/etc/passwd"), ("m/dev", tarfile.CHRTYPE, "")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    (tmp_path / "a.tar").write_bytes(out.getvalue())
    zipped = zipfile.ZipInfo("m/link")
    zipped.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(zipped, "/etc/passwd")
    for name in ("a.tar", "a.zip"):
        folder = tmp_path / f"out-{name}"
        folder.mkdir()
        unpack(archive(tmp_path / name), str(folder))
        assert not list(folder.iterdir())


def test_a_bomb_is_stopped_early(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(specimens.zipped({"m/saved_model.pb": specimens.saved_model(), "m/zeros": bytes(300 << 20)}))
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(SourceError, match="would unpack to more than"):
        unpack(archive(path), str(folder))
    written = sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file())
    assert written < 201 * path.stat().st_size + (1 << 20)


def test_a_damaged_archive(tmp_path: Path) -> None:
    whole = specimens.zipped({"m/saved_model.pb": specimens.saved_model(), "m/data": os.urandom(5000)})
    path = tmp_path / "a.zip"
    path.write_bytes(whole[:60] + bytes(200) + whole[260:])
    (tmp_path / "out").mkdir()
    with pytest.raises(SourceError, match=r"damaged|unpack"):
        unpack(archive(path), str(tmp_path / "out"))


def test_the_models_of_a_bundle(tmp_path: Path) -> None:
    models = [fully_connected(weights(8, size)).build() for size in (8, 16)]
    task = specimens.zipped({"detector.tflite": models[0], "labels.txt": b"cat", "landmarks.tflite": models[1]})
    for kind, content, names in (
        ("task", task, ["detector.tflite", "landmarks.tflite"]),
        ("litertlm", specimens.litertlm(tuple(models)), ["section 1", "section 3"]),
    ):
        path = tmp_path / kind
        path.write_bytes(content)
        found = recognise(path)
        assert [entry.name for entry in bundles.entries(found)] == names
        with pytest.raises(UsageError, match="holds 2 models"):
            convert(path, tmp_path / "out.tflite")
        document = convert(path, tmp_path / "out.tflite", Wishes(entry=names[1]))
        assert (tmp_path / "out.tflite").read_bytes() == models[1]
        assert document.output.bytes == len(models[1])
        with pytest.raises(SourceError, match="holds no model"):
            convert(path, tmp_path / "out.tflite", Wishes(entry="other"))
        assert path.read_bytes() == content


@pytest.mark.parametrize("cut", [9, 30, 40, 60, 17000])
def test_a_truncated_bundle(cut: int, tmp_path: Path) -> None:
    whole = specimens.litertlm((fully_connected(weights(8, 8)).build(),))
    path = tmp_path / "bundle"
    path.write_bytes(whole[:cut])
    try:
        convert(path, tmp_path / "out.tflite")
        read(tmp_path / "out.tflite")
    except (SourceError, ModelReadError):
        pass
    else:
        pytest.fail("a truncated model was taken for a whole one")
