"""How much memory this process has used."""

import os
import re
import subprocess
import sys
from pathlib import Path


def peak_rss() -> int:
    """The most memory this process has had resident since it was started, in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    if sys.platform == "linux":
        # Not getrusage: there Linux counts what the parent had when it started this process.
        found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii", "replace"))
        if found is not None:
            return int(found[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def rss_of(process: int) -> int:
    """What another process has resident now, in bytes; 0 if it has gone or the system doesn't tell."""
    if sys.platform == "linux":
        try:
            found = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii", "replace"))
        except OSError:
            return 0
        return int(found[1]) * 1024 if found else 0
    if sys.platform == "win32":
        import psutil

        try:
            return int(psutil.Process(process).memory_info().rss)
        except psutil.Error:
            return 0
    asked = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True)
    return int(asked.stdout or 0) * 1024


def installed_memory() -> int:
    """The memory that the computer has, in bytes."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.virtual_memory().total)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
