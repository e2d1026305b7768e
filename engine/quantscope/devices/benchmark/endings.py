"""Why benchmark_model ended without a result, in a sentence and what to do."""

import re
from typing import Final

from quantscope.devices.benchmark.output import Output
from quantscope.devices.properties import printable
from quantscope.errors import DeviceRefusedError, QuantscopeError, RunError

# Of exit codes above 128, those that signals leave. Source: signal(7).
SIGNALS: Final = {
    132: "SIGILL: it uses instructions this processor lacks",
    134: "SIGABRT",
    135: "SIGBUS",
    136: "SIGFPE",
    137: "SIGKILL: most likely the phone was short of memory",
    139: "SIGSEGV",
    141: "SIGPIPE: it printed more than is taken in",
    143: "SIGTERM",
}
_NOT_EXECUTABLE: Final = re.compile(
    r"not executable: (\S.{0,80})|Exec format error|has unexpected e_machine|syntax error: .{0,80}unexpected"
)
_NO_PERMISSION: Final = re.compile(r"(?i)permission denied|can't execute")
_NO_LINKER: Final = re.compile(r"CANNOT LINK EXECUTABLE.{0,200}|No such file or directory|inaccessible or not found")

OTHER_FILE: Final = "Choose a benchmark_model built for this phone."


def explain(code: int, output: Output, text: str, abi: str) -> QuantscopeError:
    """The error of a run that gave no result. The phone's fault or the program's is a DeviceRefusedError, the model's a
    RunError."""
    if code in (126, 127) or (code == 1 and not output.complaints) or code == 2:
        if match := _NOT_EXECUTABLE.search(text):
            what = f" ({printable(match[1])})" if match[1] else ""
            return DeviceRefusedError(f"The phone can't execute this benchmark_model{what}: it runs {abi}.", OTHER_FILE)
        if _NO_PERMISSION.search(text):
            return DeviceRefusedError(
                "The phone refuses to execute benchmark_model: permission denied.",
                "Some phones forbid programs in /data/local/tmp: allow 'Install via USB' in the developer options.",
            )
        if match := _NO_LINKER.search(text):
            return DeviceRefusedError(f"The phone can't start benchmark_model: {printable(match[0])}.", OTHER_FILE)
    if output.complaints:
        said = "; ".join(output.complaints[:3]).rstrip(".")
        return RunError(f"benchmark_model refuses the model: {said}.")
    if code in SIGNALS:
        return RunError(
            f"benchmark_model crashed on the model ({SIGNALS[code]}).",
            "Try another delegate, or a newer benchmark_model.",
        )
    if code == 0:
        return RunError("benchmark_model ended well but printed no result.", "Choose a genuine benchmark_model.")
    last = printable(text[-300:]) or "nothing"
    return RunError(f"benchmark_model ended with exit code {code}; it said: {last}.")
