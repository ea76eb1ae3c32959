"""A package's version sorts for dpkg as the project's sorts for Python."""

import shutil
import subprocess

import pytest
from debs import lock
from debs.target import RELEASES, Target
from debs.version import debian
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from tests.notrun import not_run


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("0.1.0", "0.1.0-1+deb12"),
        ("0.2.0rc1", "0.2.0~rc1-1+deb12"),
        ("1.0a2.dev3", "1.0~a2~~dev3-1+deb12"),
        ("1.0.dev3", "1.0~~dev3-1+deb12"),
        ("1.0.post1", "1.0.post1-1+deb12"),
        ("1!2.0+banjar.3", "1:2.0+banjar.3-1+deb12"),
    ],
)
def test_a_version_in_debians_words(ours: str, theirs: str) -> None:
    assert debian(ours, 12) == theirs


numbers = st.integers(0, 12)
versions = st.builds(
    "{}.{}{}{}{}".format,
    numbers,
    numbers,
    st.one_of(st.just(""), st.builds("{}{}".format, st.sampled_from(["a", "b", "rc"]), numbers)),
    st.one_of(st.just(""), st.builds(".post{}".format, numbers)),
    st.one_of(st.just(""), st.builds(".dev{}".format, numbers)),
)


@given(versions, versions)
@settings(max_examples=200, deadline=None)
def test_dpkg_sorts_them_as_python_does(one: str, other: str) -> None:
    if one != other:
        assert older(debian(one, 13), debian(other, 13)) == (Version(one) < Version(other))


def test_an_upgrade_of_the_system_brings_the_package_for_it() -> None:
    assert older(debian("0.1.0", 12), debian("0.1.0", 13))
    assert older(debian("0.1.0", 13), debian("0.1.1", 12))


def older(one: str, other: str) -> bool:
    if shutil.which("dpkg") is None:
        not_run("dpkg is not installed")
    return (
        subprocess.run(["dpkg", "--compare-versions", one, "lt", other], check=False).returncode
        == 0
    )


def test_a_files_name_has_no_epoch() -> None:
    target = Target("kiosk", RELEASES["13"], "arm64")
    assert target.file_name("1:2.0-1+deb13") == "kotak-senyum-kiosk_2.0-1+deb13_arm64.deb"
    assert target.file_name("2.0-1+deb13") == "kotak-senyum-kiosk_2.0-1+deb13_arm64.deb"


LOCK = """\
click==8.5.1 \\
    --hash=sha256:aa
    # via kotak-senyum
lgpio==0.2.2.0 ; sys_platform == 'linux' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
msgspec==0.22.0 \\
    --hash=sha256:dd
"""


def test_one_requirement_of_a_lock_with_its_hashes() -> None:
    pinned = lock.only(LOCK, "lgpio")
    assert pinned.startswith("lgpio==0.2.2.0 ;")
    assert pinned.count("--hash") == 2
    assert lock.only(LOCK, "gpio") == ""


def test_a_lock_without_it_has_all_the_others() -> None:
    assert "lgpio" not in lock.without(LOCK, "lgpio")
    assert lock.without(LOCK, "lgpio").count("--hash") == 2
    assert lock.without(LOCK, "absent") == LOCK
