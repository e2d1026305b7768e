"""Times of a model's operators one at a time, for models that LiteRT's C API refuses, such as fused LSTMs with their
variable tensors. What the delegate would have fused across operators is not seen this way."""

from typing import Final

from quantscope.documents.profile import OperatorTime
from quantscope.errors import RunError
from quantscope.evaluate.alignment import align
from quantscope.model.graph import Model
from quantscope.profile.alone import Alone, Bench, call_of
from quantscope.profile.runner import OperatorProfile

# So many models are made and loaded within a few seconds.
MOST_OPERATORS: Final = 200
NOTE: Final = "The runtime's profiler refuses this model, so each operator was timed in a model of its own."


def can_be_dissected(model: Model) -> bool:
    """True for a single subgraph of not too many operators."""
    return len(model.subgraphs) == 1 and len(model.subgraphs[0].operators) <= MOST_OPERATORS


def dissected_times(model: Model, bench: Bench) -> OperatorProfile:
    """Times of the operators of the only subgraph. Operators that only change how a value is stored are timed with the
    one that reads it; one that doesn't run alone has no time."""
    subgraph = model.subgraphs[0]
    pairs = align(model, model).subgraphs[0]
    times: dict[int, Alone] = {}
    for pair in pairs:
        try:
            times[pair.operator] = bench.time(pair)
        except RunError:
            continue  # it has no time, and says so
    together = {index for pair in pairs if pair.operator in times for index in pair.written} - set(times)
    operators = []
    for operator in subgraph.operators:
        alone = times.get(operator.index)
        folded = operator.index in together
        operators.append(
            OperatorTime(
                index=operator.index,
                type=operator.type,
                name=subgraph.outputs_of(operator)[0].name if operator.outputs else "",
                us=alone.us if alone else 0.0 if folded else None,
                error_us=alone.error_us if alone else None,
                attribution="alone" if alone else "folded" if folded else "none",
            )
        )
    return OperatorProfile(tuple(operators), call_us=call_of(times.values()), note=NOTE)
