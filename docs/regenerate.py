"""Writes commands.md, settings.md and check.md anew from the code: `python docs/regenerate.py`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

import collector.cli
import collector.config
import kiosk.config
from kiosk.check import guide
from kiosk.commands import senyum_kiosk
from kiosk.signals import READ_OUT, SAYS, SIGNALS, Step

FOLDER = Path(__file__).parent
WIDTH = 96

PROGRAMS: dict[str, click.Command] = {
    "senyum-kiosk": senyum_kiosk,
    "senyum-collector": collector.cli.main,
}

COMMANDS_HEAD = """\
# Commands

What `--help` prints, of every command.
Written by `python docs/regenerate.py`, not by hand; a test compares.
"""

SETTINGS_HEAD = f"""\
# Settings

Written by `python docs/regenerate.py`, not by hand; a test compares. An unknown or wrong
setting stops the program, with a message that names file, setting, value and what is allowed.

## Kiosk

TOML file, `{kiosk.config.DEFAULT_FILE}` unless `--config` says otherwise.
`senyum-collector kiosk add` prints one.

"""

COLLECTOR_HEAD = f"""
## Collector

TOML file, `{collector.config.DEFAULT_FILE}` unless `--config` says otherwise; without it,
the defaults. A variable `SENYUM_<SECTION>_<SETTING>` in the environment comes before the file:
`SENYUM_WEB_PORT=8080`. Secrets are not settings: a setting names the file that holds one.

"""


# ---------------------------------------------------------------- commands


def commands() -> str:
    """docs/commands.md as it should be."""
    pages = (page(context) for program in PROGRAMS for context in walk(program))
    return "\n".join([COMMANDS_HEAD, *pages])


def walk(program: str) -> Iterator[click.Context]:
    """The program and every command below it, depth first."""
    yield from _below(_context(PROGRAMS[program], program, None))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None:
                yield from _below(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)


def page(context: click.Context) -> str:
    level = "##" if context.parent is None else "###"
    text = context.command.get_help(context)
    return f"{level} {context.command_path}\n\n```text\n{text}\n```\n"


# ---------------------------------------------------------------- settings


def settings() -> str:
    """docs/settings.md as it should be."""
    return SETTINGS_HEAD + _of_kiosk() + COLLECTOR_HEAD + _of_collector()


def _of_kiosk() -> str:
    rows = ["| setting | default | allowed | |", "|---|---|---|---|"]
    for setting in kiosk.config.settings():
        default = _value(setting.default)
        name = f"`{setting.section}.{setting.name}`"
        rows.append(f"| {name} | {default} | {setting.allowed} | {setting.doc} |")
    return "\n".join(rows) + "\n" + _of_other_boxes()


def _of_other_boxes() -> str:
    """What the defaults are where panel.faces names another box of the table of pins."""
    _usual, *others = kiosk.config.boxes().items()
    lines = [
        f"\nWith `panel.faces = {json.dumps(faces)}` the default of `pins.buttons` is"
        f" {_value(box['buttons'])} and that of `pins.lamps` {_value(box['lamps'])}.\n"
        for faces, box in others
    ]
    return "".join(lines)


def _of_collector() -> str:
    rows = ["| setting | type | default | |", "|---|---|---|---|"]
    for setting in collector.config.settings():
        default = _value(setting.default)
        name = f"`{setting.section}.{setting.name}`"
        rows.append(f"| {name} | {setting.type} | {default} | {setting.doc} |")
    return "\n".join(rows) + "\n"


def _value(default: object) -> str:
    match default:
        case None:
            return "must be given"
        case "":
            return "none"
        case dict():
            inside = ", ".join(f"{key} = {value}" for key, value in default.items())
            return f"`{{ {inside} }}`"
        case _:
            return f"`{json.dumps(default, ensure_ascii=False)}`"


# ---------------------------------------------------------------- the technician's check

CHECK_HEAD = """\
# Is this kiosk well?

Written by `python docs/regenerate.py` from the code that tries it; a test compares.

## With a laptop

On the kiosk, as root, and with the panel stopped so that its pins and its votes are free:

```
systemctl stop senyum-panel
senyum-kiosk check
systemctl start senyum-panel
```

A line begins with `ok`, with `!!` if something is wrong, or with `--` if it was not tried;
below it stands what to do. It stops where the way to the collector is blocked. On a terminal it
then asks for each button in turn (a picture of the box shows which are down), lights each lamp
and sounds the buzzer. Ctrl-C ends it; lamps are dark then. Beside a running panel all is tried
but buttons, lamps, buzzer and test vote.

The test vote is a row like every other, with `test: true`: it counts nowhere. If its receipt
does not come it waits among the others, and the panel sends it.

| ends with | |
|---|---|
| 0 | all is well |
| 1 | something is wrong |
| 2 | nothing is wrong, something was not tried; or the command line was not understood |

`--no-hands` leaves out what needs somebody at the box, as does a run without a terminal.
`--json` prints an array of objects, in this order: `name` (below), `ok` (true, false, or null
for not tried), `said` and `do` (for people, may change; `do` is empty where there is nothing to
do).

| line | tries | if it is wrong, mostly |
|---|---|---|
"""

CHORD_HEAD = """
## Without a laptop: the test chord

The panel goes on working; what is pressed meanwhile is stored with `test: true`.

| do | all is well | trouble |
|---|---|---|
"""

READ_OUT_HEAD = """
In test mode the lamps read out, again and again, how the kiosk is. After the presses above, the
middle lamp's long flash is the collector's receipt for them.

| lamp | one long flash | two short ones | three short ones |
|---|---|---|---|
"""

SIGNALS_HEAD = """
## What lamps and buzzer say

By place and rhythm, never by colour. A tone is the buzzer's; *pressed* is the lamp of the pressed
face; *first*, *middle* and *last* are lamps as they stand, the least favourable
first; of four, the middle one is the third.

| signal | in order | says |
|---|---|---|
"""


def check() -> str:
    """docs/check.md as it should be."""
    lines = [f"| `{name}` | {entry.tries} | {entry.wrong} |" for name, entry in guide.LINES.items()]
    deeds = [f"| {deed.do} | {deed.well} | {deed.trouble} |" for deed in guide.CHORD]
    lamps = [f"| {' | '.join(word or '–' for word in reading)} |" for reading in READ_OUT]
    signs = [f"| `{name}` | {rhythm(steps)} | {SAYS[name]} |" for name, steps in SIGNALS.items()]
    parts = (
        (CHECK_HEAD, lines),
        (CHORD_HEAD, deeds),
        (READ_OUT_HEAD, lamps),
        (SIGNALS_HEAD, signs),
    )
    return "".join(head + "\n".join([*rows, ""]) for head, rows in parts)


def rhythm(steps: Sequence[Step]) -> str:
    """A signal's steps in words; what comes again and again stands there once."""
    words = [_step(step) for step in steps]
    for begin in range(len(words)):
        rest = words[begin:]
        for period in range(1, len(rest) // 2 + 1):
            times, over = divmod(len(rest), period)
            if not over and rest == times * rest[:period]:
                return ", ".join([*words[:begin], f"{times} × ({', '.join(rest[:period])})"])
    return ", ".join(words)


def _step(step: Step) -> str:
    place = "dark" if step.lamps == "none" else step.lamps
    return f"{place}{' with a tone' if step.buzzer else ''} {step.ms / 1000:g} s"


# ---------------------------------------------------------------- files

PAGES = {"commands.md": commands, "settings.md": settings, "check.md": check}


def main() -> None:
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
