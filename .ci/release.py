"""Make the files of a release in a folder: wheel, sdist, bill of materials, check sums, and their signature.

    python .ci/release.py DIST

Stops when docs/changelog.md says nothing of the version. With RELAY_RELEASE_KEY (a file with an Ed25519 private key, as
`openssl genpkey -algorithm ed25519` writes it) SHA256SUMS is signed; docs/release.md shows how to verify. Equal trees
give equal files: the build has a fixed time, or the one in SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from sbom import sbom

from relay import __version__, shipped
from relay.errors import ConfigFault
from relay.policy.authoring.signing import read_private_key

__all__ = ["main"]

ROOT = Path(__file__).resolve().parent.parent
SUMS = "SHA256SUMS"


def main(folder: Path, environ: dict[str, str]) -> None:
    """Make the release. Raises ConfigFault when something is missing, before anything is written."""
    changelog = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    if f"\n## {__version__}\n" not in changelog:
        raise ConfigFault(f"docs/changelog.md has no heading for {__version__}, the version in relay/__init__.py")
    password = environ.get("RELAY_SIGNING_PASSPHRASE")
    wanted = environ.get("RELAY_RELEASE_KEY")
    key = read_private_key(Path(wanted), password.encode() if password else None) if wanted else None
    if folder.exists() and any(folder.iterdir()):
        raise ConfigFault(f"{folder} is not empty; a release starts from an empty folder")

    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True)
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    listed = sbom(__version__, lock, shipped.MODELS)
    (folder / f"relay-{__version__}.cdx.json").write_text(listed + "\n", encoding="utf-8")
    files = sorted(folder.iterdir())
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (folder / SUMS).write_text(sums, encoding="ascii")
    if key is not None:
        (folder / f"{SUMS}.sig").write_bytes(key.sign(sums.encode("ascii")))
    print("\n".join(str(path) for path in sorted(folder.iterdir())))
    if key is None:
        print(f"{SUMS} is not signed: RELAY_RELEASE_KEY names no key")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve(), dict(os.environ))
    except ConfigFault as fault:
        sys.exit(f"release: {fault.public}")
