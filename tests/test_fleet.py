"""The collector of the tests itself: it may be collected anywhere, and nothing fails of it."""

import gc
import sys
import threading
from pathlib import Path

from .fleet import TestCollector


def test_a_collector_that_another_thread_collects_fails_no_test(
    tmp_path: Path, monkeypatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    collector = TestCollector(tmp_path)
    collector.itself = collector  # type: ignore[attr-defined]  # a cycle, so that only gc ends it
    del collector
    thread = threading.Thread(target=gc.collect)
    thread.start()
    thread.join()
    assert not seen
