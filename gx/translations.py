"""The translations of the pages: one ``.ts`` file for each language, compiled to what Qt loads.

gui-v2 loads ``:/dbus-xbms/dbus-xbms_de.qm`` for German, over the English one. The English file must exist:
without it, the screen keeps the previous language when English is chosen. It only holds the plurals, because
the sources are English.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from gx import qt

HERE = Path(__file__).parent
FOLDER = HERE / "translations"
NAME = "dbus-xbms"
SOURCE = "en"
LANGUAGES = ("de", "es", "fr", "nl")  # and English


def path(language: str, folder: Path = FOLDER) -> Path:
    """Return the file of a language."""
    return folder / f"{NAME}_{language}.ts"


def compiled_names() -> list[str]:
    """Return the names of the compiled files."""
    return [f"{NAME}_{language}.qm" for language in sorted((SOURCE, *LANGUAGES))]


def compile_into(folder: Path) -> list[str]:
    """Write the compiled file of each language to a directory; return their names."""
    for name in compiled_names():
        source = (FOLDER / name).with_suffix(".ts")
        qt.run("lrelease", "-silent", "-nounfinished", source, "-qm", folder / name, within=folder)
    return compiled_names()


def update(folder: Path = FOLDER) -> None:
    """Bring the ``.ts`` files up to date: add new texts, drop those no page has; keep every translation."""
    sources = sorted(str(file.relative_to(HERE)) for file in (HERE / "qml").iterdir())
    for language in (SOURCE, *LANGUAGES):
        file = path(language, folder)
        options = [
            "-no-obsolete",
            "-locations",
            "none",
            "-source-language",
            "en",
            "-target-language",
            language,
        ]
        plurals = ["-pluralonly"] if language == SOURCE else []
        qt.run("lupdate", "-silent", *options, *plurals, *sources, "-ts", file, within=HERE)


def untranslated(language: str, folder: Path = FOLDER) -> list[str]:
    """Return the texts that have no translation, as ``page: text``."""
    return [
        f"{context.findtext('name')}: {message.findtext('source')}"
        for context in ET.parse(path(language, folder)).iter("context")
        for message in context.iter("message")
        if _is_missing(message.find("translation"))
    ]


def _is_missing(translation: ET.Element | None) -> bool:
    if translation is None or translation.get("type"):  # "unfinished", "vanished", "obsolete"
        return True
    forms = translation.findall("numerusform")
    return not all(form.text for form in forms) if forms else not translation.text
