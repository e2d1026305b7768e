"""`quantscope devices`: where models can be measured, and setting phones up."""

import argparse
import sys

import msgspec
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from quantscope import documents
from quantscope.cli.output import TerminalProgress, add_json, console, print_json, size
from quantscope.devices.desk import Desk
from quantscope.documents.devices import Devices, Place
from quantscope.documents.profile import Cluster


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--watch", action="store_true", help="go on listing as devices come and go, until interrupted")
    what.add_argument("--connect", metavar="HOST:PORT", help="connect to a phone over the network")
    what.add_argument("--pair", nargs=2, metavar=("HOST:PORT", "CODE"), help="pair with a phone over the network")
    what.add_argument(
        "--fetch", metavar="ABI", help="download the official benchmark_model for phones of this ABI (arm64-v8a...)"
    )
    what.add_argument("--clean", metavar="SERIAL", help="remove all files of Quantscope's from a phone")
    parser.add_argument(
        "--server", metavar="HOST:PORT", help="use the adb server there from now on; 'local' for this computer's"
    )
    parser.add_argument("--adb", metavar="FILE", help="use this adb program from now on")
    parser.add_argument(
        "--benchmark-model", metavar="ABI=FILE", help="use this benchmark_model for phones of an ABI from now on"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Does what is asked, and lists."""
    desk = Desk()
    _set_up(desk, arguments)
    if arguments.connect:
        connected = desk.connect(arguments.connect)
        console().print(f"Connected: {escape(connected.serial or '')}")
    elif arguments.pair:
        desk.pair(*arguments.pair)
        console().print("Paired. Now connect with the address under 'Wireless debugging' itself.")
    elif arguments.fetch:
        return _fetch(desk, arguments.fetch, arguments.json)
    elif arguments.clean:
        desk.clean(arguments.clean)
        console().print(f"Removed Quantscope's files from {escape(arguments.clean)}.")
        return 0
    if arguments.watch:
        return _watch(desk, arguments.json)
    document = desk.survey()
    if arguments.json:
        print_json(document)
    else:
        console().print(_shown(document))
    return 0


def _set_up(desk: Desk, arguments: argparse.Namespace) -> None:
    settings = desk.settings
    changes: dict[str, object] = {}
    if arguments.server:
        changes["server"] = None if arguments.server == "local" else arguments.server
    if arguments.adb:
        changes["adb"] = arguments.adb
    if arguments.benchmark_model:
        abi, equals, path = arguments.benchmark_model.partition("=")
        changes["programs"] = {**settings.programs, **({abi: path} if equals else {"any": abi})}
    if changes:
        desk.save(msgspec.structs.replace(settings, **changes))


def _fetch(desk: Desk, abi: str, as_json: bool) -> int:
    with TerminalProgress() as progress:
        found = desk.fetch(abi, progress)
    if as_json:
        print_json(found)
    else:
        console().print(f"{escape(found.path)} ({size(found.bytes)})\nfrom {escape(found.url or '')}\n")
        console().print(f"sha256 {found.sha256}, pinned: another file from there will be refused.")
    return 0


def _watch(desk: Desk, as_json: bool) -> int:
    if as_json:

        def tell(document: Devices) -> None:
            sys.stdout.buffer.write(documents.to_json(document) + b"\n")
            sys.stdout.buffer.flush()

        desk.watch(tell, lambda: True)
        return 0
    with Live(console=console(), auto_refresh=False) as live:
        desk.watch(lambda document: live.update(_shown(document), refresh=True), lambda: True)
    return 0


def _shown(document: Devices) -> Group:
    """What can be measured on, then what keeps others from it."""
    table = Table(box=None)
    for heading in ("device", "", "chip", "system", "cores", "battery", "°C"):
        table.add_column(heading)
    sentences = []
    for place in document.places:
        if place.ready:
            table.add_row(*_row(place))
        else:
            name = escape(place.id if place.name == place.id else f"{place.id} ({place.name})")
            sentences.append(f" [bold]{name}[/]  [yellow]{escape(place.text)}[/] {escape(place.remedy or '')}")
    if document.problem:
        sentences.append(f" [yellow]{escape(document.problem)}[/] {escape(document.remedy or '')}")
    return Group(table, *sentences)


def _row(place: Place) -> list[str]:
    name = f"[bold]{escape(place.id)}[/]"
    device, sensors = place.device, place.sensors
    if device is None:
        return [name, escape(place.name), "", "", "", "", ""]
    level = sensors.battery_percent if sensors else None
    celsius = sensors.celsius if sensors else None
    return [
        name,
        escape(device.name),
        escape(device.soc or "–"),
        escape(f"{device.os}, {device.abi}"),
        escape(_cores(device.clusters, device.cores)),
        f"{level:.0f} %{' +' if sensors and sensors.charging else ''}" if level is not None else "–",
        f"{celsius:.1f}" if celsius is not None else "–",
    ]


def _cores(clusters: tuple[Cluster, ...], count: int) -> str:
    """Clusters as people write them, the fastest first: 1x2.91 + 4x2.37 + 4x1.70 GHz."""
    known = [(len(cluster.cpus), cluster.max_khz) for cluster in reversed(clusters) if cluster.max_khz]
    if not known:
        return str(count)
    return " + ".join(f"{number}x{khz / 1e6:.2f}" for number, khz in known) + " GHz"
