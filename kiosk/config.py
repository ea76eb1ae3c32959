"""Every setting of a kiosk: name, type, default, what is allowed and one line of doc, once.

A kiosk is brittle here on purpose: an unknown or wrong setting stops it while the technician is
still there, with a message that names file, setting, value and what is allowed.
"""

import difflib
import tomllib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from kiosk import wire
from kiosk.errors import SenyumError

DEFAULT_FILE: Final = Path("/etc/senyum/kiosk.toml")
PINS_FILE: Final = Path(__file__).with_name("pins.toml")
_USUAL_FACES: Final = ("frown", "neutral", "smile")


class ConfigError(SenyumError, ValueError):
    """A setting is unknown, missing or has a value that is not allowed."""


# ---------------------------------------------------------------- the settings


def _says(doc: str, allowed: str, **limits: Any) -> Meta:
    return Meta(description=doc, extra={"allowed": allowed}, **limits)


def _slug(doc: str) -> Meta:
    return _says(doc, f"lower-case letters and digits, joined by '-', at most {wire.MAX_SLUG}")


def _public_key(doc: str) -> Meta:
    return _says(doc, "64 hexadecimal digits in lower case", pattern=r"\A([0-9a-f]{64})?\Z")


def _given(doc: str, allowed: str) -> Meta:
    return _says(doc, allowed, min_length=1)


def _between(low: int, high: int, doc: str, of: str = "") -> Meta:
    return _says(doc, f"a whole number{of} from {low} to {high}", ge=low, le=high)


def _ms(low: int, high: int, doc: str) -> Meta:
    return _between(low, high, doc, " of milliseconds")


class KioskSection(Struct, frozen=True):
    id: Annotated[wire.Slug, _slug("Name of this kiosk, and its client id at the broker.")]
    data_dir: Annotated[str, _given("Where votes and the signing key are kept.", "a folder")] = (
        "/var/lib/senyum"
    )
    run_dir: Annotated[str, _given("Where panel and uplink meet.", "a folder")] = "/run/senyum"


class CollectorSection(Struct, frozen=True):
    key: Annotated[str, _public_key("The collector's public key: whose receipts count.")] = ""
    next_key: Annotated[str, _public_key("The key that will follow it; accepted beside it.")] = ""


class BrokerSection(Struct, frozen=True):
    host: Annotated[str, _given("Where the MQTT broker listens.", "a host name or address")] = (
        "127.0.0.1"
    )
    port: Annotated[int, _between(1, 65535, "Port of the MQTT broker.")] = 1883
    user: Annotated[str, _says("User name at the broker; empty for none.", "a name")] = ""
    password_file: Annotated[str, _says("File with the password at the broker.", "a file")] = ""
    ca_file: Annotated[str, _says("CA that signed the broker; set: TLS is used.", "a file")] = ""
    cert_file: Annotated[str, _says("The kiosk's certificate for TLS.", "a file")] = ""
    key_file: Annotated[str, _says("The private key of `cert_file`.", "a file")] = ""
    keepalive_s: Annotated[
        int, _between(5, 600, "A connection silent for so long is tested.", " of seconds")
    ] = 30


class PanelSection(Struct, frozen=True):
    question: Annotated[wire.Slug, _slug("What the citizen is asked.")] = "pelayanan"
    faces: Annotated[
        tuple[wire.Slug, ...],
        _says("The faces, least favourable first.", "2 to 8 slugs", min_length=2, max_length=8),
    ] = _USUAL_FACES
    debounce_ms: Annotated[int, _ms(5, 100, "A contact counts once it is stable so long.")] = 20
    decide_ms: Annotated[int, _ms(20, 1000, "A button held so long has decided its vote.")] = 120
    settle_ms: Annotated[int, _ms(500, 60_000, "After a vote the next one waits so long.")] = 3000
    stuck_ms: Annotated[int, _ms(2000, 600_000, "A button down so long is stuck.")] = 10_000
    chord_ms: Annotated[
        int, _ms(1000, 60_000, "First and last face held together so long: test mode.")
    ] = 5000
    test_ms: Annotated[int, _ms(5000, 3_600_000, "Test mode ends by itself after so long.")] = (
        120_000
    )


Pin = Annotated[int, Meta(ge=2, le=27)]
_PINS_ALLOWED: Final = "BCM numbers from 2 to 27, each used once"


class BuzzerPin(Struct, frozen=True, forbid_unknown_fields=True):
    pin: Pin


class PinsSection(Struct, frozen=True):
    buttons: Annotated[dict[str, Pin], _says("Pin of each face's button.", _PINS_ALLOWED)]
    lamps: Annotated[dict[str, Pin], _says("Pin of each face's lamp.", _PINS_ALLOWED)]
    buzzer: Annotated[BuzzerPin, _says("Pin of the buzzer: { pin = 12 }.", _PINS_ALLOWED)]


class Config(Struct, frozen=True):
    kiosk: KioskSection
    collector: CollectorSection
    broker: BrokerSection
    panel: PanelSection
    pins: PinsSection

    @property
    def epochs(self) -> Path:
        return Path(self.kiosk.data_dir, "epochs")

    @property
    def told(self) -> Path:
        """The settings that came from afar."""
        return Path(self.kiosk.data_dir, "config.msg")

    @property
    def obeyed(self) -> Path:
        """Commands that were obeyed in this boot."""
        return Path(self.kiosk.run_dir, "obeyed")

    @property
    def socket(self) -> Path:
        return Path(self.kiosk.run_dir, "panel.sock")

    def receipt_keys(self) -> tuple[str, ...]:
        """Public keys whose receipts are believed; raises ConfigError when there is none."""
        keys = tuple(key for key in (self.collector.key, self.collector.next_key) if key)
        if not keys:
            raise ConfigError(
                "collector.key is missing, so no receipt could be believed. "
                "`senyum-collector kiosk add` prints the lines to put into the kiosk's file"
            )
        return keys


# ---------------------------------------------------------------- what can be set


class Setting(NamedTuple):
    section: str
    name: str
    type: str
    default: object  # None: it must be given
    allowed: str
    doc: str

    def read(self, value: object, file: Path) -> object:
        """`value` as its type; raises ConfigError."""
        try:
            return msgspec.convert(value, _field(_SECTIONS[self.section], self.name).type)
        except msgspec.ValidationError as error:
            raise ConfigError(
                f"{file}: {self.section}.{self.name} = {value!r} is not allowed; "
                f"allowed: {self.allowed}. {self.doc}"
            ) from error


_SECTIONS: Final[dict[str, type[Struct]]] = get_type_hints(Config)


_TOML_TYPE: Final = {"str": "string", "int": "integer", "tuple": "array"}


def settings() -> list[Setting]:
    """Every setting there is, in the order in which they are declared."""
    return [
        _described(section, field)
        for section, struct in _SECTIONS.items()
        for field in msgspec.structs.fields(struct)
    ]


def _described(section: str, field: msgspec.structs.FieldInfo) -> Setting:
    meta = field.type.__metadata__[-1]
    default = field.default
    if section == "pins":
        default = board(_USUAL_FACES)[field.name]
    return Setting(
        section,
        field.name,
        _TOML_TYPE.get(getattr(field.type.__origin__, "__name__", ""), "table"),
        None if default is NODEFAULT else default,
        meta.extra["allowed"],
        meta.description,
    )


def _field(section: type[Struct], name: str) -> msgspec.structs.FieldInfo:
    return next(field for field in msgspec.structs.fields(section) if field.name == name)


def board(faces: Iterable[str]) -> dict[str, Any]:
    """The pins of a box with these faces; those of three where the table has no such box."""
    return boxes().get(tuple(faces), boxes()[_USUAL_FACES])


def boxes() -> dict[tuple[str, ...], dict[str, Any]]:
    """Each box of the table by its faces, least favourable first."""
    table = tomllib.loads(PINS_FILE.read_text(encoding="utf-8"))
    usual = {name: table.pop(name) for name in ("buttons", "lamps", "buzzer")}
    return {
        tuple(box["buttons"]): box for box in (usual, *(usual | more for more in table.values()))
    }


# ---------------------------------------------------------------- reading a file


def load(file: Path) -> Config:
    """The settings in `file`; raises ConfigError for anything that is not right."""
    tables = _tables(file)
    panel: PanelSection = _section(file, "panel", tables.get("panel", {}))
    tables["pins"] = board(panel.faces) | tables.get("pins", {})
    chosen = {section: _section(file, section, tables.get(section, {})) for section in _SECTIONS}
    config = Config(**chosen)
    _check(file, config)
    return config


def _tables(file: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{file}: there is no such file. `senyum-collector kiosk add` prints what belongs into"
            " it; --config names another"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{file}: cannot be read as TOML: {error}") from error
    for section, table in tables.items():
        if section not in _SECTIONS:
            raise ConfigError(f"{file}: there is no section [{section}]{_near(section, _SECTIONS)}")
        if not isinstance(table, dict):
            raise ConfigError(f"{file}: {section} = {table!r} must be a table: [{section}]")
    return tables


def _section(file: Path, section: str, table: dict[str, Any]) -> Any:
    known = {setting.name: setting for setting in settings() if setting.section == section}
    for name in table:
        if name not in known:
            raise ConfigError(f"{file}: there is no setting {section}.{name}{_near(name, known)}")
    for setting in known.values():
        if setting.default is None and setting.name not in table:
            raise ConfigError(
                f"{file}: {section}.{setting.name} is missing; "
                f"allowed: {setting.allowed}. {setting.doc}"
            )
    return _SECTIONS[section](**{name: known[name].read(table[name], file) for name in table})


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(names)}"


# ---------------------------------------------------------------- what must fit together


def _check(file: Path, config: Config) -> None:
    _check_faces(file, config)
    _check_pins(file, config.pins)
    _check_times(file, config.panel)
    _check_tls(file, config.broker)


def _check_faces(file: Path, config: Config) -> None:
    faces = config.panel.faces
    if len(set(faces)) != len(faces):
        raise ConfigError(f"{file}: panel.faces = {list(faces)}: each face stands there once")
    _check_kind(file, faces)
    for name, pins in (("buttons", config.pins.buttons), ("lamps", config.pins.lamps)):
        if set(pins) != set(faces):
            raise ConfigError(
                f"{file}: pins.{name} is for {', '.join(pins)}; "
                f"allowed: exactly the faces in panel.faces, {', '.join(faces)}"
            )


def _check_kind(file: Path, faces: tuple[str, ...]) -> None:
    """Of boxes that the table of pins knows: one kind, and in its order.

    In another order a correction would go upwards, and a clerk could erase a frown; no index holds
    the votes of two kinds.
    """
    kinds = [box for box in boxes() if set(box) & set(faces)]
    if len(kinds) > 1:
        raise ConfigError(
            f"{file}: panel.faces = {list(faces)} mixes two kinds of boxes; "
            f"allowed: {' or '.join(str(list(box)) for box in kinds)}"
        )
    ordered = [face for box in kinds for face in box if face in faces]
    if kinds and ordered != [face for face in faces if face in kinds[0]]:
        raise ConfigError(f"{file}: panel.faces = {list(faces)}; allowed: {ordered}")


def _check_pins(file: Path, pins: PinsSection) -> None:
    owner: dict[int, str] = {}
    for name, pin in _named_pins(pins):
        if pin in owner:
            raise ConfigError(
                f"{file}: pins.{name} = {pin} is taken by pins.{owner[pin]}; "
                f"allowed: {_PINS_ALLOWED}"
            )
        owner[pin] = name


def _named_pins(pins: PinsSection) -> Iterable[tuple[str, int]]:
    for face, pin in pins.buttons.items():
        yield f"buttons.{face}", pin
    for face, pin in pins.lamps.items():
        yield f"lamps.{face}", pin
    yield "buzzer.pin", pins.buzzer.pin


def _check_times(file: Path, panel: PanelSection) -> None:
    order = ("debounce_ms", "decide_ms", "settle_ms")
    for shorter, longer in pairwise(order):
        if getattr(panel, shorter) >= getattr(panel, longer):
            raise ConfigError(
                f"{file}: panel.{shorter} = {getattr(panel, shorter)} is not allowed; "
                f"allowed: less than panel.{longer} = {getattr(panel, longer)}"
            )


def _check_tls(file: Path, broker: BrokerSection) -> None:
    if bool(broker.cert_file) != bool(broker.key_file):
        raise ConfigError(f"{file}: broker.cert_file and broker.key_file belong together")
    if broker.cert_file and not broker.ca_file:
        raise ConfigError(f"{file}: broker.cert_file needs broker.ca_file, which turns TLS on")
    if broker.password_file and not broker.user:
        raise ConfigError(f"{file}: broker.password_file needs broker.user")
