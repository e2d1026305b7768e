"""The command line: `quantscope COMMAND`; without a command, the window."""

import argparse
import gc
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, NoReturn

from quantscope._version import __version__
from quantscope.child_process import module_command
from quantscope.errors import QuantscopeError

# One module per command; each has `add_arguments(parser)` and `run(arguments) -> int`, and is loaded when it is called.
COMMANDS: Final = MappingProxyType(
    {
        "inspect": "show every operator with its planned precision and the reason; nothing is written",
        "quantize": "write the quantized model, checked by running it once",
        "compare": "run a float and a quantized model on the same inputs and show how far they are apart, operator by"
        " operator",
        "profile": "measure how fast models run, here or on a phone, operator by operator if asked",
        "devices": "list this computer and the phones that models can be measured on; connect phones",
        "history": "list what was measured, compare, export, forget, or choose a baseline",
        "sensitivity": "find the operators that cost most accuracy and measure what keeping each in float gains;"
        " nothing is written",
        "annotate": "write a copy for viewers such as Netron, in which names tell each operator's precision and why",
        "recipes": "list the recipes and targets, or print one recipe as JSON, ours or litert-quantizer's",
        "convert": "make a float .tflite from a SavedModel, Keras, ONNX or PyTorch model",
        "converters": "list, install, remove or check the converters for other sources",
    }
)
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code: 0 done, 1 a gate missed, 2 wrong usage, 3 unreadable model, 4 trouble
    with a device, 5 failed, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if _wants_window(arguments):
        return _open_window(arguments)
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _terminated)
    try:
        return _run(arguments)
    except QuantscopeError as error:
        print(f"quantscope: {error}", file=sys.stderr)
        if error.remedy:
            print(f"  {error.remedy}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("quantscope: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; keep Python from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # files of ours raise errors of ours; this is standard output
        print(f"quantscope: the output can't be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return QuantscopeError.exit_code


def _run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="quantscope",
        description="Makes TensorFlow Lite models 4x smaller and faster, and says why each operator runs as it does. "
        "Without a command, opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"quantscope {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help_text in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if name in arguments:
            module = importlib.import_module(f"quantscope.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(arguments)
    gc.freeze()  # what imports made stays to the end: the collector needn't go through it again and again
    result: int = parsed.run(parsed)
    return result


def _terminated(number: int, frame: object) -> NoReturn:
    """Leaves through the ordinary way out, so that temporary files go."""
    sys.exit(128 + number)


def _wants_window(arguments: list[str]) -> bool:
    """True for no arguments, or model files only."""
    return all(
        not argument.startswith("-") and argument not in COMMANDS and (os.path.exists(argument) or "." in argument)
        for argument in arguments
    )


def _open_window(arguments: list[str]) -> int:
    if importlib.util.find_spec("quantscope_gui") is None or importlib.util.find_spec("PySide6") is None:
        print(
            "quantscope: the window is not installed here.\n"
            "  Install it with 'pip install quantscope[gui]', or see 'quantscope --help' for the command line.",
            file=sys.stderr,
        )
        return 2
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        print(
            "quantscope: there is no display here to open the window on.\n"
            "  Use 'quantscope inspect', 'quantize' or 'compare'; see 'quantscope --help'.",
            file=sys.stderr,
        )
        return 2
    # A process of its own, because the engine never loads Qt, not even to start it.
    command = module_command("quantscope_gui", *arguments)
    if os.name == "posix":
        os.execv(sys.executable, command)
    return subprocess.call(command)
