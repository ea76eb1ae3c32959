"""What each line of the check means: for docs/check.md, which is written from here."""

from typing import Final, NamedTuple


class Entry(NamedTuple):
    tries: str
    wrong: str  # what it most often is


# By the name of the line, in the order in which they come. FACE stands for each face.
LINES: Final[dict[str, Entry]] = {
    "settings": Entry(
        "the file is there, and every setting has a value that is allowed",
        "a slip of the pen: the line names setting, value and what is allowed",
    ),
    "collector": Entry(
        "the key of the collector whose receipts are believed",
        "the lines that `senyum-collector kiosk add` printed are not in the file yet",
    ),
    "key": Entry(
        "this kiosk has a signing key, and nobody but the panel's user may read it",
        "`senyum-kiosk key` was not run yet, or was run as another user",
    ),
    "pins": Entry(
        "a chip with a Raspberry Pi's header is there, and may be used",
        "run by a user without the group gpio; or not a Pi",
    ),
    "disk": Entry(
        "five rows' worth is written and forced to the card; the median time",
        "a worn or counterfeit card; a full one",
    ),
    "room": Entry("room on the card", "other programs' files; a card that is too small"),
    "wear": Entry("how much of the card's life is used, where it tells", "change it soon"),
    "voltage": Entry(
        "the supply was never too weak since boot, where the board tells",
        "a phone charger, or a long thin cable",
    ),
    "temperature": Entry("the board is not too hot", "sun, or vents that are closed"),
    "clock": Entry(
        "the clock has been set from the network since boot",
        "NTP is blocked. Votes count nevertheless; the collector dates them",
    ),
    "wifi": Entry(
        "the Wi-Fi, where one is in use, is stronger than -75 dBm",
        "too far from the access point, or metal between",
    ),
    "name": Entry("the broker's name has an address", "no network, or a wrong broker.host"),
    "port": Entry("something answers there", "the broker is down, or a firewall stands between"),
    "tls": Entry(
        "the broker proves that it is the one, by a certificate that holds 30 days more",
        "a wrong broker.ca_file, a wrong name, a clock in 1970, a certificate about to end",
    ),
    "login": Entry(
        "the broker lets this kiosk in and lets it hear what is meant for it",
        "password, or an account that the broker does not know",
    ),
    "vote": Entry(
        "a test vote is stored, signed, sent, and has its signed receipt, however many votes wait "
        "before it. Beside a running panel: all of the panel's votes have their receipt",
        "the collector is down, uses another broker, or has not approved this kiosk's key",
    ),
    "button-FACE": Entry(
        "the button answers, alone, comes up again, and does not bounce beyond the debounce time",
        "a loose or exchanged wire, a worn contact, something on the button",
    ),
    "lamp-FACE": Entry(
        "you see it shine, and no other", "a loose or exchanged wire, the lamp turned round"
    ),
    "buzzer": Entry("you hear it", "plus and minus exchanged"),
    "hands": Entry(
        "only where buttons, lamps and buzzer could not be tried: why",
        "the panel is running, and holds the pins",
    ),
}


class Deed(NamedTuple):
    do: str
    well: str
    trouble: str


# Without a screen, while the panel is at work: buttons, lamps and buzzer are the screen.
CHORD: Final[tuple[Deed, ...]] = (
    Deed(
        "hold the first and the last face for 5 s: frown and smile, or bad and great",
        "all lamps, then the first, then the last: test mode",
        "nothing: one of the two buttons does not answer, or the panel is not running; a lamp "
        "that stays dark is the lamp's own wire",
    ),
    Deed(
        "press each face once, and wait until it has answered",
        "one tone, then the pressed lamp: button, lamp, buzzer and card are well",
        "another lamp: exchanged wires. No tone: the buzzer. All lamps, a long tone and three "
        "flashes: the card takes no vote. No answer: the button",
    ),
    Deed(
        "hold the two for 5 s again",
        "the read-out ends, and nothing that you pressed counts",
        "it ends by itself after 2 minutes",
    ),
)


def entry(name: str) -> Entry:
    """Of a line; raises KeyError for one that the guide does not know."""
    kind, _, face = name.partition("-")
    return LINES[f"{kind}-FACE" if face else name]
