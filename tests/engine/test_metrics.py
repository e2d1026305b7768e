"""Task metrics: labels counted by hand, functions of the user's, and all that can go wrong with them."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from quantscope import api
from quantscope.cli.main import main
from quantscope.errors import DataError, MetricError, UsageError
from quantscope.evaluate.functions import metric_functions
from quantscope.evaluate.metrics import Function
from tests.engine.specimens import weights
from tests.lab import Lab
from tests.models import Array, fully_connected


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("metrics"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def classifier(lab: Lab) -> tuple[str, str]:
    """A float classifier of 32 inputs into 64 classes, and a quantized one that is wrong now and then."""
    source = lab.write(fully_connected(weights(64, 32)), "classifier")
    _, quantized = lab.quantized(source, "dynamic-int8", "xnnpack")
    return source, quantized


def outputs_of(lab: Lab, path: str, x: Array) -> Array:
    lab.runner.load(path)
    return np.stack([lab.runner.run([sample])[0] for sample in x])


def data(path: Path, count: int = 40, **arrays: Array) -> Array:
    x = np.random.default_rng(9).normal(size=(count, 1, 32)).astype(np.float32)
    np.savez(path, x=x, **arrays)
    return x


def test_top_1_and_top_5_are_counted(lab: Lab, classifier: tuple[str, str], tmp_path: Path) -> None:
    labels = np.random.default_rng(3).integers(0, 64, 40)
    x = data(tmp_path / "data.npz", y=labels)
    true = outputs_of(lab, classifier[0], x)
    labels[::2] = true.reshape(40, -1).argmax(-1)[::2]  # half of them are what the float model says
    data(tmp_path / "data.npz", y=labels)
    document = api.compare(*classifier, tmp_path / "data.npz", operators=False)
    expected = []
    for path in classifier:
        order = np.argsort(-outputs_of(lab, path, x).reshape(40, -1), axis=-1, kind="stable")
        expected.append(
            [np.mean([label in row[:best] for label, row in zip(labels, order, strict=True)]) for best in (1, 5)]
        )
    found = [(metric.name, metric.float_value, metric.quantized_value) for metric in document.metrics]
    assert found == [("top-1", expected[0][0], expected[1][0]), ("top-5", expected[0][1], expected[1][1])]
    assert document.metrics[0].float_value >= 0.5


@pytest.mark.parametrize("name", ["y", "labels"])
def test_labels_are_found_by_their_usual_names(classifier: tuple[str, str], tmp_path: Path, name: str) -> None:
    data(tmp_path / "data.npz", **{name: np.zeros(40, np.int64)})
    assert len(api.compare(*classifier, tmp_path / "data.npz", samples=10, operators=False).metrics) == 2


def test_arrays_that_can_be_labels_are_named(classifier: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    data(path, classes=np.arange(40), weights=np.zeros((40, 3)), few=np.arange(3), one=np.float32(1))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "what is in here")
    found = api.compare(*classifier, path, operators=False)
    assert (found.metrics, found.labels, found.label_arrays) == ((), None, ("classes", "weights"))
    found = api.compare(*classifier, path, operators=False, labels="classes")
    assert (len(found.metrics), found.labels, found.label_arrays) == (2, "classes", ("classes", "weights"))
    assert api.compare(*classifier, operators=False).label_arrays == ()


def test_other_arrays_are_no_labels(classifier: tuple[str, str], tmp_path: Path) -> None:
    for labels in (np.full(40, 64), np.full(40, -1), np.zeros(40), np.zeros((40, 2), int), np.zeros(3, int)):
        data(tmp_path / "data.npz", y=labels)
        assert api.compare(*classifier, tmp_path / "data.npz", operators=False).metrics == ()
        with pytest.raises(DataError, match="labels"):
            api.compare(*classifier, tmp_path / "data.npz", operators=False, labels="y")
    with pytest.raises(DataError, match="no array 'classes'"):
        api.compare(*classifier, tmp_path / "data.npz", labels="classes")
    with pytest.raises(UsageError, match="generated"):
        api.compare(*classifier, labels="y")


METRICS = """
import os, sys, time
import numpy as np
import beside

def mean(outputs, labels):
    print("chatter")
    return outputs.mean() + beside.NOTHING

def shapes(outputs, labels):
    assert outputs.shape == (40, 1, 64) and labels.tolist() == list(range(40)), (outputs.shape, labels)
    return 1

def unlabelled(outputs, labels):
    return 0 if labels is None else 1

def broken(outputs, labels):
    return outputs[99]

def sleepy(outputs, labels):
    time.sleep(60)

def nothing(outputs, labels):
    return float("nan")

def text(outputs, labels):
    return "good"

def leaving(outputs, labels):
    os._exit(7)
"""


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text("NOTHING = 0.0\n")
    (tmp_path / "mine.py").write_text(METRICS)
    return tmp_path / "mine.py"


def test_a_function_of_the_users_judges_all_outputs(
    lab: Lab, classifier: tuple[str, str], metrics: Path, tmp_path: Path
) -> None:
    x = data(tmp_path / "data.npz", y=np.arange(40))

    def value(name: str) -> tuple[float, float]:
        function = Function.parse(f"{metrics}:{name}")
        found = api.compare(*classifier, tmp_path / "data.npz", operators=False, labels="y", metric=function).metrics
        (mine,) = [metric for metric in found if metric.name == name]
        return mine.float_value, mine.quantized_value

    expected = tuple(float(outputs_of(lab, path, x).mean()) for path in classifier)
    assert value("mean") == pytest.approx(expected)
    assert value("shapes") == (1, 1)
    function = Function.parse(f"{metrics}:unlabelled")
    assert api.compare(*classifier, samples=2, operators=False, metric=function).metrics[0].float_value == 0


@pytest.mark.parametrize(("name", "message"), [
    ("broken", r"IndexError: .*\(line 18\)"), ("sleepy", "longer than 0.5 seconds"), ("nothing", "is nan"),
    ("text", "could not convert"), ("leaving", "exit code 7"), ("missing", "no function of this name"),
])  # fmt: skip
def test_metrics_that_fail_say_how(classifier: tuple[str, str], metrics: Path, name: str, message: str) -> None:
    function = Function.parse(f"{metrics}:{name}", seconds=0.5 if name == "sleepy" else 30)
    with pytest.raises(MetricError, match=message):
        api.compare(*classifier, samples=40, operators=False, metric=function)


def test_metric_file_that_can_not_be_read(classifier: tuple[str, str], tmp_path: Path) -> None:
    for text in ("nowhere.py:f", "f", "nowhere.py:not a name"):
        with pytest.raises(DataError):
            Function.parse(text)
    (tmp_path / "wrong.py").write_text("def f(:\n")
    with pytest.raises(MetricError, match="SyntaxError"):
        api.compare(*classifier, samples=1, operators=False, metric=Function.parse(f"{tmp_path / 'wrong.py'}:f"))


def test_command_line(
    classifier: tuple[str, str], metrics: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data(tmp_path / "data.npz", classes=np.arange(40))
    arguments = ["compare", *classifier, "--data", str(tmp_path / "data.npz"), "--outputs-only"]
    assert main([*arguments, "--labels", "classes", "--metric", f"{metrics}:mean", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [metric["name"] for metric in document["metrics"]] == ["top-1", "top-5", "mean"]
    assert main([*arguments, "--metric", f"{metrics}:broken"]) == 5
    assert "IndexError" in capsys.readouterr().err
    assert main([*arguments, "--labels", "classes"]) == 0
    assert "top-5" in capsys.readouterr().err


# Which functions of a file can be a metric ---------------------------------------------------------------------------

MANY = """
import nothing_of_the_kind
raise SystemExit("nothing of this is run")
def _helper(outputs, labels): ...
def accuracy(outputs, labels): return 1.0
def one(outputs): ...
def three(outputs, labels, threshold): ...
def with_default(outputs, labels, threshold=0.5): ...
def any_number(*both): ...
def named(outputs, labels, *, threshold): ...
def named_with_default(outputs, labels, *, threshold=1): ...
class Judge:
    def method(self, outputs, labels): ...
"""


def test_functions_are_found_without_running_anything(tmp_path: Path) -> None:
    path = tmp_path / "metric.py"
    path.write_text(MANY)
    assert metric_functions(path).functions == ("accuracy", "with_default", "any_number", "named_with_default")


@pytest.mark.parametrize(("text", "words"), [
    ("def one(outputs): ...", "no function"), ("def wrong(:", r"isn't Python.*line 1"), ("\0", "isn't Python"),
    ("(" * 100_000, "isn't Python"), ("", "no function"),
])  # fmt: skip
def test_files_without_a_metric_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "metric.py"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        metric_functions(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be read"):
        metric_functions(tmp_path / "none.py")
