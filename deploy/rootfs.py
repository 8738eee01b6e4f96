"""Make the root file system of relay's image: Python, the locked packages, relay with its models, and nothing else.

    python deploy/rootfs.py PACKAGES ROOTFS

PACKAGES is a folder that pip filled from requirements-slim.lock (`pip install --target`). The interpreter is the one
that runs this, with the shared libraries that the system's loader finds for it. There is no shell, no package
manager and no program but Python. deploy/Containerfile takes the same steps, so an image can be made without an engine.

The last steps run inside ROOTFS, by `chroot`, so they need root: relay's own set-up (bytecode, compiled patterns), and
`relay doctor`, which stops the build when something is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tomllib
from fnmatch import fnmatch
from pathlib import Path

__all__ = ["main"]

SOURCE = Path(__file__).resolve().parent.parent
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
HOME = Path("usr/local")
LIBRARY = HOME / "lib" / VERSION
PACKAGES = LIBRARY / "site-packages"
PYTHON = f"/{HOME}/bin/python3"
USER = 65532  # what distroless images call nonroot

# Of the standard library: its own tests, what builds or shows windows, and what needs a compiler.
STANDARD = """
    test idlelib tkinter turtledemo turtle.py lib2to3 ensurepip venv distutils pydoc_data pydoc.py config-*
    site-packages __pycache__ sqlite3 dbm curses ctypes/test _tkinter*.so _sqlite3*.so _curses*.so _dbm*.so _gdbm*.so
    readline*.so _test*.so _xxtest*.so xx*.so xml unittest nis*.so ossaudiodev*.so audioop*.so *.a
"""
# Of the packages: what no module of relay imports when it serves, checks or scrubs. tokenizers asks for the client of a
# hub for models, which relay never calls; onnxruntime for what makes models; rich for what colours source code, which
# the command line has switched off; the others bring tests and types.
UNUSED = """
    huggingface_hub hf_xet fsspec filelock tqdm httpx2 httpcore2 truststore flatbuffers bin click
    huggingface_hub-* hf_xet-* fsspec-* filelock-* tqdm-* httpx2-* httpcore2-* truststore-* flatbuffers-* click-*
    onnxruntime/transformers onnxruntime/quantization onnxruntime/tools onnxruntime/datasets onnxruntime/backend
    onnxruntime/capi/libonnxruntime.so*
    pygments pygments-* markdown_it markdown_it_py-* mdurl mdurl-* pycparser pycparser-* pydantic/v1
    phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata phonenumbers/shortdata
    Crypto/SelfTest Crypto/PublicKey Crypto/Cipher Crypto/Protocol Crypto/Signature Crypto/IO Crypto/Math
    Crypto/Hash/_[!k]*.so
    numpy/f2py numpy/distutils numpy/typing numpy/testing numpy/doc numpy/_pyinstaller numpy/_core/include
    numpy/random numpy/polynomial numpy/fft numpy/_core/_simd*.so numpy/_core/*_tests*.so numpy/_core/lib
    PIL/_avif*.so PIL/_imagingft*.so PIL/_imagingcms*.so PIL/_imagingtk*.so pillow.libs/libavif*
    pillow.libs/libharfbuzz* pillow.libs/libfreetype* pillow.libs/liblcms2*
    tests */tests __pycache__ *.pyi *.pyx *.pxd *.c *.h *.a *.md *.rst RECORD
"""
PASSWD = f"relay:x:{USER}:{USER}:relay:/:/nonexistent\n"
LOADER = re.compile(r"(?:=> )?(/\S+) \(0x[0-9a-f]+\)")


def main(packages: Path, root: Path) -> None:
    """Make ROOTFS, which must not exist. Raises CalledProcessError when a program that is called fails."""
    root.mkdir(parents=True)
    for name in ("lib", "lib64", "bin", "sbin"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("dev", "proc", "sys", "tmp", "etc/relay", "run"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text(PASSWD, encoding="ascii")
    (root / "etc/group").write_text(f"relay:x:{USER}:\n", encoding="ascii")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n", encoding="ascii")

    copy(Path(sysconfig.get_path("stdlib")), root / LIBRARY, STANDARD)
    copy(packages, root / PACKAGES, UNUSED)
    copy_relay(root / PACKAGES)
    (root / HOME / "bin").mkdir()
    interpreter = root / PYTHON.lstrip("/")
    shutil.copy2(Path(sys.executable).resolve(), interpreter)
    copy_libraries(root, [interpreter, *root.rglob("*.so*")])
    strip(root)
    copy_certificates(root)
    set_up(root)
    inside(root, "-m", "relay", "doctor")


def copy(source: Path, target: Path, left_out: str) -> None:
    """Copy a folder but for what the patterns `left_out` name: by name anywhere, or by path below `source`."""
    patterns = left_out.split()

    def ignored(folder: str, names: list[str]) -> set[str]:
        below = Path(folder).relative_to(source)
        return {
            name for name in names if any(fnmatch((below / name).as_posix() if "/" in p else name, p) for p in patterns)
        }

    shutil.copytree(source, target, ignore=ignored)


def copy_relay(target: Path) -> None:
    """Copy what pyproject.toml puts into the wheel to where it installs it."""
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in wheel["only-include"]:
        first, _, rest = name.partition("/")
        place = target / wheel["sources"].get(first, first) / rest
        if (SOURCE / name).is_dir():
            copy(SOURCE / name, place, "__pycache__ prebuilt")
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, place)
    share_equal_files(target / wheel["sources"]["ner_models"])


def share_equal_files(folder: Path) -> None:
    """Make files of equal content one file and links to it: two models share parts, 3 MB of them."""
    first: dict[bytes, Path] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest = hashlib.sha256(path.read_bytes()).digest()
        if (same := first.setdefault(digest, path)) != path:
            path.unlink()
            path.symlink_to(os.path.relpath(same, path.parent))


def copy_libraries(root: Path, binaries: list[Path]) -> None:
    """Copy the shared libraries that `binaries` need and that are not there yet to where the loader looks for them."""
    for binary in binaries:
        listed = subprocess.run(["ldd", binary], capture_output=True, encoding="utf-8", check=False).stdout
        for line in listed.splitlines():
            found = LOADER.search(line)
            if found and not Path(found[1]).is_relative_to(root):
                place_library(root, Path(found[1]))


def place_library(root: Path, library: Path) -> None:
    """Copy one library; one of the interpreter's own folder goes to that of the image."""
    own = Path(sys.base_prefix) / "lib"
    target = root / HOME / "lib" / library.name if library.is_relative_to(own) else root / library.relative_to("/")
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library.resolve(), target)


def strip(root: Path) -> None:
    """Drop symbols for debuggers, and write the loader's list of libraries.

    Libraries beside a wheel's package were changed after they were linked: `strip` breaks some.
    """
    libraries = [path for path in root.rglob("*.so*") if path.is_file() and not path.parent.name.endswith(".libs")]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)
    (root / "etc/ld.so.conf").write_text(f"/{HOME}/lib\n", encoding="ascii")
    subprocess.run(["ldconfig", "-r", root], check=True)


def copy_certificates(root: Path) -> None:
    """Copy the system's certificate authorities to where the image's OpenSSL looks for them."""
    paths = ssl.get_default_verify_paths()
    source = Path("/etc/ssl/certs/ca-certificates.crt")
    target = root / paths.openssl_cafile.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def set_up(root: Path) -> None:
    """Compile patterns and bytecode inside `root`, and keep the bytecode only, which saves 28 MB.

    It is not checked against its source, so nothing can change it.
    """
    inside(root, "-m", "relay.detect.prebuild")
    inside(root, "-m", "compileall", "-q", "-b", "--invalidation-mode", "unchecked-hash", f"/{LIBRARY}")
    for path in (root / LIBRARY).rglob("*.py"):
        path.unlink()


def inside(root: Path, *arguments: str) -> None:
    """Run the image's Python with `arguments`."""
    subprocess.run(["chroot", root, PYTHON, "-B", *arguments], check=True, env={"PATH": "/usr/sbin:/usr/bin"})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
