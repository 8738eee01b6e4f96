"""The second start has the allocator's settings, once, and the report tells what the system says."""

import subprocess
import sys

import pytest

from relay.process import harden
from relay.process.harden import Measure

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def test_the_environment_of_the_second_start() -> None:
    """The operator's own tunables stay, ours are added once."""
    once = harden.reexec_env({"PATH": "/bin", "GLIBC_TUNABLES": "glibc.rtld.nns=4"})
    assert once["PATH"] == "/bin"
    assert once["PYTHONMALLOC"] == "malloc"
    assert once["GLIBC_TUNABLES"].startswith("glibc.rtld.nns=4:glibc.malloc.perturb=165")
    assert harden.reexec_env(once)["GLIBC_TUNABLES"].count("perturb") == 1


@LINUX
def test_a_process_starts_again_hardened() -> None:
    """Arguments survive, it happens once, and everything holds afterwards."""
    program = (
        "import sys; from relay.process import harden; harden.reexec_if_needed();"
        "print(sys.argv[1:], [str(finding) for finding in harden.apply()])"
    )
    output = subprocess.run([sys.executable, "-c", program, "a b", "c"], capture_output=True, text=True, check=True)
    assert output.stdout.startswith("['a b', 'c']")
    assert output.stdout.count(": yes") == len(Measure)


@LINUX
def test_the_report_of_an_ordinary_process() -> None:
    """What does not hold is said."""
    program = "from relay.process import harden;"
    program += "print([f.holds for f in harden.report() if f.measure != 'no core file'])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={})
    assert output.stdout.strip() == "[False, False]"
