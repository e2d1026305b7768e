"""A phone in a process of its own: `python -m tests.phone PROFILE FOLDER` prints its port, lives until stdin closes."""

import sys
from pathlib import Path

from tests.phone.emulated import Phone
from tests.phone.profiles import PROFILES


def main() -> None:
    name, folder = sys.argv[1:]
    with Phone(Path(folder), PROFILES[name]) as phone:
        print(phone.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
