"""An installed kiosk in the machine, with a broker and a collector on the host."""

import json
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from kiosk import signals
from tests.brokers import Mosquitto
from tests.vm.image import image
from tests.vm.kernel import run
from tests.vm.machine import ANSWER_SECONDS, GUEST_BROKER, GUEST_PORT, Machine, NotWithin
from tests.vm.reckoning import Reckoning
from tests.whole import Identity, Whole, until

FACES: Final = ("frown", "neutral", "smile")
DATA_SIZE: Final = "48M"
SERVICES: Final = ("senyum-panel.service", "senyum-uplink.service")
COUNTED: Final = {face: signals.state(signals.SIGNALS["counted"][0], FACES, face) for face in FACES}


class Installed(NamedTuple):
    machine: Machine
    whole: Whole  # broker and collector on the host, and the kiosk as the collector knows it


@contextmanager
def installed(
    folder: Path, more: Sequence[str] = (), data_writes: int | None = None
) -> Iterator[Installed]:
    """A kiosk that the collector knows, switched on; `more` and `data_writes` as for a Machine."""
    disk = image()
    with Mosquitto(folder) as broker, Whole(folder, broker, 1) as whole:
        (name,) = whole.names
        data = data_disk(folder / "data.img", folder / f"{name}.toml", folder / name)
        with Machine(
            disk, data, broker_port=broker.port, data_writes=data_writes, more=more
        ) as machine:
            boot(machine)
            yield Installed(machine, whole)


def boot(machine: Machine) -> None:
    machine.wait_until_booted()
    wait_until_works(machine)


def data_disk(target: Path, config: Path, data_dir: Path) -> Path:
    """A data partition with the settings of one kiosk and what it has kept so far."""
    files = target.with_suffix(".files")
    (files / "etc").mkdir(parents=True)
    (files / "etc/kiosk.toml").write_text(for_guest(config.read_text()))
    shutil.copytree(data_dir, files / "senyum")
    return blank_disk(target)


def blank_disk(target: Path) -> Path:
    """A data partition as it is before a kiosk has settings, or with what is in TARGET.files."""
    files = target.with_suffix(".files")
    for name in ("etc", "senyum", "systemd"):
        (files / name).mkdir(parents=True, exist_ok=True)
    run("truncate", "-s", DATA_SIZE, str(target))
    run("mke2fs", "-q", "-t", "ext4", "-L", "data", "-d", str(files), str(target))
    return target


def for_guest(config: str) -> str:
    """The same kiosk at its usual places, with the host's broker where the guest reaches it."""
    tables = tomllib.loads(config)
    tables["kiosk"] = {"id": tables["kiosk"]["id"]}
    # Long: what are seconds to the machine may be minutes to the broker.
    tables["broker"] |= {"host": GUEST_BROKER, "port": GUEST_PORT, "keepalive_s": 600}
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


def wait_until_works(machine: Machine) -> None:
    """Both units have told systemd that they are ready."""
    for service in SERVICES:
        try:
            machine.wait_for(f"{service} is active", f"systemctl is-active {service}", "active")
        except NotWithin as late:
            log = machine.run(f"journalctl -b -u {service} -o short-monotonic --no-pager | tail")
            raise NotWithin(f"{late}\n{log}") from None


def wait_until_sent(machine: Machine) -> None:
    """Every vote has its receipt."""
    machine.wait_for("no vote waits", f"{OUTBOX} | {_PICK}", "0")


OUTBOX: Final = "senyum-kiosk outbox --json"
_PICK: Final = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"queue\"])'"


def outbox(machine: Machine) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(machine.run(OUTBOX))
    return state


def kept(machine: Machine) -> list[Identity]:
    """Every vote on the kiosk's disk, in order."""
    state = outbox(machine)
    return [
        Identity(state["epoch"], vote["seq"], vote["face"], vote["time"]) for vote in state["votes"]
    ]


def confirmed(machine: Machine) -> list[str]:
    """The faces that the lamps said were counted, in order, as the eye saw them."""
    states = [(frozenset(seen["lamps"]), seen["buzzer"]) for seen in machine.seen]
    return [face for state in states for face in FACES if state == COUNTED[face]]


def vote(machine: Machine, face: str) -> None:
    """Press, and see the lamp confirm it."""
    before = len(confirmed(machine))
    machine.press(face)
    until(f"the lamp of {face}", lambda: confirmed(machine)[before:] == [face], ANSWER_SECONDS)


def reckon(kiosk: Installed, lamps: Sequence[str]) -> Reckoning:
    """Lamps, disk and ledger compared, after all is sent."""
    wait_until_sent(kiosk.machine)
    votes = kept(kiosk.machine)
    reckoning = Reckoning().after(lamps, [vote.face for vote in votes])
    return reckoning.in_ledger(votes, kiosk.whole.stored())
