"""A measurement: several variants on several devices, interleaved on each device, the devices side by side.

Each device has a thread (see `work`). What happens goes into one queue; the caller's thread takes it out, hands it on
and works out the standing.
"""

import os
import queue
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final

import msgspec

from quantscope.documents import File
from quantscope.documents.profile import (
    CORES,
    DELEGATES,
    Comparison,
    Energy,
    Noticed,
    OperatorPair,
    OperatorTime,
    Profile,
    Run,
    Settings,
    Standing,
)
from quantscope.errors import UsageError
from quantscope.evaluate.alignment import align
from quantscope.files import describe
from quantscope.live import Live
from quantscope.model.read import read
from quantscope.profile import notices, statistics
from quantscope.profile.changes import changes
from quantscope.profile.energy import energy
from quantscope.profile.runner import MakeRunner
from quantscope.profile.work import Course, Shared, Work

POLL_SECONDS: Final = 0.05
STANDING_SECONDS: Final = 0.5
STANDING_RESAMPLES: Final = 200
# The standing must not take from what is measured: it waits this many times as long as it took.
STANDING_REST: Final = 20
CANCEL_SECONDS: Final = 10.0


def measure(
    models: Sequence[str],
    devices: Sequence[str],
    settings: Settings,
    live: Live,
    make_runner: MakeRunner,
    recipes: Mapping[str, str] = MappingProxyType({}),
) -> Profile:
    """Measures each of `models` on each of `devices`. `recipes` says, by path, which recipe made a model.

    `live` gets documents.profile.LivePart values as they come; when it stops, the result holds what was measured so
    far. Raises UsageError for settings that contradict themselves, CancelledError when `live` does, ModelReadError for
    a model that can't be read; and, if nothing at all could be measured, what the first device or model was refused
    for.
    """
    _check(models, devices, settings)
    files = [describe(path) for path in models]
    shared = Shared()
    works = [
        Work(device, files, place * len(files), settings, make_runner, shared) for place, device in enumerate(devices)
    ]
    for work in works:
        work.thread.start()
    try:
        _follow(works, shared, live)
    finally:
        shared.cancelled.set()
        for work in works:
            if work.thread.is_alive():
                work.runner.cancel()
        for work in works:
            work.thread.join(CANCEL_SECONDS)
    by_file = {file: recipes.get(path) for file, path in zip(files, models, strict=True)}
    return _profile(works, settings, by_file)


def _check(models: Sequence[str], devices: Sequence[str], settings: Settings) -> None:
    if not models or not devices:
        raise UsageError("There is nothing to measure.", "Give a model and a device.")
    if len(set(devices)) < len(devices):
        raise UsageError("A device is named twice.", "Name each device once.")
    if len({os.path.realpath(model) for model in models}) < len(models):
        raise UsageError("A model is named twice.", "Name each model once.")
    if settings.threads < 1:
        raise UsageError(f"A model can't run on {settings.threads} threads.", "Ask for one or more.")
    if settings.cores not in CORES:
        raise UsageError(f"There are no cores '{settings.cores}'.", f"Choose one of: {', '.join(CORES)}.")
    if settings.delegate not in DELEGATES:
        raise UsageError(f"There is no delegate '{settings.delegate}'.", f"Choose one of: {', '.join(DELEGATES)}.")
    if settings.runs is None and settings.seconds is None:
        raise UsageError("Neither seconds nor a number of runs was asked for.", "Ask for one of them.")
    if (settings.runs is not None and settings.runs < 1) or (settings.seconds is not None and not settings.seconds > 0):
        raise UsageError("Nothing can be measured in no time.", "Ask for at least one run, or for more than 0 seconds.")


def _follow(works: Sequence[Work], shared: Shared, live: Live) -> None:
    """Hands on what happens until every device is done."""
    running = len(works)
    next_standing = time.monotonic() + STANDING_SECONDS
    while running:
        if live.stopping:
            shared.stopping.set()
        live(sum(min(1.0, work.share) for work in works) / len(works), works[0].text)
        try:
            event = shared.events.get(timeout=POLL_SECONDS)
        except queue.Empty:
            continue
        if event is None:
            running -= 1
        else:
            live.publish(event)
        if time.monotonic() >= next_standing and shared.events.empty():
            began = time.monotonic()
            live.publish(_standing(works))
            took = time.monotonic() - began
            next_standing = time.monotonic() + max(STANDING_SECONDS, took * STANDING_REST)


def _standing(works: Sequence[Work]) -> Standing:
    medians: dict[int, float] = {}
    comparisons = []
    for work in works:
        courses = [course for course in work.courses if course.batches]
        medians |= {course.number: statistics.median(list(course.batches)) for course in courses}
        for course in courses[1:]:
            if courses[0] is work.courses[0]:
                comparisons += _compared(courses[0], course, STANDING_RESAMPLES)
    marks = tuple(
        Noticed(device=work.identity, run=course.number, notice=notice)
        for work in works
        for course in work.courses
        for notice in notices.of_batches(list(course.batches))
    )
    return Standing(medians=medians, comparisons=tuple(comparisons), marks=marks)


def _compared(baseline: Course, course: Course, resamples: int) -> list[Comparison]:
    found = statistics.speedup(list(baseline.batches), list(course.batches), resamples)
    if found is None:
        return []
    return [Comparison(baseline=baseline.number, run=course.number, speedup=found[0], ci95=found[1])]


def _profile(works: Sequence[Work], settings: Settings, recipes: Mapping[File, str | None]) -> Profile:
    for work in works:
        if work.fault is not None:
            raise work.fault
    courses = list(chain.from_iterable(work.courses for work in works))
    if not any(course.batches for course in courses):
        failures = [work.failure for work in works] + [course.failure for course in courses]
        for failure in failures:
            if failure is not None:
                raise failure
    runs = [_run(work, course, settings, recipes[course.model]) for work in works for course in work.courses]
    comparisons = []
    for work in works:
        for course in work.courses[1:]:
            for found in _compared(work.courses[0], course, statistics.RESAMPLES):
                baseline, run = runs[found.baseline], runs[found.run]
                comparisons.append(
                    msgspec.structs.replace(found, changes=changes(baseline, run), pairs=_pairs(baseline, run))
                )
    return Profile(runs=tuple(runs), comparison=comparisons[0] if comparisons else None, comparisons=tuple(comparisons))


def _shared(operator: OperatorTime, total: float) -> OperatorTime:
    return msgspec.structs.replace(operator, share=operator.us / total if operator.us is not None and total else None)


def _pairs(baseline: Run, run: Run) -> tuple[OperatorPair, ...]:
    if not baseline.operators or not run.operators:
        return ()
    aligned = align(read(baseline.model.path), read(run.model.path))
    return tuple(
        OperatorPair(subgraph=subgraph, baseline=pair.operator, run=pair.written)
        for subgraph, pairs in enumerate(aligned.subgraphs)
        for pair in pairs
    )


def _run(work: Work, course: Course, settings: Settings, recipe: str | None) -> Run:
    failure = course.failure or work.failure
    latency = statistics.latency(course.batches)
    used = energy(work.sensors, latency.median, len(work.courses)) if latency is not None else None
    profile = course.profile
    attributed = sum(each.us or 0.0 for each in profile.operators) if profile else 0.0
    unprofiled = (profile.unprofiled_us or (latency.median if latency else None)) if profile else None
    unattributed = sum(each.us for each in profile.unattributed) if profile else 0.0
    return Run(
        model=course.model,
        recipe=recipe,
        device=work.device,
        settings=settings,
        started=work.shared.started,
        program=course.prepared.program if course.prepared else "",
        ending="failed" if failure else "complete" if course.complete else "stopped",
        failure=str(failure) if failure else None,
        remedy=failure.remedy if failure else None,
        failure_code=failure.code if failure else None,
        latency_us=latency,
        init_us=course.prepared.init_us if course.prepared else None,
        first_us=course.prepared.first_us if course.prepared else None,
        memory_bytes=course.memory,
        load_bytes=course.prepared.load_bytes if course.prepared else None,
        energy=used if isinstance(used, Energy) else None,
        energy_note=used if isinstance(used, str) else None,
        batches=tuple(course.batches),
        sensors=tuple(work.sensors),
        operators=tuple(_shared(each, attributed + unattributed) for each in profile.operators) if profile else (),
        unattributed=profile.unattributed if profile else (),
        unattributed_us=unattributed if profile and profile.operators else None,
        profiled_us=profile.latency_us if profile else None,
        unprofiled_us=unprofiled,
        overhead=profile.latency_us / unprofiled - 1 if profile and profile.latency_us and unprofiled else None,
        call_us=profile.call_us if profile else None,
        operators_us=attributed if profile and profile.operators else None,
        per_operator_note=profile.note if profile else None,
        warnings=(
            *course.notices,
            *(work.conditions.over() if work.conditions else ()),
            *notices.of_batches(course.batches),
            *(notices.of_count(course.batches) if course.batches else ()),
        ),
    )
