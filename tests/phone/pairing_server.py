"""An adb server that can pair, as far as that goes, where the installed one is too old to (Debian 12's is 29).

It answers word for word what adb 30 and later answer to `host:pair:CODE:ADDRESS`: OKAY at once, the outcome as a text
when there is one; since 34 (seen of Debian's) FAIL before one that tells of failure. Source: AOSP,
packages/modules/adb, services.cpp (pair_service) and client/adb_wifi.cpp (adb_wifi_pair_device).
"""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Mapping
from typing import Final, Self

from quantscope.devices.adb.host import AdbServer

PROTOCOL: Final = 41
GUID: Final = "adb-39051FDJH00A1B-cB4eLm"


class PairingServer:
    """Phones that wait to be paired: `codes` by address. A code is good for one attempt, as on a phone. `version` is
    adb's."""

    def __init__(self, codes: Mapping[str, str], version: int = 34) -> None:
        self.codes = dict(codes)
        self.version = version
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer._serve(self.request)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = AdbServer(port=self.server.server_address[1])
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _serve(self, link: socket.socket) -> None:
        with contextlib.suppress(OSError):
            service = link.recv(int(link.recv(4), 16)).decode()
            if service == "host:version":
                link.sendall(b"OKAY" + _text(f"{PROTOCOL:04x}"))
            elif service.startswith("host:track-devices"):
                link.sendall(b"OKAY" + _text(""))
                link.recv(1)  # until the other side goes
            elif service.startswith("host:pair:"):
                code, _, address = service.removeprefix("host:pair:").partition(":")
                outcome = self._pair(code, address)
                failed = self.version >= 34 and not outcome.startswith("Successfully")
                link.sendall(b"OKAY" + (b"FAIL" if failed else b"") + _text(outcome))
            else:
                link.sendall(b"FAIL" + _text("unknown host service"))

    def _pair(self, code: str, address: str) -> str:
        if ":" not in address:
            return f"Invalid port while parsing address [{address}]"
        if address not in self.codes:
            return "Failed: Unable to start pairing client."
        if self.codes.pop(address) != code:
            return "Failed: Wrong password or connection was dropped."
        return f"Successfully paired to {address} [guid={GUID}]"


def _text(text: str) -> bytes:
    return b"%04x" % len(text) + text.encode()
