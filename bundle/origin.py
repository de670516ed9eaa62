"""The repository that publishes a release and the key that signs it; both are optional."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bundle.tree import File, Tree

NAMESPACE = "dbus-xbms"  # of signatures; install.sh uses the same
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The repository that publishes a release, and the key that signs it."""

    repository: str = ""  # OWNER/NAME on GitHub
    private_key: Path | None = None  # of ssh-keygen, without a passphrase
    key: str = ""  # public key as one line: type and key

    @property
    def owner(self) -> str:
        """The account that owns the repository."""
        return self.repository.partition("/")[0]

    @property
    def downloads(self) -> str:
        """Base URL of the files of the newest release."""
        return f"https://github.com/{self.repository}/releases/latest/download" if self.repository else ""


def origin(repository: str, private_key: Path | None) -> Origin:
    """Check the repository's name and read the public key.

    Raises:
        ValueError: not a repository's name, or not a key.
    """
    if repository and not REPOSITORY.fullmatch(repository):
        raise ValueError(f"a repository has a name like owner/name, not {repository!r}")
    if private_key is None:
        return Origin(repository=repository)
    result = subprocess.run(["ssh-keygen", "-y", "-f", private_key], capture_output=True, text=True)
    if result.returncode:
        raise ValueError(f"{private_key} is not a private key of ssh-keygen: {result.stderr.strip()}")
    key = " ".join(result.stdout.split()[:2])
    return Origin(repository=repository, private_key=private_key, key=key)


def signed(tree: Tree, origin: Origin) -> dict[str, File]:
    """Return the tree, with a signature of its checksums if there is a key."""
    if origin.private_key is None:
        return {**tree}
    with tempfile.TemporaryDirectory() as folder:
        sums = Path(folder) / SUMS
        sums.write_bytes(tree[SUMS].content)
        sign = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(origin.private_key), str(sums)]
        subprocess.run(sign, check=True, capture_output=True)
        return {**tree, f"{SUMS}.sig": File(content=sums.with_suffix(".sig").read_bytes())}


def notes(origin: Origin, version: str) -> str:
    """Return the text of the release page: how to install."""
    signature = "`install.sh` checks its signature." if origin.key else "This build is unsigned."
    return f"""Install or upgrade by ssh, as root:

    d=$(mktemp -d) && cd "$d" && curl --proto '=https' -fsSLO {origin.downloads}/install.sh && sh install.sh

With a USB stick: copy `venus-data-dbus-xbms-{version}.tar.gz` to it, plug it into the GX and restart the GX.

{signature} All files were built twice, with identical results.
`gh attestation verify FILE --repo {origin.repository}` shows the workflow that built them.
"""
