"""Cutting a file: what stays is what it was, every reference leads where it led, and alignment is kept."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantscope.errors import ModelUnsupportedError
from quantscope.model.flatbuffer import References
from quantscope.model.splice import ALIGNMENT, Skeleton, cut

KEPT, HOLE, REPLACED = "kept", "hole", "replaced"


@dataclass(frozen=True)
class Case:
    """A file in parts of three kinds, with references between words of those that aren't holes."""

    data: npt.NDArray[np.uint8]
    parts: tuple[tuple[str, int, int], ...]
    forward: tuple[tuple[int, int], ...]
    backward: tuple[tuple[int, int], ...]

    def ranges(self, kind: str) -> list[tuple[int, int]]:
        return [(start, end) for what, start, end in self.parts if what == kind]

    def references(self) -> list[References]:
        return [
            References(*np.array(pairs, np.int64).reshape(-1, 2).T, backward)
            for pairs, backward in ((self.forward, False), (self.backward, True))
        ]

    def cut(self) -> Skeleton:
        return cut(self.data, self.ranges(HOLE), self.references(), self.ranges(REPLACED))

    def part_of(self, position: int) -> tuple[str, int, int]:
        return next(part for part in self.parts if part[1] <= position < part[2])

    def staying(self) -> set[tuple[str, int, int]]:
        """The parts that stay: kept ones, and replaced ones that something that stays refers to."""
        stay = {part for part in self.parts if part[0] == KEPT}
        while True:
            more = {
                self.part_of(target)
                for location, target in (*self.forward, *self.backward)
                if self.part_of(location) in stay
            }
            if more <= stay:
                return stay
            stay |= more


@st.composite
def cases(draw: st.DrawFn, kinds: tuple[str, ...] = (KEPT, HOLE, REPLACED)) -> Case:
    parts, position = [], 0
    sizes = st.tuples(st.sampled_from(kinds), st.integers(1, 40))
    for kind, words in [(KEPT, 4), *draw(st.lists(sizes, max_size=12)), (KEPT, 4)]:
        parts.append((kind, position, position + 4 * words))
        position += 4 * words
    # No zeros: the ones a file has between its parts are padding, which may go.
    data = np.random.default_rng(draw(st.integers(0, 2**32))).integers(1, 256, position).astype(np.uint8)
    words = [at for kind, start, end in parts if kind != HOLE for at in range(start, end, 4)]
    locations = draw(st.lists(st.sampled_from(words), unique=True, max_size=20))
    forward, backward = [], []
    for location in locations:
        target = draw(st.sampled_from(words))
        if target > location:
            data[location : location + 4] = np.array([target - location], "<u4").view(np.uint8)
            forward.append((location, target))
        elif target < location:
            data[location : location + 4] = np.array([location - target], "<i4").view(np.uint8)
            backward.append((location, target))
    return Case(data, tuple(parts), tuple(forward), tuple(backward))


def word(data: bytes | bytearray, at: int, signed: bool) -> int:
    return int.from_bytes(data[at : at + 4], "little", signed=signed)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_cutting(case: Case) -> None:
    skeleton, stay = case.cut(), case.staying()
    assert len(skeleton.data) % ALIGNMENT == 0
    references = {location for location, _ in (*case.forward, *case.backward)}
    for _, start, end in stay:
        positions = np.arange(start, end)
        places = skeleton.place(positions)
        assert np.array_equal(places % ALIGNMENT, positions % ALIGNMENT)
        for at in range(start, end, 4):
            if at not in references:
                place = int(places[at - start])
                assert skeleton.data[place : place + 4] == case.data[at : at + 4].tobytes()
    for pairs, sign in ((case.forward, 1), (case.backward, -1)):
        for location, target in pairs:
            if case.part_of(location) in stay:
                here, there = skeleton.place(np.array([location, target])).tolist()
                assert here + sign * word(skeleton.data, here, sign < 0) == there


@settings(max_examples=100, deadline=None)
@given(cases())
def test_nothing_of_what_goes_is_left(case: Case) -> None:
    stay = sum(end - start for _, start, end in case.staying())
    gaps = 1 + sum(part not in case.staying() for part in case.parts)
    assert stay <= len(case.cut().data) <= stay + ALIGNMENT * gaps


@settings(max_examples=50, deadline=None)
@given(cases(kinds=(KEPT,)))
def test_without_holes_the_file_stays_as_it_is(case: Case) -> None:
    skeleton = case.cut()
    assert skeleton.data[: case.data.size] == case.data.tobytes()
    assert not any(skeleton.data[case.data.size :])


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_references_into_a_hole_are_refused(case: Case, data: st.DataObject) -> None:
    holes = [hole for hole in case.ranges(HOLE) if hole[1] - hole[0] > 8]
    if not holes:
        return
    start, end = data.draw(st.sampled_from(holes))
    inside = data.draw(st.integers(start + 4, end - 4))
    for extra in (
        References(np.array([0]), np.array([inside]), backward=False),
        References(np.array([inside]), np.array([0]), backward=True),
    ):
        with pytest.raises(ModelUnsupportedError, match="overlap"):
            cut(case.data, case.ranges(HOLE), [*case.references(), extra], case.ranges(REPLACED))


def test_a_buffer_may_refer_to_the_start_of_its_weights() -> None:
    data = np.ones(64, np.uint8)
    own = [References(np.array([4]), np.array([16]), backward=False)]
    assert len(cut(data, [(16, 64)], own).data) == 16


@pytest.mark.parametrize("holes", [[(16, 32), (28, 48)], [(16, 48), (20, 24)]])
def test_overlapping_holes_are_refused(holes: list[tuple[int, int]]) -> None:
    with pytest.raises(ModelUnsupportedError, match="overlap"):
        cut(np.ones(64, np.uint8), holes, [])


def test_the_same_hole_twice_is_one() -> None:
    assert len(cut(np.ones(64, np.uint8), [(16, 48), (16, 48)], []).data) == 32


def test_a_hole_over_a_replaced_part_is_refused() -> None:
    with pytest.raises(ModelUnsupportedError, match="overlap"):
        cut(np.ones(64, np.uint8), [(16, 32)], [], [(28, 40)])


def test_padding_behind_what_goes_goes_too() -> None:
    data = np.ones(64, np.uint8)
    data[32:40] = 0
    assert len(cut(data, [(16, 32)], [References(np.array([0]), np.array([44]), backward=False)]).data) == 48
    used = [References(np.array([0]), np.array([36]), backward=False)]
    skeleton = cut(data, [(16, 32)], used)
    assert skeleton.place(np.array([36])).tolist() == [20]
