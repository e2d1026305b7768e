"""An engine process that behaves as badly as its command line and its requests' paths say. Run as a script.

argv[1] says how it starts: "ready", "never-ready", "other-protocol", "exit", "garbage". Then an Inspect of a path with
"crash" in it ends by a signal, with "exit" quietly; "garbage" prints what is no message, "endless" a line without end;
"deaf" never answers, "polite" waits for Cancel, "refuse" fails, "file" answers by a file, "parts" gives parts of its
answer until it is told to stop, "nonsense" a part that is none, anything else answers at once.
"""

import os
import signal
import sys
import tempfile
import time

import msgspec

from quantscope import documents
from quantscope.worker import protocol


def say(message: protocol.Message) -> None:
    os.write(1, protocol.encode(message))


def answer(identity: int, by_file: bool) -> None:
    catalogue = documents.Catalogue(
        recipes=(documents.Choice(id=f"pid-{os.getpid()}", title="", description=""),), targets=()
    )
    data = documents.to_json(catalogue)
    if by_file:
        with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as file:
            file.write(data)
        sys.stderr.write(file.name)
        os.write(1, b'{"kind":"result","id":%d,"file":"%s"}\n' % (identity, file.name.encode()))
    else:
        os.write(1, b'{"kind":"result","id":%d,"document":%s}\n' % (identity, data))


def part(identity: int, document: bytes) -> None:
    say(protocol.Partial(id=identity, document=msgspec.Raw(document)))


def handle(request: protocol.Request) -> None:
    path = request.path if isinstance(request, protocol.Inspect) else ""
    if "crash" in path:
        sys.stderr.write("about to crash\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    elif "exit" in path:
        sys.exit(3)
    elif "garbage" in path:
        os.write(1, b"Segmentation fault (core dumped)\n")
    elif "endless" in path:
        while True:
            os.write(1, b"x" * 65536)
    elif "deaf" in path:
        time.sleep(600)
    elif "polite" in path:
        say(protocol.Progress(id=request.id, fraction=0.5, text="halfway"))
        cancel = protocol.decode_request(sys.stdin.buffer.readline())
        say(protocol.Cancelled(id=cancel.id))
    elif "parts" in path:
        for number in range(3):
            part(request.id, b'{"id":"part-%d","title":"","description":""}' % number)
        stop = protocol.decode_request(sys.stdin.buffer.readline())
        assert isinstance(stop, protocol.Stop)
        answer(stop.id, False)
    elif "nonsense" in path:
        part(request.id, b"[]")
        time.sleep(600)
    elif "refuse" in path:
        say(protocol.Failed(id=request.id, code="model-unreadable", message="No model.", remedy="Take another."))
    elif not isinstance(request, protocol.Cancel | protocol.Stop):
        answer(request.id, "file" in path)


def main() -> None:
    mode = sys.argv[1]
    if mode == "exit":
        sys.exit("no runtime here")
    if mode == "garbage":
        os.write(1, b"Traceback\n")
    if mode != "never-ready":
        version = protocol.PROTOCOL + (mode == "other-protocol")
        say(protocol.Ready(protocol=version, version="0", pid=os.getpid()))
    for line in sys.stdin.buffer:
        handle(protocol.decode_request(line))


if __name__ == "__main__":
    main()
