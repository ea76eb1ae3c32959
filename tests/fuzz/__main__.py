"""`python -m tests.fuzz [--seconds N] [TARGET …]`: fuzz each target, the time shared among them.

What is learned stays in var/fuzz, so the next run begins there. A finding is written there too, and
`python -m tests.fuzz.run TARGET FILE` shows it again.
"""

import argparse
import importlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tests.fuzz.seeds import ROOT, SEEDS
from tests.fuzz.targets import TARGETS

FOLDER: Final = ROOT / "var/fuzz"
LIMITS: Final = (
    "-timeout=10",  # seconds for one input: what takes longer is a hang
    "-rss_limit_mb=1024",
    "-max_len=16384",
    "-print_final_stats=1",
    "-verbosity=0",
)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    arguments.add_argument("--seconds", type=int, default=600, help="altogether")
    arguments.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET")
    chosen = arguments.parse_args()
    if not _can_run():
        print("fuzz: not run: atheris is not installed; it is made for Linux on x86-64 only")
        return 1
    return _fuzz_all(chosen.targets, max(1, chosen.seconds // len(chosen.targets)))


def _can_run() -> bool:
    try:
        importlib.import_module("atheris")
    except ImportError:
        return False
    return True


def _fuzz_all(targets: list[str], seconds: int) -> int:
    failed = [target for target in targets if not _fuzz(target, seconds)]
    for target in failed:
        print(f"fuzz: {target} found something: {FOLDER / target}-*")
    return 1 if failed else 0


def _fuzz(target: str, seconds: int) -> bool:
    corpus = _corpus(target)
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.run", target, str(corpus), *LIMITS]
    prefix = f"-artifact_prefix={FOLDER / target}-"
    ended = subprocess.run(
        [*command, prefix, f"-max_total_time={seconds}"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    print(_summary(target, ended.stderr, time.monotonic() - began))
    if ended.returncode:
        print(ended.stderr[-3000:])
    return ended.returncode == 0


def _corpus(target: str) -> Path:
    """What was learned before, and the seeds."""
    corpus = FOLDER / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    return corpus


def _summary(target: str, said: str, seconds: float) -> str:
    figures = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in said.splitlines()
        if line.startswith("stat::")
    )
    runs = int(figures.get("number_of_executed_units", "0"))
    peak = int(figures.get("peak_rss_mb", "0"))
    return f"{target:20} {runs:>10} inputs  {seconds:6.0f} s  {peak:5} MB at most"


if __name__ == "__main__":
    sys.exit(main())
