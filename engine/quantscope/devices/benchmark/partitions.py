"""Which partition a kernel belongs to, where a profile adds up partitions.

benchmark_model names a kernel by what it is and by its place within its partition, and adds up those of one name and
place. How often a row was called tells how many partitions it comes from. All ways to deal the rows out to the
partitions are tried, each partition getting a run of places from 0 that its operators can have made; only if there is
one way, the rows of a single partition are known to be its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quantscope.profile.alignment import align

# Graphs torn into very many partitions have too many ways; then nothing is certain.
MOST_STEPS: Final = 4000


@dataclass(frozen=True)
class Row:
    """A kernel of the profile: its place within its partitions, and of how many it is the sum."""

    place: int
    kernel: str
    times: int


def deal(types: Sequence[Sequence[str]], rows: Sequence[Row]) -> list[int | None]:
    """For each row the partition (by its number in `types`, the operators' types of each) that it comes from, None
    where it comes from several or where that isn't certain."""
    search = _Search(types, rows)
    search.partition(0, [])
    if len(search.found) != 1 or search.steps > MOST_STEPS:
        return [None] * len(rows)
    (solution,) = search.found
    owners: list[int | None] = [None] * len(rows)
    for number, taken in enumerate(solution):
        for row in taken:
            if rows[row].times == 1:
                owners[row] = number
    return owners


class _Search:
    """Tries partitions one after the other, places one after the other."""

    def __init__(self, types: Sequence[Sequence[str]], rows: Sequence[Row]) -> None:
        self.types = types
        self.rows = rows
        self.left = [row.times for row in rows]
        self.found: set[tuple[tuple[int, ...], ...]] = set()
        self.steps = 0

    def partition(self, number: int, solution: list[tuple[int, ...]]) -> None:
        """Deals out the rest to the partitions from `number` on."""
        if len(self.found) > 1 or self.steps > MOST_STEPS:
            return
        if number == len(self.types):
            if not any(self.left):
                self.found.add(tuple(solution))
            return
        self._extend(number, [], solution)

    def _extend(self, number: int, taken: list[int], solution: list[tuple[int, ...]]) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            return
        kernels = [self.rows[row].kernel for row in taken]
        if align(self.types[number], kernels).complete:
            self.partition(number + 1, [*solution, tuple(taken)])
        for row, left in enumerate(self.left):
            if left and self.rows[row].place == len(taken):
                self.left[row] -= 1
                self._extend(number, [*taken, row], solution)
                self.left[row] += 1
