"""adbd's shell service: the command really runs, in /bin/sh, with the phone's paths mapped to its folder."""

import asyncio
import contextlib
import os
import signal
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.phone.transport import Stream

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)
HEAD: Final = struct.Struct("<BI")


async def serve(stream: "Stream", command: str, framed: bool) -> None:
    phone = stream.phone
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        phone.mapped(command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=phone.environment(),
        cwd=phone.root,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stderr
    root = phone.root.encode()

    async def send(channel: int, data: bytes) -> None:
        await stream.write(HEAD.pack(channel, len(data)) + data if framed else data)

    async def pump(source: asyncio.StreamReader, channel: int) -> None:
        while data := await source.read(256 * 1024):
            shown = data.replace(root, b"")
            await send(channel, shown)
            stream.count_output(len(shown))

    pumps = asyncio.gather(pump(process.stdout, STDOUT), pump(process.stderr, STDERR))
    listening = asyncio.ensure_future(_stdin(stream, process, framed))
    over = asyncio.ensure_future(stream.over.wait())
    try:
        await asyncio.wait((pumps, over), return_when=asyncio.FIRST_COMPLETED)
        if not pumps.done():
            return
        await pumps
        code = await process.wait()
        if framed:
            await send(EXIT, bytes([code if code >= 0 else 128 - code]))
    finally:
        for task in (pumps, listening, over):
            task.cancel()
            with contextlib.suppress(BaseException):
                await task
        if process.returncode is None:  # adbd hangs up on its child, and on nobody else
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGHUP)
        process._transport.close()  # type: ignore[attr-defined]  # asyncio has no other way to close the pipes
        await process.wait()


async def _stdin(stream: "Stream", process: asyncio.subprocess.Process, framed: bool) -> None:
    assert process.stdin
    with contextlib.suppress(ConnectionError):
        while framed:
            channel, length = HEAD.unpack(await stream.read(HEAD.size))
            data = await stream.read(length)
            if channel == STDIN:
                process.stdin.write(data)
                await process.stdin.drain()
            elif channel == CLOSE_STDIN:
                process.stdin.close()
