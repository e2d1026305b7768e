"""`python -m quantscope_gui [MODEL...]`."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    """Parses the command line, then opens the window."""
    parser = argparse.ArgumentParser(prog="quantscope-gui", description="Open the Quantscope window.")
    parser.add_argument("model", nargs="*", type=Path, help=".tflite models to open")
    arguments = parser.parse_args()
    from quantscope_gui.app import run  # Qt is loaded only when a window is wanted, so that --help needs no display.

    return run(arguments.model)


if __name__ == "__main__":
    sys.exit(main())
