"""A stand-in for benchmark_model that runs on the test phone: it really runs the model, with ai-edge-litert, and prints
what the real one prints, word for word. Tables of --enable_op_profiling on standard output and as CSV are left out:
nothing of ours reads them.
"""

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def write_program(path: Path, before: str = "") -> Path:
    """An executable file to push to the phone as its benchmark_model. `before` is Python that it does first."""
    path.write_text(
        f"#!{sys.executable} -P\nimport sys\nsys.path[:0] = {[str(REPOSITORY / 'engine'), str(REPOSITORY)]!r}\n"
        f"{before}\nfrom tests.phone.benchmark.program import main\nmain(sys.argv[1:])\n"
    )
    os.chmod(path, 0o755)
    return path
