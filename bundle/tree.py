"""Trees of files in memory: read them, add checksums, and pack them reproducibly."""

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
    """A file in an archive; owner, time and all other attributes are the same for every file."""

    content: bytes
    executable: bool = False


Tree = Mapping[str, File]  # by path, relative, with slashes


def read(folder: Path, *patterns: str) -> dict[str, File]:
    """Return the files under ``folder`` that match one of the patterns, or all files."""
    paths = {path for pattern in patterns or ("**/*",) for path in folder.glob(pattern) if path.is_file()}
    if not paths:
        raise FileNotFoundError(f"{folder}: no files match {patterns or 'any pattern'}")
    return {
        path.relative_to(folder).as_posix(): File(
            content=path.read_bytes(), executable=bool(path.stat().st_mode & 0o100)
        )
        for path in paths
    }


def text(content: str) -> File:
    """Return a text file."""
    return File(content=content.encode())


def under(folder: str, tree: Tree) -> dict[str, File]:
    """Return the tree moved into a folder."""
    return {f"{folder}/{path}": file for path, file in tree.items()}


def checksums(tree: Tree) -> File:
    """Return the checksums of all files, for ``sha256sum -c``."""
    return text(
        "".join(
            f"{hashlib.sha256(file.content).hexdigest()}  {path}\n" for path, file in sorted(tree.items())
        )
    )


def pack(tree: Tree, time: int) -> bytes:
    """Return a .tar.gz that depends only on the files and ``time`` (s since 1970).

    Directories are not members: unpacking must not change existing ones.
    """
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path, file in sorted(tree.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(file.content), time
            member.mode = 0o755 if file.executable else 0o644
            member.uname = member.gname = "root"
            archive.addfile(member, io.BytesIO(file.content))
    return packed.getvalue()
