"""The board: its pins, its voltage, its temperature, its clock."""

from typing import Final

from kiosk import chips
from kiosk.check.line import Line, fine, trouble
from kiosk.chips import Ask, NoChip
from kiosk.machine import Machine
from kiosk.wire import Moment

WEAK: Final = -75  # dBm: from here down connections break
HOT: Final = 80_000  # thousandths of a °C: from here a Pi slows itself down


def pins(ask: Ask = chips.ask) -> Line:
    try:
        chip = chips.header(ask=ask)
    except NoChip as error:
        return trouble("pins", str(error), "run as root, or as senyum-panel")
    return fine("pins", f"gpiochip{chip.number}, {chip.label}")


def voltage(machine: Machine) -> Line:
    if machine.voltage is None:
        return fine("voltage", "this board has no detector")
    if machine.voltage == "low":
        return trouble(
            "voltage", "it was too low since boot", "use the supply that belongs to the board"
        )
    return fine("voltage", "never too low since boot")


def temperature(machine: Machine) -> Line:
    if machine.temperature is None:
        return fine("temperature", "this board does not tell")
    said = f"{machine.temperature / 1000:.0f} °C"
    if machine.temperature >= HOT:
        return trouble("temperature", said, "out of the sun; open the vents")
    return fine("temperature", said)


def wifi(dbm: int | None) -> Line:
    if dbm is None:
        return fine("wifi", "no Wi-Fi in use, or it does not tell")
    if dbm < WEAK:
        return trouble("wifi", f"weak, {dbm} dBm", "move box or access point, or use a cable")
    return fine("wifi", f"{dbm} dBm")


def clock(now: Moment) -> Line:
    """Not set is no fault of the kiosk: votes are dated by the collector when they arrive."""
    if now.clock == "synced":
        return fine("clock", "set from the network")
    return trouble(
        "clock",
        "not set since boot",
        "votes count nevertheless; let NTP (port 123) through the office's network",
    )
