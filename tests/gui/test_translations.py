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

from quantscope import documents
from quantscope.devices.adb.program import INSTALL, Search
from quantscope.devices.adb.states import STATES, refusal, state_error
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


def errors_of(path: Path) -> set[str]:
    """The sentences of the errors that a module of the engine makes."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        each.target.id: each.value.value
        for each in tree.body
        if isinstance(each, ast.AnnAssign)
        and isinstance(each.target, ast.Name)
        and isinstance(each.value, ast.Constant)
        and isinstance(each.value.value, str)
    }
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
    found = {
        text
        for call in calls
        if call.func.id.endswith("Error")  # type: ignore[attr-defined]
        for argument in call.args
        for text in texts_in(argument, constants)
    }
    whole = {text for text in found if text.endswith(".") and text != "Cancelled."}
    return whole | (found & {"{0} can't be used: {1}"})


def test_every_failure_of_devices_and_measurements_has_a_translation(qapp: QApplication) -> None:
    """Also those that hold a name, an address, or another sentence."""
    engine = REPOSITORY / "engine" / "quantscope"
    modules = [path for name in ("devices", "profile", "history") for path in (engine / name).rglob("*.py")]
    others = {*INSTALL.values(), "Install Android's platform tools"}
    others |= {energy.NOT_TOLD, energy.CHARGING, energy.TOO_SHORT, energy.IN_TURNS}
    assert others <= set(failures.SENTENCES)
    assert set(failures.SENTENCES) - others == set().union(*map(errors_of, modules))
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
