"""Every recipe on every .tflite file of a folder: quantized and checked, or refused in words.

    python -m tests.bench.peers FOLDER

The one-operator models of `tests.bench.singles`, the models of packages (`pip download --no-deps mediapipe==0.10.14`
and so on, unpacked), whatever there is. Recipes that need data are calibrated on made-up samples. Ends with 1 if
anything but a stated refusal came out.
"""

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import quantscope
from quantscope.errors import ModelReadError, ModelUnsupportedError, QuantscopeError
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS

# What a file may be refused for: it is damaged, has nothing to do, or keeps its weights where they can't be reached.
REFUSALS = (ModelReadError, ModelUnsupportedError)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.bench.peers", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; may be given again")
    asked = parser.parse_args()
    paths = sorted(asked.folder.rglob("*.tflite"))
    counts: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            for recipe in PRESETS:
                for target in asked.target or TARGETS:
                    outcome, text = tried(path, recipe, target, Path(folder) / "quantized.tflite")
                    counts[outcome] += 1
                    print(f"{path.name:45} {recipe:17} {target:8} {outcome:10} {text}", flush=True)
                    if outcome == "failed":
                        wrong.append((path, recipe, target))
    print(f"\n{len(paths)} models, {dict(counts)}")
    return 1 if wrong else 0


def tried(path: Path, recipe: str, target: str, output: Path) -> tuple[str, str]:
    """What became of one model: "quantized" (and run), "refused" or "failed", and the size or the words."""
    try:
        result = quantscope.quantize_file(path, output, recipe, target)
    except REFUSALS as error:
        return "refused", str(error)
    except QuantscopeError as error:
        # A model that can't be run before can't be run after: custom operators.
        return ("refused" if "custom operator" in str(error).lower() else "failed"), str(error)
    except Exception:
        return "failed", traceback.format_exc()
    return "quantized", f"{result.ratio:.2f}"


if __name__ == "__main__":
    sys.exit(main())
