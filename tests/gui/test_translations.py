"""Every text has a Chinese translation, and the engine's sentences too."""

import ast
import string
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from quantscope import documents, errors
from quantscope.devices.adb.program import INSTALL, Search
from quantscope.devices.adb.states import STATES, refusal, state_error
from quantscope.errors import QuantscopeError
from quantscope.profile import energy
from quantscope_gui import i18n, resources
from quantscope_gui.engine import failures, texts
from tests.gui.conftest import REPOSITORY


def messages(language: str) -> Iterator[tuple[str, ElementTree.Element]]:
    path = resources.path("translations", f"quantscope_{language}.ts")
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name", ""), message


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_unfinished(language: str) -> None:
    for context, message in messages(language):
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, (context, message.findtext("source"))
        forms = [form.text for form in translation.iter("numerusform")] or [translation.text]
        assert all(forms), (context, message.findtext("source"))


def test_placeholders_and_mnemonics_survive() -> None:
    for context, message in messages("zh_CN"):
        if context in ("Reason", "Remedy", "Finding", "Remark", "Choice", "Notice", "Change"):
            continue
        source = message.findtext("source", "")
        translation = message.find("translation")
        assert translation is not None
        text = "".join(translation.itertext()).strip()
        assert placeholders(source) == placeholders(text), source
        assert ("%n" in source) == ("%n" in text) or "(s)" in source, source
        assert ("&" in source) == ("&" in text), source


def test_the_translation_files_know_every_text_of_the_sources(tmp_path: Path) -> None:
    """What scripts/translations.py would find now is what is there."""
    target = tmp_path / "now.ts"
    lupdate = Path(sys.executable).with_name("pyside6-lupdate")
    sources = sorted(str(path) for path in (REPOSITORY / "gui" / "quantscope_gui").rglob("*.py"))
    subprocess.run([lupdate, "-silent", "-locations", "none", *sources, "-ts", target], check=True, timeout=120)
    found = {
        (context.findtext("name"), message.findtext("source"))
        for context in ElementTree.parse(target).getroot().iter("context")
        for message in context.iter("message")
    }
    assert found == {(context, message.findtext("source")) for context, message in messages("zh_CN")}


def template(node: ast.AST, constants: dict[str, str]) -> str | None:
    """The text that an expression is, with numbers in the places of what isn't fixed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if not isinstance(node, ast.JoinedStr):
        return None
    number, parts = count(), []
    for part in node.values:
        parts.append(str(part.value) if isinstance(part, ast.Constant) else f"{{{next(number)}}}")
    return "".join(parts)


def texts_in(node: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    text = template(node, constants)
    if text is not None:
        yield text
        return
    for child in ast.iter_child_nodes(node):
        yield from texts_in(child, constants)


ERRORS = {name for name, made in vars(errors).items() if isinstance(made, type) and issubclass(made, QuantscopeError)}
# What else makes failures, and how many arguments come before the sentences.
MAKERS = {**dict.fromkeys(ERRORS, 0), "Refusal": 1, "Known": 1, "runs_code": 0, "_unsaid": 1, "_unknown": 1}
RETURNING = ("_ending", "_nothing_to_do")
NOTES = ("doubts", "warnings")


def said_in(path: Path) -> set[str]:
    """The sentences of the failures that a module of the engine makes, and what it notes of a conversion."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        each.target.id: each.value.value
        for each in tree.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
    }
    places: list[ast.AST] = []
    for each in ast.walk(tree):
        match each:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in MAKERS:
                places += arguments[MAKERS[name] :]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=arguments) if name in NOTES:
                places += arguments
            case ast.FunctionDef(name=name) if name in RETURNING:
                places += [inner.value for inner in ast.walk(each) if isinstance(inner, ast.Return) and inner.value]
    found = {text for place in places for text in texts_in(place, constants)}
    return {texts.OPTION.sub("", text.replace("{operators}", "{0}")) for text in found if " " in text or "." in text}


# Parts of sentences, and such as stand in tables.
OTHERS = {
    *INSTALL.values(), "Install Android's platform tools",
    energy.NOT_TOLD, energy.CHARGING, energy.TOO_SHORT, energy.IN_TURNS,
    "the disk is full", "your disk quota is used up", "you may not write there", "the file system is read-only",
    "the folder doesn't exist", "Free some space or choose another folder.", "Choose another folder.",
    "Create it or choose another folder.", "a folder", "not an ordinary file", "tensor {0} of subgraph {1}",
    "The metric '{0}'", "Rule {0}", "The default setting", "It is not installed.", "It ended with code {0}.",
    "it has the Lambda layer '{0}', whose code came with the file",
    "it is a pickled Python object, and unpickling runs whatever code is in it",
    "it holds pickled Python objects, and unpickling runs whatever code is in them",
}  # fmt: skip


def test_every_failure_of_the_engine_has_a_translation(qapp: QApplication) -> None:
    """Also those that hold a name, an address, or another sentence."""
    engine = REPOSITORY / "engine" / "quantscope"
    modules = [path for path in engine.rglob("*.py") if path.relative_to(engine).parts[0] != "cli"]
    assert len(failures.SENTENCES) == len(set(failures.SENTENCES))
    assert set(failures.SENTENCES) - OTHERS == set().union(*map(said_in, modules)) - OTHERS
    assert set(failures.SENTENCES) >= OTHERS
    unauthorized = str(state_error("Pixel 8", "unauthorized"))
    missing = Search(("PATH",), None).missing()
    assert failures.said(unauthorized) == unauthorized
    translators = i18n.install(qapp, "zh_CN")
    try:
        assert failures.said(unauthorized) == "\u65e0\u6cd5\u4f7f\u7528 Pixel 8\uff1a" + QCoreApplication.translate(
            "DeviceState", STATES["unauthorized"].text
        )
        for text in (unauthorized, str(missing), missing.remedy or "", str(refusal("R5", "closed"))):
            assert failures.said(text) != text
            assert "\u3002" in failures.said(text)
        assert failures.said("Something of tomorrow.") == "Something of tomorrow."
        nested = "'/m.pt' is refused: it is a pickled Python object, and unpickling runs whatever code is in it."
        within = "它是 pickle 序列化的 Python 对象，反序列化会运行其中的任何代码"
        assert failures.said(nested) == f"已拒绝“/m.pt”：{within}。"
        assert texts.problem_remedy("conversion-failed", "Allow more time (--timeout).") == "请允许更长的时间。"
    finally:
        for translator in translators:
            qapp.removeTranslator(translator)


def test_every_reason_of_the_engine_has_a_translation() -> None:
    from quantscope.quantize.reasons import SENTENCES

    translated = {
        (context, message.findtext("source")): message.findtext("translation", "")
        for context, message in messages("zh_CN")
    }
    assert set(texts.REASONS) == {str(code) for code in SENTENCES}
    assert set(texts.REMEDIES) | texts.COMMAND_LINE == {
        str(code) for code, sentence in SENTENCES.items() if sentence.remedy
    }
    from quantscope.quantize.findings import SENTENCES as FINDINGS

    assert set(texts.FINDINGS) == {str(code) for code in FINDINGS}
    for code, text in FINDINGS.items():
        assert placeholders(translated["Finding", code]) == placeholders(text), code
    from quantscope.calibrate.check import SENTENCES as REMARKS

    assert set(texts.REMARKS) == set(REMARKS)
    for code, text in REMARKS.items():
        assert placeholders(translated["Remark", code]) == placeholders(text), code
    assert set(texts.REMEDY_BUTTONS) == {str(code) for code, sentence in SENTENCES.items() if sentence.edit}
    for code, sentence in SENTENCES.items():
        assert placeholders(translated["Reason", code]) == placeholders(sentence.text), code
        if code in texts.REMEDIES:
            assert placeholders(translated["Remedy", code]) == placeholders(sentence.remedy), code


def test_notices_and_changes_use_the_arguments_that_the_engine_gives() -> None:
    given = {
        "background-load": {"share"},
        "throttling": {"status"},
        "frequency-capped": {"khz", "highest"},
        "level-shift": {"change"},
        "drift": {"change"},
        "few-runs": {"count"},
        "still-warm": {"celsius", "wanted"},
        "history-damaged": {"name"},
        "history-pruned": {"megabytes", "count"},
        "differing": {"names"},
        "unknown-flags": {"flags"},
    }
    for context, message in messages("zh_CN"):
        code, used = message.findtext("source", ""), placeholders(message.findtext("translation", ""))
        if context == "Notice":
            assert used == given.get(code, set()), code
        elif context == "Change":
            assert used == {"count", "type", "difference"}, code


def test_every_recipe_and_target_has_a_translation() -> None:
    from quantscope import api

    catalogue = api.catalogue()
    ids = [choice.id for choice in (*catalogue.recipes, *catalogue.targets)]
    assert set(texts.CHOICES) == {f"{identity}.{part}" for identity in ids for part in ("title", "description")}


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    translators = i18n.install(qapp, "zh_CN")
    yield
    for translator in translators:
        qapp.removeTranslator(translator)


def test_sentences_are_translated_by_code(chinese: None) -> None:
    reason = documents.Reason(
        code="too-few-elements",
        text="English.",
        remedy="English.",
        arguments={"elements": 864, "minimum": 1024, "bytes": 2592},
    )
    assert texts.reason(reason) == "权重只有 864 个元素，少于方案的下限 1024：保留浮点只多占 2592 字节，并能保持精度。"
    assert texts.remedy(reason) == "", "advice for the command line has no place in the window"
    sparse = documents.Reason(code="sparse-weight", text="English.", remedy="English.")
    assert texts.remedy(sparse) not in ("", "English.")
    assert texts.phrase("Comparing sample 3 of 16") == "正在比较样本 3 / 16"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_unknown_or_unfitting_sentences_stay_in_the_engines_words(chinese: None) -> None:
    unknown = documents.Reason(code="of-the-future", text="A new reason.", remedy=None)
    assert texts.reason(unknown) == "A new reason."
    assert texts.remedy(unknown) == ""
    unfitting = documents.Reason(code="too-few-elements", text="Without arguments.", remedy=None)
    assert texts.reason(unfitting) == "Without arguments."
    assert texts.phrase("Thinking") == "Thinking"


@pytest.mark.parametrize(("count", "text"), [(0, "0 operators"), (1, "1 operator"), (2, "2 operators")])
def test_english_plurals(english: None, count: int, text: str) -> None:
    assert QCoreApplication.translate("FindBar", "%n operator(s)", "", count) == text


def test_every_reason_for_an_operator_without_figures_has_a_translation() -> None:
    from quantscope.evaluate import operators

    for note in (getattr(operators, name) for name in dir(operators) if name.isupper()):
        if isinstance(note, str):
            assert any(pattern.fullmatch(note) for pattern, _ in texts.PHRASES), note
