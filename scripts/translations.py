"""Brings resources/translations up to date with the window's sources: `python scripts/translations.py`.

New texts appear in the .ts files as unfinished; translate them there (Qt Linguist or an editor). There is nothing to
compile: the window reads .ts files itself.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = REPOSITORY / "gui" / "quantscope_gui"
FOLDER: Final = REPOSITORY / "resources" / "translations"


def main() -> int:
    sources = [str(path) for path in sorted(SOURCES.rglob("*.py"))]
    lupdate = str(Path(sys.executable).with_name("pyside6-lupdate"))
    for language, options in (("en", ["-pluralonly"]), ("zh_CN", [])):
        target = FOLDER / f"quantscope_{language}.ts"
        command = [lupdate, *options, "-locations", "none", "-no-obsolete", "-target-language", language, *sources]
        subprocess.run([*command, "-ts", str(target)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
