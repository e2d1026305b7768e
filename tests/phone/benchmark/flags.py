"""The flags of benchmark_model and how it reads and repeats them."""

import sys
from typing import Final, NamedTuple

Value = bool | int | float | str


class Flag(NamedTuple):
    """A flag, its default, and what it is called when parameters are logged; in the order in which they are."""

    name: str
    default: Value
    label: str


FLAGS: Final = (
    Flag("num_runs", 50, "Min num runs"),
    Flag("min_secs", 1.0, "Min runs duration (seconds)"),
    Flag("max_secs", 150.0, "Max runs duration (seconds)"),
    Flag("run_delay", -1.0, "Inter-run delay (seconds)"),
    Flag("num_threads", -1, "Num threads"),
    Flag("warmup_runs", 1, "Min warmup runs"),
    Flag("warmup_min_secs", 0.5, "Min warmup runs duration (seconds)"),
    Flag("dry_run", False, "Run w/o invoking kernels"),
    Flag("report_peak_memory_footprint", False, "Report the peak memory footprint"),
    Flag("graph", "", "Graph"),
    Flag("signature_to_run_for", "", "Signature to run"),
    Flag("list_signatures", False, "List signatures from the provided model"),
    Flag("input_layer", "", "Input layers"),
    Flag("input_layer_shape", "", "Input shapes"),
    Flag("input_layer_value_files", "", "Input value files"),
    Flag("require_full_delegation", False, "Require full delegation"),
    Flag("enable_op_profiling", False, "Enable op profiling"),
    Flag("op_profiling_output_mode", "stdout", "Op profiling output mode."),
    Flag("op_profiling_output_file", "", "Op profiling output file."),
    Flag("max_profiling_buffer_entries", 1024, "Max initial profiling buffer entries"),
    Flag("export_model_runtime_info", False, "Enable Model Runtime Info Export"),
    Flag("model_runtime_info_output_file", "", "Proto File to export model runtime info to"),
    Flag("result_file_path", "", "File path to save the benchmark result in binary proto format"),
    Flag("use_xnnpack", False, "Use xnnpack"),
    Flag("external_delegate_path", "", "External delegate path"),
)
ALWAYS_LOGGED: Final = ("graph", "signature_to_run_for")


class Refused(Exception):
    """The program ends: what it says on standard error."""


def say(text: str, severity: str = "INFO") -> None:
    print(f"{severity}: {text}", flush=False)


class Parsed:
    """The values given, and which were."""

    def __init__(self, arguments: list[str]) -> None:
        known = {flag.name: flag for flag in FLAGS}
        self.values: dict[str, Value] = {flag.name: flag.default for flag in FLAGS}
        self.given: set[str] = set()
        unconsumed = []
        for argument in arguments:
            name, equals, text = argument.removeprefix("--").partition("=")
            if not argument.startswith("--") or not equals or name not in known:
                unconsumed.append(argument)
                continue
            try:
                self.values[name] = _value(text, known[name].default)
            except ValueError:
                raise Refused(f"Failed to parse flag '{name}' against argv '{argument}'") from None
            self.given.add(name)
        if unconsumed:
            say(f"Unconsumed cmdline flags: {' '.join(unconsumed)}", "WARN")
        if (mode := self.text("op_profiling_output_mode")) not in ("stdout", "csv", "proto"):
            raise Refused(f"Output mode{mode} is not supported. Supported values are: 'stdout', 'csv' and 'proto'.")

    def text(self, name: str) -> str:
        return str(self.values[name])

    def number(self, name: str) -> float:
        return float(self.values[name])

    def on(self, name: str) -> bool:
        return bool(self.values[name])

    def log(self) -> None:
        say("Log parameter values verbosely: [0]")
        for flag in FLAGS:
            if flag.name in self.given or flag.name in ALWAYS_LOGGED:
                value = self.values[flag.name]
                shown = f"{value:g}" if isinstance(value, float) else int(value) if isinstance(value, bool) else value
                if flag.name == "use_xnnpack" and "num_threads" in self.given:
                    say(f"#threads used for CPU inference: [{self.values['num_threads']}]")
                say(f"{flag.label}: [{shown}]")
        if "num_threads" in self.given and "use_xnnpack" not in self.given:
            say(f"#threads used for CPU inference: [{self.values['num_threads']}]")


def _value(text: str, default: Value) -> Value:
    if isinstance(default, bool):
        if text not in ("true", "false", "1", "0"):
            raise ValueError(text)
        return text in ("true", "1")
    return type(default)(text)


def fail(message: str, code: int = 1, severity: str = "ERROR") -> None:
    """Says why on standard error and ends."""
    sys.stdout.flush()
    print(f"{severity}: {message}", file=sys.stderr)
    if code == 1:
        print("ERROR: Benchmarking failed.", file=sys.stderr)
    sys.stderr.flush()
    sys.exit(code)
