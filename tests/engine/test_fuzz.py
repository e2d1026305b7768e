"""A few hundred of the damaged files that `python -m tests.bench.fuzz` tries ten thousand of."""

from tests.bench.fuzz import run

CASES = 300
LARGEST = 200 << 10  # bytes of a real model that is damaged here: larger ones take longer and show no more


def test_damaged_files() -> None:
    report = run(first=0, cases=CASES, largest=LARGEST)
    assert report.failures == []
    assert sum(report.outcomes.values()) == CASES
    # If nearly all files were refused at once, or none, the damage would not be worth much.
    assert report.outcomes["refused"] > CASES / 5
    assert report.outcomes["written"] > CASES / 5
