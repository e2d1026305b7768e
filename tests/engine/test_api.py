"""The public library: what importing it costs, what it promises, and how it treats files."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import quantscope
from quantscope import api, documents, errors
from quantscope.child_process import module_environment
from quantscope.precision import Precision
from quantscope.quantize.presets import PRESETS
from quantscope.quantize.targets import TARGETS
from quantscope.recipe import Recipe, Setting
from tests.lab import unpacked
from tests.models import ModelBuilder
from tests.operators import fully_connected, lstm


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write(tmp_path, fully_connected())


def write(folder: Path, built: ModelBuilder, name: str = "model.tflite") -> Path:
    path = folder / name
    path.write_bytes(built.build())
    return path


def imported(statement: str) -> set[str]:
    """Modules that a fresh Python has loaded after `statement`."""
    program = f"{statement}; import sys; print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], env=module_environment(), capture_output=True, text=True, check=True
    )
    return set(ended.stdout.split())


def test_importing_costs_next_to_nothing() -> None:
    heavy = {"numpy", "msgspec", "flatbuffers", "ai_edge_litert", "rich", "psutil"}
    assert not imported("import quantscope") & heavy
    assert "numpy" not in imported("import quantscope.worker.protocol, quantscope.documents, quantscope.errors")


def test_no_part_of_the_engine_loads_qt() -> None:
    everything = "import quantscope.api, quantscope.worker.engine, quantscope.evaluate.child, quantscope.cli.main as m"
    loaded = imported(f"{everything}; m.main(['recipes', '--json'])")
    assert "quantscope.api" in loaded
    assert not {name.split(".")[0] for name in loaded} & {"PySide6", "shiboken6", "quantscope_gui", "pyqtgraph"}


def test_names() -> None:
    for name in quantscope.__all__:
        assert getattr(quantscope, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'quantise'"):
        quantscope.quantise  # noqa: B018
    assert quantscope.QuantscopeError is errors.QuantscopeError


def test_the_readme_way(model: Path, tmp_path: Path) -> None:
    loaded = quantscope.load(model)
    plan = quantscope.plan(loaded, recipe="dynamic-int8", target="xnnpack")
    result = quantscope.apply(plan, tmp_path / "out.tflite")
    comparison = quantscope.compare(str(model), result.output.path)
    assert result.ratio == result.output.bytes / result.input.bytes < 0.6
    assert comparison.outputs[0].sqnr_db is not None
    assert comparison.outputs[0].sqnr_db > 30
    assert result.plan == quantscope.inspect(plan)


def test_recipes_and_targets_by_name_and_by_value(model: Path, tmp_path: Path) -> None:
    loaded = api.load(model)
    for recipe, target in ((PRESETS["float16"], TARGETS["builtin"]), ("float16", "builtin")):
        plan = api.plan(loaded, recipe, target)
        assert (plan.recipe.name, plan.target.id) == ("float16", "builtin")
    mine = Recipe(name="mine", default=Setting(precision=Precision.HYBRID_INT8, minimum_elements=10**6))
    assert not api.plan(loaded, mine).changes_anything
    for wrong in ({"recipe": "int3"}, {"target": "toaster"}):
        with pytest.raises(errors.RecipeError, match="There is no"):
            api.plan(loaded, **wrong)  # type: ignore[arg-type]


def test_the_source_is_never_changed(model: Path, tmp_path: Path) -> None:
    before, status = model.read_bytes(), model.stat()
    result = api.quantize_file(model, tmp_path / "out.tflite")
    assert (model.read_bytes(), model.stat().st_mtime_ns) == (before, status.st_mtime_ns)
    assert result.input.sha256 == hashlib.sha256(before).hexdigest()
    output = Path(result.output.path)
    assert result.output.sha256 == hashlib.sha256(output.read_bytes()).hexdigest()
    assert (result.input.bytes, result.output.bytes) == (len(before), output.stat().st_size)


def test_the_same_model_gives_the_same_file(model: Path, tmp_path: Path) -> None:
    first, second = (api.quantize_file(model, tmp_path / name).output.sha256 for name in ("a.tflite", "b.tflite"))
    assert first == second


def test_quantizing_over_an_older_result(model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.tflite"
    output.write_bytes(b"older")
    output.chmod(0o640)
    api.quantize_file(model, output)
    assert unpacked(str(output)).version == 3
    assert stat.S_IMODE(output.stat().st_mode) == 0o640


@pytest.mark.parametrize("spelling", ["model.tflite", "./model.tflite", "../{folder}/model.tflite", "link", "hard"])
def test_output_equal_to_input_however_it_is_spelled(model: Path, spelling: str) -> None:
    folder = model.parent
    (folder / "link").symlink_to(model)
    os.link(model, folder / "hard")
    before = model.read_bytes()
    with pytest.raises(errors.UsageError, match="never changed"):
        api.quantize_file(model, folder / spelling.format(folder=folder.name))
    assert model.read_bytes() == before
    assert sorted(os.listdir(folder)) == ["hard", "link", "model.tflite"]


def test_outputs_that_can_not_be_written(model: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match="the folder doesn't exist") as failure:
        api.quantize_file(model, tmp_path / "none" / "out.tflite")
    assert failure.value.remedy
    with pytest.raises(errors.UsageError, match="is a folder"):
        api.quantize_file(model, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(errors.OutputError):
        api.quantize_file(model, tmp_path / "file" / "out.tflite")


def test_a_source_that_has_gone(model: Path, tmp_path: Path) -> None:
    plan = api.plan(api.load(model))
    model.unlink()
    with pytest.raises(errors.ModelReadError):
        api.inspect(plan)
    with pytest.raises(errors.QuantscopeError):
        api.apply(plan, tmp_path / "out.tflite")
    assert os.listdir(tmp_path) == []


def test_progress_grows_to_one(tmp_path: Path) -> None:
    seen: list[tuple[float, str]] = []
    api.quantize_file(
        write(tmp_path, lstm()), tmp_path / "out.tflite", progress=lambda fraction, text: seen.append((fraction, text))
    )
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert (seen[0][1], fractions[-1], seen[-1][1]) == ("Quantizing weights", 1.0, "Done")
    assert "Checking the result" in {text for _, text in seen}


@pytest.mark.parametrize("text", ["Quantizing weights", "Checking the result"])
def test_cancelling_leaves_nothing(model: Path, tmp_path: Path, text: str) -> None:
    def progress(fraction: float, now: str) -> None:
        if now == text:
            raise errors.CancelledError("Cancelled.")

    with pytest.raises(errors.CancelledError):
        api.quantize_file(model, tmp_path / "out.tflite", progress=progress)
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_errors_are_one_family_with_codes_and_exit_codes() -> None:
    family = [
        each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.QuantscopeError)
    ]
    codes = [each.code for each in family]
    assert len(set(codes)) == len(codes) > 11
    assert {each.exit_code for each in family} == {2, 3, 4, 5, 130}
    assert errors.DataError("What happened.", "What to do.").remedy == "What to do."


def test_catalogue() -> None:
    catalogue = api.catalogue()
    assert catalogue.recipes[0].id == "dynamic-int8"
    assert catalogue.targets[0].id == "xnnpack"
    assert all(each.title and each.description.endswith(".") for each in (*catalogue.recipes, *catalogue.targets))
    assert documents.from_json(documents.to_json(catalogue), documents.Catalogue) == catalogue
