"""What goes wrong with devices and measurements, in the user's language.

The engine's sentences hold names, addresses and other programs' words. Each is marked here with numbers in their
places, and recognised by what stands around those; what stands in them is translated in turn where it is a sentence
itself. tests/gui/test_translations.py holds that none of the engine's is missing.
"""

import re
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication

from quantscope_gui.i18n import QT_TRANSLATE_NOOP

SENTENCES: Final = (
    QT_TRANSLATE_NOOP("Failure", "What answers as {0} doesn't speak adb's protocol."),
    QT_TRANSLATE_NOOP("Failure", "Check its address."),
    QT_TRANSLATE_NOOP("Failure", "The connection to {0} was lost."),
    QT_TRANSLATE_NOOP("Failure", "Plug it in again; what was measured is kept."),
    QT_TRANSLATE_NOOP("Failure", "The command is longer than the adb protocol allows."),
    QT_TRANSLATE_NOOP("Failure", "No answer from {0} for {1} seconds."),
    QT_TRANSLATE_NOOP("Failure", "Unplug it and plug it in again; if it still doesn't answer, restart it."),
    QT_TRANSLATE_NOOP("Failure", "The adb server at {0} doesn't answer."),
    QT_TRANSLATE_NOOP("Failure", "Check its address and your network."),
    QT_TRANSLATE_NOOP("Failure", "There is no adb server at {0}: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Start one with 'adb start-server', or check the address."),
    QT_TRANSLATE_NOOP("Failure", "What listens at {0} is no adb server."),
    QT_TRANSLATE_NOOP("Failure", "Check the address."),
    QT_TRANSLATE_NOOP("Failure", "The phone at {0} can't be connected: {1}."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Check the address on the phone (Developer options, Wireless debugging) and that both are in one "
        "network; a phone that was never paired must be paired first.",
    ),
    QT_TRANSLATE_NOOP("Failure", "The phone at {0} was not paired: {1}."),
    QT_TRANSLATE_NOOP("Failure", "adb was not found; looked in {0}."),
    QT_TRANSLATE_NOOP("Failure", "{0}, or Android Studio's SDK Platform-Tools, or choose the file in the settings."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' can't start the adb server: {1}."),
    QT_TRANSLATE_NOOP("Failure", "A pairing code has six digits."),
    QT_TRANSLATE_NOOP("Failure", "Read it off the phone again."),
    QT_TRANSLATE_NOOP("Failure", "The phone at {0} doesn't accept that code, or has closed its question."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Codes are good once and for a short time: open 'Pair device with pairing code' again and use the new one.",
    ),
    QT_TRANSLATE_NOOP("Failure", "Nothing that can be paired answers at {0}."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Give the address that 'Pair device with pairing code' shows while it is open: its port is another "
        "than that of Wireless debugging itself.",
    ),
    QT_TRANSLATE_NOOP("Failure", "'{0}' is not an address."),
    QT_TRANSLATE_NOOP("Failure", "Give host:port as the phone shows it, for instance 192.168.1.20:5555."),
    QT_TRANSLATE_NOOP("Failure", "The adb that runs here is too old to pair."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Install adb 30 or later (Debian 12's own is 29, Google's platform tools are newer), end the old "
        "one with 'adb kill-server', then try again. A phone on the cable needs no pairing.",
    ),
    QT_TRANSLATE_NOOP("Failure", "{0} answered with more than {1} KiB, which can't be right."),
    QT_TRANSLATE_NOOP("Failure", "{0} answered in a way that can't be right."),
    QT_TRANSLATE_NOOP("Failure", "{0} can't be used: {1}"),
    QT_TRANSLATE_NOOP("Failure", "adb says: {0}."),
    QT_TRANSLATE_NOOP("Failure", "{0} is not connected."),
    QT_TRANSLATE_NOOP("Failure", "Plug it in, or choose another device."),
    QT_TRANSLATE_NOOP("Failure", "Choose one device by its serial number."),
    QT_TRANSLATE_NOOP("Failure", "{0} closed the request."),
    QT_TRANSLATE_NOOP("Failure", "Android 7 or later is needed; if it has that, plug the phone in again."),
    QT_TRANSLATE_NOOP("Failure", "{0} says: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Free some space on the phone, or clear Quantscope's files from it."),
    QT_TRANSLATE_NOOP("Failure", "A path on the phone can't hold a zero character."),
    QT_TRANSLATE_NOOP("Failure", "{0} answered a push with {1}, which isn't in the protocol."),
    QT_TRANSLATE_NOOP("Failure", "{0} has no file '{1}'."),
    QT_TRANSLATE_NOOP("Failure", "{0} hasn't confirmed the file for {1} seconds."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' can't be written: {1}."),
    QT_TRANSLATE_NOOP("Failure", "{0} sent '{1}' in a way that can't be right."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' is no program for a phone."),
    QT_TRANSLATE_NOOP("Failure", "Choose a benchmark_model built for Android (an ELF file)."),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model can't be downloaded from {0}: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Try again (what is there already is kept), or choose a file."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' can't be read: {1}."),
    QT_TRANSLATE_NOOP("Failure", "There is no official benchmark_model for {0}."),
    QT_TRANSLATE_NOOP("Failure", "Build one, and choose the file."),
    QT_TRANSLATE_NOOP(
        "Failure", "What {0} sends now (sha256 {1}…) isn't what it sent first (sha256 {2}…), so it is not used."
    ),
    QT_TRANSLATE_NOOP(
        "Failure", "If you know that it was replaced, forget the old one in the settings, or choose a file."
    ),
    QT_TRANSLATE_NOOP("Failure", "What {0} sent is built for {1}, not for {2}."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' is built for {1}; the phone runs {2}."),
    QT_TRANSLATE_NOOP("Failure", "Choose a benchmark_model built for {0}."),
    QT_TRANSLATE_NOOP("Failure", "What {0} sent is no program."),
    QT_TRANSLATE_NOOP("Failure", "What {0} sends is larger than any benchmark_model."),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model ended with exit code {0}; it said: {1}."),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model refuses the model: {0}."),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model crashed on the model ({0})."),
    QT_TRANSLATE_NOOP("Failure", "Try another delegate, or a newer benchmark_model."),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model ended well but printed no result."),
    QT_TRANSLATE_NOOP("Failure", "Choose a genuine benchmark_model."),
    QT_TRANSLATE_NOOP("Failure", "The phone can't execute this benchmark_model{0}: it runs {1}."),
    QT_TRANSLATE_NOOP("Failure", "Choose a benchmark_model built for this phone."),
    QT_TRANSLATE_NOOP("Failure", "The phone refuses to execute benchmark_model: permission denied."),
    QT_TRANSLATE_NOOP(
        "Failure", "Some phones forbid programs in /data/local/tmp: allow 'Install via USB' in the developer options."
    ),
    QT_TRANSLATE_NOOP("Failure", "The phone can't start benchmark_model: {0}."),
    QT_TRANSLATE_NOOP("Failure", "Inputs that are text can't be given to benchmark_model."),
    QT_TRANSLATE_NOOP(
        "Failure", "benchmark_model wrote its profile as a table, not as the protocol buffer it was asked for."
    ),
    QT_TRANSLATE_NOOP("Failure", "This build is too old for profiles: choose a newer benchmark_model."),
    QT_TRANSLATE_NOOP("Failure", "The profile that benchmark_model wrote holds no operators."),
    QT_TRANSLATE_NOOP("Failure", "This build may lack profiling: choose another benchmark_model."),
    QT_TRANSLATE_NOOP(
        "Failure", "The LiteRT runtime (ai-edge-litert) is not installed, so profiles can't be read here."
    ),
    QT_TRANSLATE_NOOP("Failure", "The profile that benchmark_model wrote is damaged."),
    QT_TRANSLATE_NOOP("Failure", "Measure again."),
    QT_TRANSLATE_NOOP("Failure", "'{0}' is no address of an adb server."),
    QT_TRANSLATE_NOOP("Failure", "Give host:port."),
    QT_TRANSLATE_NOOP("Failure", "The program on {0} wasn't done after {1} seconds and was ended."),
    QT_TRANSLATE_NOOP("Failure", "The program on {0} was ended by the phone; it said: {1}."),
    QT_TRANSLATE_NOOP("Failure", "The phone may be short of memory, or have restarted."),
    QT_TRANSLATE_NOOP("Failure", "The phone doesn't tell what it is: its properties can't be read."),
    QT_TRANSLATE_NOOP("Failure", "There is no benchmark_model for {0} ({1}) yet."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Let Quantscope download the official one: 'quantscope devices --fetch {0}', or choose a file: "
        "'--benchmark-model'.",
    ),
    QT_TRANSLATE_NOOP("Failure", "benchmark_model wrote no profile."),
    QT_TRANSLATE_NOOP("Failure", "This build may lack profiling: choose another."),
    QT_TRANSLATE_NOOP("Failure", "{0} has no room for Quantscope's files: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Free some space on the phone; /data/local/tmp must be writable."),
    QT_TRANSLATE_NOOP("Failure", "What arrived on {0} isn't what was sent."),
    QT_TRANSLATE_NOOP("Failure", "Try another cable, or check the phone's storage."),
    QT_TRANSLATE_NOOP("Failure", "{0} can't keep the file: {1}."),
    QT_TRANSLATE_NOOP("Failure", "The runtime on this computer has no delegate '{0}'."),
    QT_TRANSLATE_NOOP("Failure", "Choose one of: {0}."),
    QT_TRANSLATE_NOOP("Failure", "The steps of the model differ from run to run, so they can't be told apart."),
    QT_TRANSLATE_NOOP("Failure", "There is nothing to measure."),
    QT_TRANSLATE_NOOP("Failure", "Give a model and a device."),
    QT_TRANSLATE_NOOP("Failure", "A device is named twice."),
    QT_TRANSLATE_NOOP("Failure", "Name each device once."),
    QT_TRANSLATE_NOOP("Failure", "A model is named twice."),
    QT_TRANSLATE_NOOP("Failure", "Name each model once."),
    QT_TRANSLATE_NOOP("Failure", "A model can't run on {0} threads."),
    QT_TRANSLATE_NOOP("Failure", "Ask for one or more."),
    QT_TRANSLATE_NOOP("Failure", "There are no cores '{0}'."),
    QT_TRANSLATE_NOOP("Failure", "There is no delegate '{0}'."),
    QT_TRANSLATE_NOOP("Failure", "Neither seconds nor a number of runs was asked for."),
    QT_TRANSLATE_NOOP("Failure", "Ask for one of them."),
    QT_TRANSLATE_NOOP("Failure", "Nothing can be measured in no time."),
    QT_TRANSLATE_NOOP("Failure", "Ask for at least one run, or for more than 0 seconds."),
    QT_TRANSLATE_NOOP("Failure", "There is no measurement number {0}."),
    QT_TRANSLATE_NOOP("Failure", "List them with 'quantscope history'."),
    QT_TRANSLATE_NOOP("Failure", "The history can't be used: {0}."),
    QT_TRANSLATE_NOOP("Failure", "Try again; free some disk space."),
    QT_TRANSLATE_NOOP("Failure", "The history in '{0}' can't be used: {1}."),
    QT_TRANSLATE_NOOP("Failure", "The history '{0}' was written by a later version of Quantscope; it is left alone."),
    QT_TRANSLATE_NOOP("Failure", "Update Quantscope to see it."),
    QT_TRANSLATE_NOOP("Failure", "The history '{0}' can't be made: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Measurement number {0} can't be read: {1}."),
    QT_TRANSLATE_NOOP("Failure", "Another Quantscope is using the history right now."),
    QT_TRANSLATE_NOOP("Failure", "Try again."),
    QT_TRANSLATE_NOOP("Failure", "One of the two has no latencies to compare."),
    QT_TRANSLATE_NOOP("Failure", "A history can't be exported to '{0}'."),
    QT_TRANSLATE_NOOP("Failure", "Name a .csv or a .json file."),
    QT_TRANSLATE_NOOP("Failure", "This device doesn't tell its battery's current."),
    QT_TRANSLATE_NOOP("Failure", "It was charging: the battery's current then says nothing about what it used."),
    QT_TRANSLATE_NOOP("Failure", "Energy can be known from two minutes of measuring on battery or more."),
    QT_TRANSLATE_NOOP(
        "Failure", "Variants took turns, so the battery's current can't be told apart; measure one variant alone."
    ),
    QT_TRANSLATE_NOOP("Failure", "'{0}' is no size for the history."),
    QT_TRANSLATE_NOOP("Failure", "A history can't be limited to {0} bytes."),
    QT_TRANSLATE_NOOP("Failure", "Give one such as 500MB or 2GB."),
    QT_TRANSLATE_NOOP(
        "Failure",
        "Install it with 'sudo apt install adb' (Debian, Ubuntu) or 'sudo dnf install android-tools' (Fedora)",
    ),
    QT_TRANSLATE_NOOP("Failure", "Install it with 'brew install android-platform-tools'"),
    QT_TRANSLATE_NOOP("Failure", "Install it with 'winget install Google.PlatformTools'"),
    QT_TRANSLATE_NOOP("Failure", "Install Android's platform tools"),
)
_PLACE: Final = re.compile(r"\\{(\d)\\}")


def said(text: str) -> str:
    """An engine's sentence about a device, translated where it is a known one."""
    for pattern, source in _patterns():
        if found := pattern.fullmatch(text):
            return QCoreApplication.translate("Failure", source).format(*map(_part, found.groups()))
    return text


def _part(text: str) -> str:
    state = QCoreApplication.translate("DeviceState", text)
    return state if state != text else said(text)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with the most words of their own come first: "{0} says: {1}." would take others' sentences."""
    ordered = sorted(SENTENCES, key=lambda source: -len(re.sub(r"\{\d\}", "", source)))
    return tuple((re.compile(_PLACE.sub("(.+?)", re.escape(source)), re.DOTALL), source) for source in ordered)
