"""The answer on top: which variant is how much faster, with its interval, and what the device says of itself."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from quantscope.documents import profile as profiles
from quantscope_gui import formatting
from quantscope_gui.engine import failures, texts
from quantscope_gui.i18n import QT_TRANSLATE_NOOP
from quantscope_gui.latency.marks import CONDITIONS
from quantscope_gui.latency.measurement import Measurement
from quantscope_gui.theme.theme import Theme

SEPARATOR = " \u00b7 "


class Headline(QWidget):
    """Follows a measurement; `refresh` after it has grown. Words only, no work."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.answer = QLabel()
        self.answer.setProperty("heading", True)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.answer.setWordWrap(True)
        font = self.answer.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setBold(True)
        self.answer.setFont(font)
        self.medians = QLabel()
        self.medians.setTextFormat(Qt.TextFormat.RichText)
        self.sensors = QLabel()
        self.sensors.setProperty("muted", True)
        self.notices = QLabel()
        self.notices.setWordWrap(True)
        self.notices.hide()
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.medians, 1)
        line.addWidget(self.sensors)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 6)
        layout.setSpacing(3)
        layout.addWidget(self.answer)
        layout.addLayout(line)
        layout.addWidget(self.notices)

    def show_measurement(self, measurement: Measurement, colors: Mapping[int, QColor], state: str) -> None:
        """`state` is said where there is no answer yet."""
        comparisons, medians = _standing(measurement)
        names = {run: course.title for run, course in measurement.courses.items()}
        several = len({course.device for course in measurement.courses.values()}) > 1
        sentences = [self._sentence(each, measurement, names, several) for each in comparisons if each.run in names]
        if not sentences and measurement.over and len(medians) == 1:
            run, us = next(iter(medians.items()))
            sentences = [self.tr("{name} takes {time}").format(name=names.get(run, ""), time=formatting.duration(us))]
        self.answer.setText("\n".join(sentences) or state)
        self.medians.setText(
            "&nbsp;&nbsp;&nbsp;".join(self._median(run, us, names, colors) for run, us in medians.items())
        )
        self.sensors.setText("   ".join(filter(None, map(_sensors, measurement.sensors.values()))))
        self._show_notices(measurement)

    def _sentence(
        self, each: profiles.Comparison, measurement: Measurement, names: Mapping[int, str], several: bool
    ) -> str:
        low, high = each.ci95
        faster = each.speedup >= 1
        ratio, ends = (each.speedup, (low, high)) if faster else (1 / each.speedup, (1 / high, 1 / low))
        template = (
            self.tr("{name} is {ratio} faster (95 % CI {low} \u2013 {high})")
            if faster
            else self.tr("{name} is {ratio} slower (95 % CI {low} \u2013 {high})")
        )
        text = template.format(
            name=names[each.run], ratio=formatting.factor(ratio), low=f"{ends[0]:.2f}", high=f"{ends[1]:.2f}"
        )
        return f"{measurement.courses[each.run].device}: {text}" if several else text

    def _median(self, run: int, us: float, names: Mapping[int, str], colors: Mapping[int, QColor]) -> str:
        color = colors[run].name() if run in colors else self._theme.tokens.text
        name = names.get(run, "").replace("&", "&amp;").replace("<", "&lt;")
        return f'<span style="color:{color}">\u25cf</span> {name} <b>{formatting.duration(us)}</b>'

    def _show_notices(self, measurement: Measurement) -> None:
        found = dict.fromkeys(_said(each.notice) for each in reversed(measurement.noticed()))
        if measurement.profile is not None:
            found |= dict.fromkeys(_failed(run) for run in measurement.profile.runs if run.failure)
        self.notices.setText("\n".join(f"\u26a0 {text}" for text in list(found)[:4]))
        self.notices.setVisible(bool(found))


def _failed(run: profiles.Run) -> str:
    remedy = texts.problem_remedy(run.failure_code or "", run.remedy)
    return " ".join(filter(None, (failures.said(run.failure or ""), remedy)))


def _said(notice: profiles.Notice) -> str:
    if notice.t is None:
        return texts.notice(notice)
    if notice.until is not None:
        template = QT_TRANSLATE_NOOP("Headline", "{begin} \u2013 {end}")
    elif notice.code in CONDITIONS:
        template = QT_TRANSLATE_NOOP("Headline", "since {begin}")
    else:
        template = QT_TRANSLATE_NOOP("Headline", "at {begin}")
    begin, end = (formatting.seconds(t) if t is not None else "" for t in (notice.t, notice.until))
    when = QCoreApplication.translate("Headline", template).format(begin=begin, end=end)
    return f"{texts.notice(notice)} ({when})"


def _standing(measurement: Measurement) -> tuple[tuple[profiles.Comparison, ...], dict[int, float]]:
    profile = measurement.profile
    if profile is not None:
        medians = {place: run.latency_us.median for place, run in enumerate(profile.runs) if run.latency_us}
        return profile.comparisons, medians
    if measurement.standing is not None:
        return measurement.standing.comparisons, measurement.standing.medians
    return (), {run: course.median[-1] * 1000 for run, course in measurement.courses.items() if course.median}


def _sensors(sensors: profiles.Sensors) -> str:
    found = []
    if sensors.celsius is not None:
        found.append(f"{sensors.celsius:.0f}\u202f\u00b0C")
    if sensors.thermal_status:
        found.append(texts.phrase(f"thermal status {sensors.thermal_status}"))
    if sensors.cpu_khz:
        found.append(f"{max(sensors.cpu_khz) / 1e6:.2f}\u202fGHz")
    if sensors.battery_percent is not None:
        found.append(texts.phrase(f"battery {sensors.battery_percent:.0f}"))
    if sensors.battery_ua is not None:
        found.append(texts.phrase(f"battery current {sensors.battery_ua / 1000:.0f}"))
    if sensors.other_load is not None:
        found.append(texts.phrase(f"other programs {sensors.other_load * 100:.0f}"))
    return SEPARATOR.join(found)
