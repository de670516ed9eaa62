"""Answers typed on a terminal."""

from __future__ import annotations

import io

import pytest


class Terminal(io.StringIO):
    """A fake owner at the keyboard, with prepared answers."""

    def isatty(self) -> bool:
        return True


def type_answers(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
