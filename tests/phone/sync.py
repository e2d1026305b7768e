"""adbd's sync service: files in and out of the phone's folder. Source: SYNC.TXT of Android's adb."""

import errno
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.phone.transport import Stream

HEAD: Final = struct.Struct("<4sI")
CHUNK: Final = 64 * 1024


async def serve(stream: "Stream") -> None:
    while True:
        kind, length = HEAD.unpack(await stream.read(HEAD.size))
        if kind == b"QUIT":
            return
        path = (await stream.read(length)).decode("utf-8", "surrogateescape")
        if kind in (b"STAT", b"STA2", b"LST2"):
            await _stat(stream, kind, stream.phone.path(path))
        elif kind == b"LIST" or kind == b"LIS2":
            await stream.write(b"DONE" + bytes(16 if kind == b"LIST" else 72))
        elif kind == b"RECV":
            await _receive(stream, stream.phone.path(path))
        elif kind == b"SEND":
            name, _, mode = path.rpartition(",")
            await _send(stream, stream.phone.path(name), int(mode) & 0o777)
        else:
            return


async def _stat(stream: "Stream", kind: bytes, path: Path) -> None:
    try:
        found = path.lstat() if kind != b"STA2" else path.stat()
    except OSError as error:
        await stream.write(
            bytes([*kind]) + (bytes(12) if kind == b"STAT" else struct.pack("<I", error.errno) + bytes(64))
        )
        return
    if kind == b"STAT":
        data = struct.pack("<3I", found.st_mode, found.st_size & 0xFFFFFFFF, int(found.st_mtime))
    else:
        data = struct.pack(
            "<IQQIIIIQqqq", 0, found.st_dev, found.st_ino, found.st_mode, found.st_nlink, 2000, 2000, found.st_size,
            int(found.st_atime), int(found.st_mtime), int(found.st_ctime),
        )  # fmt: skip
    await stream.write(kind + data)


async def _receive(stream: "Stream", path: Path) -> None:
    try:
        with open(path, "rb") as file:
            while data := file.read(CHUNK):
                await stream.write(HEAD.pack(b"DATA", len(data)) + data)
        await stream.write(HEAD.pack(b"DONE", 0))
    except OSError as error:
        await _fail(stream, f"open failed: {os.strerror(error.errno or 0)}")


async def _send(stream: "Stream", path: Path, mode: int) -> None:
    """Takes a file. After an error it goes on eating DATA until DONE, as adbd does; half a file is removed."""
    faults = stream.phone.faults
    failed = False
    whole = False
    taken = 0
    file = None
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = open(path, "wb")  # noqa: SIM115 - it is closed below, whatever happens
        except OSError as error:
            failed = True
            await _fail(stream, f"couldn't create file: {os.strerror(error.errno or 0)}")
        while True:
            kind, length = HEAD.unpack(await stream.read(HEAD.size))
            if kind == b"DONE":
                break
            data = await stream.read(length)
            taken += length
            if faults.cut_after_push is not None and taken >= faults.cut_after_push:
                faults.cut_after_push = None
                stream.phone.cut()
            if not failed and faults.disk_free is not None and taken > faults.disk_free:
                failed = True
                path.unlink()
                await _fail(stream, f"write failed: {os.strerror(errno.ENOSPC)}")
            if file and not failed:
                file.write(data)
        whole = not failed
    finally:
        if file:
            file.close()
            if not whole:
                path.unlink(missing_ok=True)
    if whole:
        path.chmod(mode)
        os.utime(path, (length, length))
        await stream.write(HEAD.pack(b"OKAY", 0))


async def _fail(stream: "Stream", message: str) -> None:
    data = message.encode()
    await stream.write(HEAD.pack(b"FAIL", len(data)) + data)
