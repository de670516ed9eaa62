"""The translations: complete, without leftovers, and found by gui-v2."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gx import build, translations
from tests.gx.screen import LANGUAGES
from tests.gx.services import program
from tests.gx.show import Show

PLACEHOLDER = re.compile(r"%(?:n|L?\d)")


@pytest.fixture
def updated(tmp_path: Path) -> Path:
    """The translations as they would be after an update."""
    for file in translations.FOLDER.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    translations.update(tmp_path)
    return tmp_path


@pytest.mark.parametrize("language", [translations.SOURCE, *translations.LANGUAGES])
def test_every_text_is_translated(updated: Path, language: str) -> None:
    assert translations.untranslated(language, updated) == []


@pytest.mark.parametrize("language", [translations.SOURCE, *translations.LANGUAGES])
def test_no_translation_is_left_of_a_text_that_is_gone(updated: Path, language: str) -> None:
    def texts(folder: Path) -> set[str | None]:
        return {source.text for source in ET.parse(translations.path(language, folder)).iter("source")}

    assert texts(translations.FOLDER) == texts(updated)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_translations_have_the_placeholders_of_their_source(language: str) -> None:
    for message in ET.parse(translations.path(language)).iter("message"):
        source, translation = message.findtext("source") or "", message.find("translation")
        assert translation is not None
        for form in translation.findall("numerusform") or [translation]:
            assert set(PLACEHOLDER.findall(form.text or "")) == set(PLACEHOLDER.findall(source)), source


def test_the_titles_of_device_pages_are_translated_without_a_context() -> None:
    titles = {one["title"] for one in build.INTEGRATIONS if "title" in one}
    for language in translations.LANGUAGES:
        contexts = ET.parse(translations.path(language)).iter("context")
        found = {
            message.findtext("source")
            for context in contexts
            if not context.findtext("name")
            for message in context.iter("message")
        }
        assert titles <= found


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_in_the_language_of_the_screen(show: Show, language: str) -> None:
    screen = show("Settings.qml", program({"/Scan": 12}), language=language)
    assert not [text for text in screen.texts if "%n" in text]
