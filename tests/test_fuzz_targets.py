"""What `make fuzz` feeds for minutes is fed here for a moment, so that it is known to work."""

import subprocess
import sys

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from tests.effort import examples
from tests.fuzz.seeds import ROOT, SEEDS
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    assert SEEDS[name]
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=examples(30), deadline=None)
@given(data=st.data())
def test_a_target_takes_any_bytes(name: str, data: st.DataObject) -> None:
    TARGETS[name](data.draw(st.binary(max_size=200) | mangled(SEEDS[name])))


def mangled(samples: list[bytes]) -> st.SearchStrategy[bytes]:
    """A seed with a piece of another in the middle."""
    return st.builds(
        lambda one, other, at, cut: one[: at % (len(one) + 1)] + other[cut % (len(other) + 1) :],
        st.sampled_from(samples),
        st.sampled_from(samples),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
    )


def test_without_atheris_it_says_that_it_did_not_run() -> None:
    without = "import sys; sys.modules['atheris'] = None; sys.argv = ['fuzz'];"
    run = "import runpy; runpy.run_module('tests.fuzz', run_name='__main__')"
    ended = subprocess.run(
        [sys.executable, "-c", without + run],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout.startswith("fuzz: not run: atheris is not installed")
