"""A log of writes is read as QEMU writes it, and gives the states that a power cut may leave."""

import random
import struct
from pathlib import Path

from tests.vm.writelog import DISCARD, FLUSH, FUA, SECTOR, Write, WriteLog, states


def block(letter: str) -> bytes:
    return letter.encode() * SECTOR


def entry(sector: int, sectors: int, flags: int, data: bytes = b"") -> bytes:
    return struct.pack("<QQQQ", sector, sectors, flags, 0).ljust(SECTOR, b"\0") + data


def test_a_log_is_read_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(block("s") + entry(3, 1, 0, block("a")) + entry(0, 0, FLUSH))
    log = WriteLog(path)
    assert list(log.writes()) == [Write(3, 0, block("a")), Write(0, FLUSH, b"")]
    with path.open("ab") as more:
        more.write(entry(0, 8, DISCARD) + entry(5, 2, FUA, block("b")))
    assert list(log.writes())[2:] == [Write(0, DISCARD, b"")], "half an entry is none yet"
    with path.open("ab") as more:
        more.write(block("c"))
    assert log.writes()[-1] == Write(5, FUA, block("b") + block("c"))


def test_what_was_flushed_is_in_every_state_and_the_rest_may_be() -> None:
    base = 3 * block("-")
    writes = [
        Write(0, 0, block("a")), Write(0, FLUSH, b""), Write(1, 0, block("b")),
        Write(2, FUA, block("c")),
    ]  # fmt: skip
    seen = {
        (cut, "".join(chr(state[at * SECTOR]) for at in range(3)))
        for seed in range(20)
        for cut, state in states(base, writes, range(5), random.Random(seed))
    }
    assert seen == {
        (0, "---"), (1, "---"), (1, "a--"), (2, "a--"), (3, "a--"), (3, "ab-"),
        (4, "a-c"), (4, "abc"),
    }  # fmt: skip
