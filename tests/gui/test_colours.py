"""Colouring by other things than the planned precision: bands, partitions, legends that count and dim."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from quantscope_gui import formatting
from quantscope_gui.colour import legend, schemes
from quantscope_gui.colour.bands import Scale, banded, logarithmic
from quantscope_gui.colour.schemes import Facts, Overlay
from quantscope_gui.operators import plan as plans
from quantscope_gui.operators.plan import Plan
from quantscope_gui.theme.tokens import DARK, LIGHT
from tests.gui.conftest import Stage
from tests.gui.specimens import inspection, operator

NOTHING = Facts({}, {}, {})


@pytest.fixture
def plan() -> Plan:
    sizes = (0, 100, 2_000, 30_000, 400_000, 5_000_000)
    every = tuple(operator(index, weight_bytes=size, delegated=index != 3) for index, size in enumerate(sizes))
    return plans.of(inspection(every, every[:2]))


def colour(key: str, plan: Plan, known: Facts = NOTHING) -> schemes.Colouring:
    return next(scheme for scheme in schemes.SCHEMES if scheme.key == key).colour(plan, LIGHT, known)


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=50), st.integers(2, 8))
def test_logarithmic_scales_part_all_numbers(values: list[float], bands: int) -> None:
    scale = logarithmic(values, bands)
    assert list(scale.borders) == sorted(set(scale.borders))
    assert len(scale.names(str)) == len(scale.borders) + 1
    placed = [scale.band(value) for value in sorted(values)]
    assert placed == sorted(placed)
    assert 0 <= placed[0] <= placed[-1] <= len(scale.borders)


def test_every_scheme_colours_every_operator(plan: Plan) -> None:
    known = Facts({(0, 1): 12.0}, {(0, 1): 35.0, (0, 2): 8.0}, {(0, 1): 3.5, (1, 0): 700.0},
                  Overlay("mine", {(0, 0): -1.0, (0, 5): 2.5}), {(0, 1): 2.0})  # fmt: skip
    for scheme in schemes.SCHEMES:
        assert scheme.available(known)
        for tokens in (LIGHT, DARK):
            made = scheme.colour(plan, tokens, known)
            assert {subgraph: len(places) for subgraph, places in made.of.items()} == {0: 6, 1: 2}
            assert all(0 <= place < len(made.swatches) for places in made.of.values() for place in places)
            items = legend.items(made)
            assert sum(item.count for item in items) == len(plan.rows)
            assert all(item.name for item in items)
            assert frozenset().union(*(item.keys for item in items)) == {row.key for row in plan.rows}


def test_what_was_not_measured_is_not_offered(plan: Plan) -> None:
    offered = {scheme.key for scheme in schemes.SCHEMES if scheme.available(NOTHING)}
    assert offered == {"planned", "present", "weights", "partition"}


def test_sizes_go_from_quiet_to_strong(plan: Plan) -> None:
    made = colour("weights", plan)
    places = made.of[0]
    assert list(places[1:]) == sorted(places[1:])
    assert made.swatches[places[0]].name == "no weights"
    assert len(set(places)) > 4


def test_low_decibels_are_loud(plan: Plan) -> None:
    made = colour("error", plan, Facts({}, {(0, 0): 5.0, (0, 1): 45.0}, {}))
    assert made.swatches[made.of[0][0]].color == LIGHT.alarm[-1]
    assert made.swatches[made.of[0][1]].color == LIGHT.alarm[0]
    assert made.swatches[made.of[0][2]].name == "no error, or none measured"


def test_partitions_are_tints_and_what_is_left_stands_out(plan: Plan) -> None:
    made = colour("partition", plan)
    assert made.swatches[made.of[0][3]].name == "not delegated"
    assert made.of[0][0] == made.of[0][1] != made.of[1][0]


def test_very_many_partitions_share_the_last_entry() -> None:
    every = tuple(operator(index) for index in range(2))
    many = plans.of(inspection(*((every,) * 60)))
    made = colour("partition", many)
    assert legend.items(made)[-1].count == 2 * (60 - schemes.MOST_TINTS)


def test_one_number_alone(plan: Plan) -> None:
    made = banded(plan, LIGHT, "t", {(0, 0): 7.0}, logarithmic([7.0], 6), formatting.significant, "none")
    assert np.count_nonzero(made.of[0] != len(made.swatches) - 1) == 1
    assert Scale((7.0,)).names(str) == ["< 7.0", "\u2265 7.0"]


def test_the_legend_follows_the_scheme_and_dims(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    work, entries = stage.window.work, stage.window.status.legend
    stage.until(lambda: work.graph.view.scene is not None)
    precisions = [entry.text() for entry in entries.entries]
    work.colour_by.chosen.emit("weights")
    assert [entry.text() for entry in entries.entries] != precisions
    assert sum(entry.item.count for entry in entries.entries) == 5
    last = entries.entries[-1]
    stage.bot.mouseClick(last, Qt.MouseButton.LeftButton)
    look = work.graph.view.look
    assert look is not None
    assert look.lit is not None
    stage.bot.mouseClick(last, Qt.MouseButton.LeftButton)
    assert work.graph.view.look.lit is None  # type: ignore[union-attr]
    work.colour_by.chosen.emit("planned")
    assert [entry.text() for entry in entries.entries] == precisions


def test_errors_are_offered_once_they_are_measured(stage: Stage, model_file: Path) -> None:
    stage.open(model_file)
    stage.quantize()
    colours = stage.services.colours
    assert "error" not in {scheme.key for scheme in colours.available()}
    stage.window.commands_by_key["compare"].trigger()
    stage.until(lambda: stage.current().variant.comparison is not None)  # type: ignore[union-attr]
    colours.choose("own-error")
    assert colours.scheme().key == "own-error"
    stage.services.library.select(type(stage.current())(stage.current().model))
    assert colours.scheme().key == "planned", "the source has no error"


def test_speedups_alarm_where_it_got_slower(english: None) -> None:
    plan = plans.of(inspection(tuple(operator(index) for index in range(3))))
    known = Facts({}, {}, {}, None, {(0, 0): 0.5, (0, 1): 1.0, (0, 2): 3.0})
    made = colour("speedup", plan, known)
    names = [made.swatches[place].name for place in made.of[0]]
    assert names == ["< 0.80\u00d7", "0.95\u00d7 \u2013 1.05\u00d7", "\u2265 2.50\u00d7"]


def test_bars_cross_the_lines_where_a_delegate_stops(stage: Stage, model_file: Path) -> None:
    """Every operator of the small network is taken by the delegate; seen by weight size there are no bars either."""
    stage.open(model_file)
    view = stage.window.work.graph.view
    stage.until(lambda: view.scene is not None)
    plan = stage.current().plan
    assert plan is not None
    made = colour("partition", plan)
    assert made.borders
    view.set_colouring(made)
    assert view._borders.size == 0
    split = {0: np.array([0, 0, 1, 1, 0], np.int16)}
    view.set_colouring(schemes.Colouring("t", (made.swatches[0], made.swatches[-1]), split, borders=True))
    assert view.scene is not None
    crossed = [
        (int(view.scene.first[view.scene.lines.source[at]]), int(view.scene.first[view.scene.lines.target[at]]))
        for at in view._borders
    ]
    assert sorted(crossed) == [(1, 2), (3, 4)]
    assert not view.grab().isNull()
