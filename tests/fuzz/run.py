"""`python -m tests.fuzz.run TARGET [libFuzzer's options]`: one target, until its time is over."""

import sys

import atheris

# Only ours: with the libraries instrumented too, it is slow and learns their code.
with atheris.instrument_imports(
    include=["kiosk", "collector", "tests.independent", "json", "tomllib"]
):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
