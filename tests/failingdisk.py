"""A disk that fails now and then, for one process: libfiu makes fsync and fdatasync say EIO."""

from pathlib import Path

from tests.notrun import not_run

LIBRARIES = Path("/usr/lib")


def failing(share: float) -> dict[str, str]:
    """The environment of a process of whose syncs this share fails, as `fiu-run` would set it."""
    found = sorted(LIBRARIES.glob("**/fiu_posix_preload.so"))
    if not found:
        not_run("libfiu is not installed (apt-get install fiu-utils)")
    folder = found[0].parent
    return {
        "FIU_ENABLE": f"enable_random name=posix/io/sync/*,probability={share}",
        "LD_PRELOAD": f"{folder}/fiu_run_preload.so {folder}/fiu_posix_preload.so",
    }
