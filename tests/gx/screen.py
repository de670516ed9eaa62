"""A GX touch screen without a GX: draws pages of the plugin with Qt and a stand-in for Victron's components.

The stand-in (``standin/``) offers only what gui-v2 has had from 1.2.33 to 1.3.x. Pages are loaded from the
compiled resource with its translations, as gui-v2 does. Breadcrumbs and the navigation bar are not drawn; an
option is chosen without its page.

In a test, take the fixture ``show``; it fails the test if a page had an error or a warning::

    def test_the_highest_cell_is_named(show: Show) -> None:
        screen = show("Cells.qml", battery(report(sample=sample(...), identity=...)))
        assert "Highest cell" in screen.texts
        assert screen.cut_off == []

The first service given is the device of a device page. Further services are the rest of the bus, such as
``program({"/Scan": 0})`` and ``settings({"/Settings/Devices/xbms_…/Enabled": 1})`` of
:mod:`tests.gx.services`. Options: ``size=LARGE`` or ``PORTRAIT``, ``language="de"``, ``backend="mqtt"`` for a
browser, ``light=True``.

:attr:`Screen.texts` are all texts of the current page, also below the visible part, in reading order;
:attr:`Screen.cut_off` says which are elided, wider than their place, outside the screen, or over one another.
:meth:`Screen.tap` acts on the row or drawing with a text, :meth:`Screen.choose` and :meth:`Screen.type` enter
a value, :meth:`Screen.accept` confirms a dialog; :attr:`Screen.written` is what has been written to the bus.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import pytest

from gx import build, qt
from tests.gx.services import Service, Value
from tests.patience import PATIENCE

if not qt.installed() and not os.environ.get("CI"):
    pytest.skip(f"needs {qt.PACKAGE}: pip install 'dbus-xbms[gx]'", allow_module_level=True)

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

from PySide6.QtCore import (
    Q_ARG,
    Q_RETURN_ARG,
    QLocale,
    QMetaObject,
    QPointF,
    QRectF,
    QResource,
    Qt,
    QTranslator,
    QUrl,
)
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage
from PySide6.QtQml import QJSEngine
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QTest

STANDIN = Path(__file__).parent / "standin"
SMALL, LARGE, PORTRAIT = (800, 480), (1024, 600), (360, 640)  # 5 inch, 7 inch, telephone; pixels
SIZES = (SMALL, LARGE, PORTRAIT)  # in the order of Theme.screenSize
LANGUAGES = ("en", "de", "fr", "es", "nl")
BACKENDS = {"dbus": 1, "mqtt": 2}  # BackendConnection.type
TOLERANCE = 1.0  # pixels; widths of texts are fractions


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text on the screen and where it is painted."""

    item: QQuickItem
    text: str
    painted: QRectF

    @property
    def order(self) -> tuple[float, float]:
        """Return the position for sorting in reading order."""
        return round(self.painted.center().y() / 8), self.painted.x()


class Screen:
    """One touch screen; see the module for what it can do. It is a context manager."""

    def __init__(
        self,
        *services: Service,
        size: tuple[int, int] = SMALL,
        language: str = "en",
        backend: str = "dbus",
        light: bool = False,
    ) -> None:
        _application()
        self._services = services
        self._backend = backend
        self._view = QQuickView()
        engine = self._view.engine()
        engine.setOutputWarningsToStandardError(False)
        engine.warnings.connect(lambda found: self._warnings.extend(one.toString() for one in found))
        engine.addImportPath(str(STANDIN))
        self._warnings: list[str] = []
        self._theme, self._bus, self._global = (
            engine.singletonInstance(module, name)
            for module, name in (
                ("Victron.VenusOS", "Theme"),
                ("Standin", "Bus"),
                ("Victron.VenusOS", "Global"),
            )
        )
        connection = engine.singletonInstance("Victron.VenusOS", "BackendConnection")
        connection.setProperty("type", BACKENDS[backend])
        self._theme.setProperty("screenSize", SIZES.index(size))
        self._theme.setProperty("colorScheme", int(light))
        self._values = {uid: value for one in services for uid, value in one.dump(backend).items()}
        self._bus.setProperty("values", self._values)
        self._view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self._view.resize(*size)
        self._view.setSource(QUrl.fromLocalFile(str(STANDIN / "Standin/Screen.qml")))
        assert not self._view.errors(), self._view.errors()
        self._root = self._view.rootObject()
        # Qt's loader thread asks translators made by Python, which must not wait for this thread then.
        self._translators = list(_translators(language))
        self._view.show()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._view.close()
        for translator in self._translators:
            QGuiApplication.removeTranslator(translator)
        self._view.deleteLater()
        QGuiApplication.processEvents()

    # --- pages ---

    def open(self, page: str, **properties: Value) -> None:
        """Open a settings page, such as ``Settings.qml``, with the properties that it requires."""
        self._call(self._root, "open", f"qrc:/{build.NAME}/{page}", properties)

    def open_device(self, page: str, service: Service) -> None:
        """Open a device page of the plugin for a service."""
        name = str(service.values.get("/CustomName") or service.values.get("/ProductName") or "")
        product = service.values.get("/ProductId") or 0
        uid = service.uid(self._backend)
        self._call(
            self._root, "openDevicePage", f"qrc:/{build.NAME}/{page}", uid, product, name, service.instance
        )

    def back(self) -> None:
        """Close the current page."""
        self._call(self._root, "close")

    @property
    def title(self) -> str:
        """Return the title of the current page."""
        return str(self._root.property("page").property("title"))

    # --- what a person sees ---

    def translated(self, page: str, text: str) -> str:
        """Return a text of a page in the language of the screen."""
        return str(QGuiApplication.translate(page, text))

    @property
    def texts(self) -> list[str]:
        """Return all texts of the current page, or of the dialog above it, in reading order."""
        return [one.text for one in self._texts()]

    @property
    def visible_texts(self) -> list[str]:
        """Return the texts that are on the screen without scrolling."""
        return [one.text for one in self._texts() if one.painted.bottom() <= self._view.height()]

    def bottom(self, text: str) -> float:
        """Return where a text ends, in pixels from the top."""
        return float(self._find(text).painted.bottom())

    @property
    def cut_off(self) -> list[str]:
        """Return what cannot be read completely, one sentence each."""
        texts = self._texts()
        return [problem for one in texts for problem in _problems(one, self._view.width())] + [
            f"{one.text!r} and {other.text!r} overlap"
            for index, one in enumerate(texts)
            for other in texts[index + 1 :]
            if _overlap(one.painted, other.painted)
        ]

    @property
    def problems(self) -> list[str]:
        """Return the errors and warnings of the pages so far."""
        failure = self._root.property("failure")
        return sorted({*self._warnings, *([failure] if failure else [])})

    @property
    def picture(self) -> QImage:
        """Return what is on the screen."""
        self._settle()
        return self._view.grabWindow()

    def save(self, path: Path) -> None:
        """Write the picture as a PNG file."""
        assert self.picture.save(str(path)), path

    # --- what a person does ---

    def tap(self, text: str) -> None:
        """Tap the row with a text, or what is drawn there."""
        found = self._find(text)
        if row := _with_method(found.item, "_tap()"):
            self._call(row, "_tap")
        else:
            QTest.mouseClick(
                self._view,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
                found.painted.center().toPoint(),
            )
            self._settle()

    def type(self, text: str, entered: str) -> None:
        """Enter a text into the field of the row with a text."""
        self._enter(text, "_type(QVariant)", entered)

    def choose(self, text: str, value: float) -> None:
        """Choose the option with an index, or a number, in the row with a text."""
        self._enter(text, "_choose(QVariant)", value)

    def accept(self) -> None:
        """Confirm the dialog."""
        self._call(self._dialog(), "accept")

    def reject(self) -> None:
        """Cancel the dialog."""
        self._call(self._dialog(), "reject")

    # --- the bus ---

    @property
    def written(self) -> list[tuple[str, str, Value]]:
        """Return what the pages have written: the service's name, the path and the value of each."""
        written = self._bus.property("written")
        rows = written.toVariant() if hasattr(written, "toVariant") else written
        return [(*self._split(row["uid"]), row["value"]) for row in rows]

    def change(self, service: Service, values: Mapping[str, Value | None]) -> None:
        """Change values of a service; ``None`` makes one invalid."""
        uid = service.uid(self._backend)
        current = self._bus.property("values")
        shown = dict(current.toVariant() if hasattr(current, "toVariant") else current)
        shown.update({f"{uid}{path}": value for path, value in values.items()})
        self._bus.setProperty("values", {uid: value for uid, value in shown.items() if value is not None})
        self._settle()

    def refuse_writes(self) -> None:
        """Let every service refuse what is written from now on."""
        self._bus.setProperty("refuses", True)

    def wait_for_toast(self) -> str:
        """Wait until a message is shown for a moment, and return the newest."""
        end = time.monotonic() + PATIENCE
        while not self.toasts:
            assert time.monotonic() < end, "no message appeared"
            QTest.qWait(20)
        return self.toasts[-1]

    @property
    def toasts(self) -> list[str]:
        """Return the messages that were shown for a moment."""
        toasts = self._global.property("toasts")
        return list(toasts.toVariant() if hasattr(toasts, "toVariant") else toasts)

    def _split(self, uid: str) -> tuple[str, str]:
        for one in self._services:
            own = one.uid(self._backend)
            if uid.startswith(f"{own}/"):
                return one.name, uid.removeprefix(own)
        raise AssertionError(f"{uid} belongs to no service")

    # --- Qt ---

    def _texts(self) -> list[Text]:
        self._settle()
        above = self._root.property("dialog") or self._root.property("page")
        return sorted(self._texts_in(above) if above else (), key=lambda one: one.order)

    def _texts_in(self, item: QQuickItem) -> Iterator[Text]:
        if not item.isVisible() or item.opacity() == 0:
            return
        if item.inherits("QQuickText") and item.property("text"):
            yield Text(item=item, text=item.property("text"), painted=self._painted(item))
        for child in item.childItems():
            yield from self._texts_in(child)

    def _painted(self, item: QQuickItem) -> QRectF:
        """Return where a text is painted, in the coordinates of the screen."""
        width, height = item.property("contentWidth"), item.property("contentHeight")
        left, top = item.property("leftPadding"), item.property("topPadding")
        spare = item.width() - left - item.property("rightPadding") - width
        below = item.height() - top - item.property("bottomPadding") - height
        part = QMetaObject.invokeMethod(
            self._root,
            "alignment",
            Qt.ConnectionType.DirectConnection,
            Q_RETURN_ARG("QVariant"),
            Q_ARG("QVariant", item),
        )
        x, y = left + part.x() * spare, top + part.y() * below
        return QRectF(item.mapToScene(QPointF(x, y)), item.mapToScene(QPointF(x + width, y + height)))

    def _find(self, text: str) -> Text:
        for one in self._texts():
            if one.text == text:
                return one
        raise AssertionError(f"{text!r} is not on the screen: {self.texts}")

    def _enter(self, text: str, method: str, value: Value) -> None:
        row = _with_method(self._find(text).item, method)
        assert row, f"nothing can be entered in the row {text!r}"
        self._call(row, method.partition("(")[0], value)

    def _dialog(self) -> QQuickItem:
        dialog = self._root.property("dialog")
        assert dialog, "no dialog is open"
        return dialog

    def _call(self, item: QQuickItem, method: str, *arguments: object) -> None:
        given = [Q_ARG("QVariant", one) for one in arguments]
        assert QMetaObject.invokeMethod(item, method, *given), method
        self._settle()

    def _settle(self) -> None:
        """Let every binding and layout finish."""
        for _ in range(2):
            QGuiApplication.processEvents()
            self._view.grabWindow()


@cache
def _application() -> tuple[QGuiApplication, bytes]:
    """Start Qt, once, with the fonts and the pages; return what has to stay alive."""
    application = QGuiApplication.instance() or QGuiApplication(["gx"])
    for font in _fonts():
        assert QFontDatabase.addApplicationFont(str(font)) >= 0, font
    pages = build.resource()
    assert QResource.registerResourceData(pages)
    return application, pages


def _fonts() -> list[Path]:
    """Return the files of Roboto, the font of gui-v2."""
    found = importlib.util.find_spec("fontpkg_roboto")
    assert found, "the font Roboto is missing: pip install 'dbus-xbms[gx]'"
    assert found.origin
    return sorted((Path(found.origin).parent / "files").glob("Roboto?wdth*.ttf"))


def _translators(language: str) -> Iterator[QTranslator]:
    """Install the translations in the way of gui-v2: English, and the language over it."""
    for name in dict.fromkeys(("en", language)):
        translator = QTranslator()
        assert translator.load(QLocale(name), build.NAME, "_", f":/{build.NAME}"), name
        QGuiApplication.installTranslator(translator)
        yield translator


def _problems(text: Text, width: float) -> Iterator[str]:
    item, painted = text.item, text.painted
    place = item.width() - item.property("leftPadding") - item.property("rightPadding")
    if item.property("truncated"):
        yield f"{text.text!r} is elided"
    elif item.property("contentWidth") > place + TOLERANCE:
        yield f"{text.text!r} is wider than its place: {item.property('contentWidth'):.0f} > {place:.0f}"
    if painted.left() < -TOLERANCE or painted.right() > width + TOLERANCE:
        yield f"{text.text!r} is outside the screen: {painted.left():.0f} to {painted.right():.0f}"
    if (limit := _clip(item)) and (
        painted.left() < limit.left() - TOLERANCE or painted.right() > limit.right() + TOLERANCE
    ):
        yield f"{text.text!r} is clipped"


def _clip(item: QQuickItem) -> QRectF | None:
    """Return the area of the nearest item that clips this one."""
    above = item.parentItem()
    while above:
        if above.clip():
            return above.mapRectToScene(above.boundingRect())
        above = above.parentItem()
    return None


def _overlap(one: QRectF, other: QRectF) -> bool:
    common = one.intersected(other)
    return bool(common.width() > TOLERANCE and common.height() > min(one.height(), other.height()) / 3)


def _with_method(item: QQuickItem, method: str) -> QQuickItem | None:
    """Return the item, or the nearest one around it, that has a method."""
    found: QQuickItem | None = item
    while found and found.metaObject().indexOfMethod(method) < 0:
        found = found.parentItem()
    return found


class Script:
    """A script of the plugin, such as ``Voltages.js``, without a page."""

    def __init__(self, name: str) -> None:
        _application()
        self._engine = QJSEngine()
        result = self._engine.evaluate((build.PAGES / name).read_text().removeprefix(".pragma library"))
        assert not result.isError(), result.toString()

    def call(self, function: str, *arguments: object) -> Any:
        """Call a function of the script with plain values; return a plain value."""
        given = [self._engine.toScriptValue(one) for one in arguments]
        result = self._engine.globalObject().property(function).call(given)
        assert not result.isError(), result.toString()
        return result.toVariant()


def shown(page: str, services: Sequence[Service], **options: Any) -> Screen:
    """Return a screen with a page; the first service is its device if it is a device page."""
    screen = Screen(*services, **options)
    if any(one["url"].endswith(f"/{page}") and one["type"] == 2 for one in build.INTEGRATIONS):
        screen.open_device(page, services[0])
    else:
        screen.open(page)
    return screen
