"""What is built for the virtual machine is built once, and whole or not at all."""

from pathlib import Path

import pytest

from tests.vm import cache, firmware


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def write(folder: Path) -> None:
    (folder / "built").touch()


def fail(folder: Path) -> None:
    write(folder)
    raise OSError("no room")


def test_a_version_is_built_once() -> None:
    first = cache.built("image", "1", write)
    assert (first / "built").exists()
    assert cache.built("image", "1", fail) == first


def test_a_build_that_fails_leaves_nothing_to_be_taken_for_it() -> None:
    with pytest.raises(OSError, match="no room"):
        cache.built("image", "1", fail)
    assert [path for path in cache.folder().iterdir() if path.is_dir()] == []
    assert (cache.built("image", "1", write) / "built").exists()


def test_old_versions_make_room() -> None:
    for version in "12345":
        last = cache.built("image", version, write)
    assert last.exists()
    assert len(list(cache.folder().glob("image-*"))) == cache.KEPT


def test_a_hash_tells_words_names_modes_and_contents_apart(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    seen = {cache.digest([], [file]), cache.digest(["word"], [file])}
    file.chmod(0o755)
    seen.add(cache.digest([], [file]))
    file.write_text("b")
    seen.add(cache.digest([], [file]))
    seen.add(cache.digest([], [file.rename(tmp_path / "other")]))
    assert len(seen) == 5


def test_what_is_installed_can_be_told_by_a_hash() -> None:
    """A folder among the units, such as that of the packages, is told by what is in it."""
    names = {source.name for source in firmware.sources()}
    assert {"senyum-panel.service", "nfpm.yaml", "pack.py", "pins.toml"} <= names
    assert len(cache.digest([], firmware.sources())) == 16
