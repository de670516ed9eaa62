"""Trees of files in memory: read from disk, joined, summed up, and packed to the same bytes each time."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What an archive holds of a file; all else is the same for each."""

    content: bytes
    executable: bool = False


Tree = Mapping[str, File]  # by path, relative, with slashes


def read(folder: Path, *patterns: str) -> dict[str, File]:
    """The files under ``folder`` that match one of the patterns; all of them without any."""
    paths = {path for pattern in patterns or ("**/*",) for path in folder.glob(pattern) if path.is_file()}
    if not paths:
        raise FileNotFoundError(f"{folder}: there is nothing of {patterns or 'any kind'}")
    return {
        path.relative_to(folder).as_posix(): File(
            content=path.read_bytes(), executable=bool(path.stat().st_mode & 0o100)
        )
        for path in paths
    }


def text(content: str) -> File:
    """A file of text."""
    return File(content=content.encode())


def under(folder: str, tree: Tree) -> dict[str, File]:
    """The same tree, deeper."""
    return {f"{folder}/{path}": file for path, file in tree.items()}


def checksums(tree: Tree) -> File:
    """The checksums of all files, as ``sha256sum -c`` takes them."""
    return text(
        "".join(
            f"{hashlib.sha256(file.content).hexdigest()}  {path}\n" for path, file in sorted(tree.items())
        )
    )


def pack(tree: Tree, time: int) -> bytes:
    """A .tar.gz that depends on nothing but the files and ``time`` (s since 1970).

    Directories are not members: unpacking must not change those that are there already.
    """
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path, file in sorted(tree.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(file.content), time
            member.mode = 0o755 if file.executable else 0o644
            member.uname = member.gname = "root"
            archive.addfile(member, io.BytesIO(file.content))
    return packed.getvalue()
