"""The machine's own mirror is found, however apt has been told of it."""

import pytest

from tests.vm.mirror import from_lines, from_stanzas, is_debian

STANZAS = """\
Types: deb
# a comment
URIs: http://archive.example/debian/ http://second.example/debian
Suites: bookworm bookworm-updates

Types: deb
URIs: http://archive.example/debian-security
"""
LINES = """\
# deb http://old.example/debian buster main
deb http://archive.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keyrings/a.gpg] https://apt.example/node nodistro main
deb-src http://archive.example/source bookworm main
"""


def test_stanzas_and_lines_are_read() -> None:
    assert list(from_stanzas(STANZAS)) == [
        "http://archive.example/debian/",
        "http://second.example/debian",
        "http://archive.example/debian-security",
    ]
    assert list(from_lines(LINES)) == [
        "http://archive.example/debian",
        "https://apt.example/node",
    ]


@pytest.mark.parametrize(
    ("uri", "debian"),
    [
        ("http://archive.example/debian", True),
        ("http://archive.example/mirrors/debian/", True),
        ("http://archive.example/debian-security", False),
        ("https://apt.example/node", False),
    ],
)
def test_only_an_archive_of_debian_itself_will_do(uri: str, debian: bool) -> None:
    assert is_debian(uri) is debian
