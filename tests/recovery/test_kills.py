"""The short run over kills, and the proof that it would find a lost message and a doubled effect."""

import subprocess
import sys

import pytest

from tests.recovery.house import ROOT

pytestmark = pytest.mark.recovery


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.recovery.kills", "--kills", "6", "--conversations", "8", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


def test_nothing_is_lost_or_doubled_over_kills() -> None:
    done = run()
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("plant", "found"), [("lose", "FAULT Lost"), ("double", "was given")])
def test_a_planted_fault_is_found(plant: str, found: str) -> None:
    done = run("--plant", plant)
    assert done.returncode == 1, done.stdout + done.stderr
    assert found in done.stdout
