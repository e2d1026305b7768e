"""litert-quantizer's recipes, read and written. Its own reader is used where it is installed (it is for benchmarks)."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from quantscope.errors import RecipeError
from quantscope.precision import Precision
from quantscope.quantize.litert_recipe import read_litert, write_litert
from quantscope.quantize.presets import PRESETS, find_recipe
from quantscope.recipe import Algorithm, Change, Granularity, Interface, Match, Recipe, Rounding, Rule, Setting

LITERT_QUANTIZER = importlib.util.find_spec("litert_quantizer")
EVERYTHING = {"regex": ".*", "operation": "*"}


def entry(
    regex: str = ".*", operation: str = "*", algorithm: str = "min_max_uniform_quantize", bits: int = 8, **more: Any
) -> dict[str, Any]:
    weights = {
        "num_bits": bits,
        "symmetric": True,
        "granularity": more.pop("granularity", "CHANNELWISE"),
        "dtype": "INT",
    }
    config = {"weight_tensor_config": weights, "compute_precision": "INTEGER", "explicit_dequantize": False, **more}
    return {"regex": regex, "operation": operation, "algorithm_key": algorithm, "op_config": config}


def imported(*entries: dict[str, Any]) -> Recipe:
    return read_litert(json.dumps(entries).encode(), "theirs")


def test_dynamic_range_for_everything() -> None:
    found = imported(entry(min_weight_elements=1024))
    assert (found.name, found.rules) == ("theirs", ())
    assert found.default == Setting(
        precision=Precision.HYBRID_INT8,
        granularity=Granularity.CHANNEL,
        algorithm=Algorithm.MINMAX,
        rounding=Rounding.NEAREST,
        minimum_elements=1024,
    )


def test_entries_become_rules_in_order() -> None:
    found = imported(
        entry("block_1", "CONV_2D_TRANSPOSE", "OCTAV", 4, granularity="BLOCKWISE_64"),
        entry("head", "FULLY_CONNECTED", compute_precision="FLOAT", explicit_dequantize=True),
        {"regex": "logits", "operation": "*", "algorithm_key": "no_quantize"},
    )
    assert found.default.precision is Precision.FLOAT32
    first, second, third = found.rules
    assert first.match == Match(type="TRANSPOSE_CONV", regex="block_1")
    assert (first.set.precision, first.set.granularity, first.set.algorithm) == (
        Precision.HYBRID_INT4, Granularity.BLOCK_64, Algorithm.OCTAV,
    )  # fmt: skip
    assert second.set.precision is Precision.WEIGHT_ONLY_INT8
    assert third == Rule(match=Match(regex="logits"), set=Change(precision=Precision.FLOAT32))


@pytest.mark.parametrize(("activation", "precision"), [(8, Precision.INT8), (16, Precision.INT16X8)])
def test_static(activation: int, precision: Precision) -> None:
    found = imported(entry(activation_tensor_config={"num_bits": activation, "symmetric": False}))
    assert found.default.precision is precision


def test_float16() -> None:
    config = {"weight_tensor_config": {"num_bits": 16, "dtype": "FLOAT"}, "explicit_dequantize": True}
    assert (
        imported({**EVERYTHING, "algorithm_key": "float_casting", "op_config": config}).default.precision == "float16"
    )


@pytest.mark.parametrize("wrong", [
    entry(bits=2), entry(algorithm="DECOMPOSED_HADAMARD_ROTATION", bits=4), entry(granularity="BLOCKWISE_16"),
    entry(regex="(", operation="ADD"), {**EVERYTHING, "op_config": {}},
])  # fmt: skip
def test_what_is_not_known_is_refused_by_number(wrong: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="Entry 2 of the litert-quantizer recipe asks for"):
        imported(entry(), wrong)


def test_what_is_no_recipe() -> None:
    for wrong in (b"[1]", b"[{}]", b'[{"regex": 3, "operation": "*"}]', b"["):
        with pytest.raises(msgspec.MsgspecError):
            read_litert(wrong, "x")


def test_files_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "my recipe (2).json"
    path.write_text(json.dumps([entry()]))
    assert find_recipe(str(path)).name == "my-recipe-2"


@pytest.mark.parametrize("name", [name for name in PRESETS if "static" not in name])
def test_presets_there_and_back(name: str) -> None:
    recipe = PRESETS[name]
    found = read_litert(write_litert(recipe), name)
    assert (found.default.precision, found.default.minimum_elements) == (
        recipe.default.precision, recipe.default.minimum_elements,
    )  # fmt: skip


@pytest.mark.parametrize("interface", Interface)
@pytest.mark.parametrize("name", [name for name in PRESETS if "static" in name])
def test_integer_inputs_and_outputs_there_and_back(name: str, interface: Interface) -> None:
    recipe = msgspec.structs.replace(PRESETS[name], interface=interface)
    found = read_litert(write_litert(recipe), name)
    assert (found.default.precision, found.interface, found.rules) == (recipe.default.precision, interface, ())


RULES = Recipe(
    name="mine",
    default=Setting(precision=Precision.HYBRID_INT8, algorithm=Algorithm.MINMAX),
    rules=(
        Rule(match=Match(type="TRANSPOSE_CONV"), set=Change(precision=Precision.WEIGHT_ONLY_INT8)),
        Rule(match=Match(scope="a/b(1)"), set=Change(precision=Precision.FLOAT32)),
        Rule(match=Match(name="*x?[0]"), set=Change(precision=Precision.FLOAT16)),
    ),
)


def test_rules_are_written() -> None:
    found = json.loads(write_litert(RULES))
    assert [(each["regex"], each["operation"]) for each in found] == [
        (".*", "*"), (".*", "CONV_2D_TRANSPOSE"), (r"(^|;)a/b\(1\)[/;:]", "*"), (r"^.*x.\[0\];", "*"),
    ]  # fmt: skip
    assert found[2]["algorithm_key"] == "no_quantize"


@pytest.mark.parametrize(("match", "change", "what"), [
    (Match(operators=(1,)), Change(precision=Precision.FLOAT32), "index"),
    (Match(subgraph=0), Change(precision=Precision.FLOAT32), "subgraph"),
    (Match(type="ADD"), Change(algorithm=Algorithm.MSE), "without naming a precision"),
    (Match(type="*CONV*"), Change(precision=Precision.FLOAT32), "pattern"),
    (Match(name="a", scope="b"), Change(precision=Precision.FLOAT32), "more than one way"),
])  # fmt: skip
def test_what_theirs_can_not_say_is_refused(match: Match, change: Change, what: str) -> None:
    recipe = msgspec.structs.replace(RULES, rules=(*RULES.rules, Rule(match=match, set=change)))
    with pytest.raises(RecipeError, match=rf"Rule 4 .*{what}"):
        write_litert(recipe)


# litert-quantizer is installed for benchmarks only.
if LITERT_QUANTIZER is not None:

    @pytest.mark.parametrize("recipe", [*(PRESETS[name] for name in PRESETS if "static" not in name), RULES], ids=str)
    def test_their_reader_takes_ours(recipe: Recipe) -> None:
        from litert_quantizer.recipe_manager import RecipeManager

        manager = RecipeManager()
        manager.load_quantization_recipe(json.loads(write_litert(recipe)))
        assert len(manager.get_quantization_recipe()) == 1 + len(recipe.rules)

    def test_their_own_recipes_are_read() -> None:
        assert LITERT_QUANTIZER
        assert LITERT_QUANTIZER.origin
        read, refused = [], []
        for path in sorted((Path(LITERT_QUANTIZER.origin).parent / "recipes").glob("*.json")):
            try:
                read.append(find_recipe(str(path)).default.precision.value)
            except RecipeError as error:
                refused.append(str(error))
        assert {*read} == {"hybrid-int8", "int16x8", "int8", "weight-only-int4", "weight-only-int8"}
        assert all("HADAMARD" in each or "litertlm" in each for each in refused)  # that one is for several models
