"""The pictures of the touch screen in docs/."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.pictures.gx import DOCS, PICTURES, Picture, drawn

LARGEST = 60_000  # bytes


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_each_picture_can_be_drawn_again_with_the_same_bytes(picture: Picture, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("first.png", "second.png")]
    assert all(drawn(picture).save(str(file)) for file in files)
    first, second = (file.read_bytes() for file in files)
    assert first == second


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.file)
def test_each_picture_is_small_and_shown_to_the_owner(picture: Picture) -> None:
    assert (DOCS / picture.file).stat().st_size <= LARGEST
    assert f"]({picture.file})" in (DOCS / "gx.md").read_text(encoding="utf-8")
