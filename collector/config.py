"""Every setting of the collector: name, type, default and one line of doc, here and nowhere else.

A TOML file has one table per section; `SENYUM_<SECTION>_<KEY>` in the environment overrides it.
Secrets are never settings: a setting names the file that holds one.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from collector.errors import CollectorError

DEFAULT_FILE: Final = Path("/etc/senyum/collector.toml")

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]
_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"


class ConfigError(CollectorError, ValueError):
    """A setting is unknown or has a value that is not allowed."""


class CollectorSection(Struct, frozen=True):
    data_dir: Annotated[str, Meta(description="Folder of the ledger, keys and secrets.")] = (
        "/var/lib/senyum-collector"
    )
    zone: Annotated[str, Meta(description="Time zone in which days are cut.")] = "Asia/Makassar"


class BrokerSection(Struct, frozen=True):
    host: Annotated[str, Meta(description="Where the MQTT broker listens.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of the MQTT broker.")] = 1883
    user: Annotated[str, Meta(description="User name at the broker; empty for none.")] = ""
    password_file: Annotated[str, Meta(description="File with the password at the broker.")] = ""
    ca_file: Annotated[str, Meta(description="CA that signed the broker; set: TLS is used.")] = ""
    cert_file: Annotated[str, Meta(description="The collector's certificate for TLS.")] = ""
    key_file: Annotated[str, Meta(description="The private key of `cert_file`.")] = ""
    client_id: Annotated[
        str, Meta(description="The collector's name at the broker; no other client has it.")
    ] = "senyum-collector"
    keepalive_s: Annotated[
        int, Meta(ge=5, le=600), Meta(description="A connection silent for so long is tested, s.")
    ] = 30


class IngestSection(Struct, frozen=True):
    settle_ms: Annotated[
        Positive, Meta(description="Longest time between a vote and its correction, ms.")
    ] = 3000
    drain_messages: Annotated[
        Positive, Meta(description="At most so many messages in one transaction.")
    ] = 2000
    drain_ms: Annotated[
        Positive, Meta(description="At most so long is gathered for one transaction, ms.")
    ] = 50


class QuarantineSection(Struct, frozen=True):
    kiosk_bytes: Annotated[
        Positive, Meta(description="Refused bytes kept of one kiosk; held votes likewise.")
    ] = 4 * 1024 * 1024
    total_bytes: Annotated[
        Positive, Meta(description="Refused bytes kept altogether; held votes likewise.")
    ] = 64 * 1024 * 1024
    kiosk_per_hour: Annotated[
        Positive, Meta(description="Refused messages of one kiosk kept in an hour.")
    ] = 120
    total_per_hour: Annotated[
        Positive, Meta(description="Refused messages kept altogether in an hour.")
    ] = 2000
    payload_bytes: Annotated[
        Positive, Meta(description="A refused payload is cut to so many bytes.")
    ] = 8 * 1024


class WebSection(Struct, frozen=True):
    host: Annotated[str, Meta(description="Address on which the web pages listen.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="Port of the web pages.")] = 8000
    address: Annotated[
        str, Meta(description="Where citizens find the pages, for posters: https://….go.id.")
    ] = ""
    second_step: Annotated[
        bool,
        Meta(description="District users log in with a code from their phone as well."),
    ] = True


class BackupSection(Struct, frozen=True):
    folder: Annotated[
        str,
        Meta(description="Where backups are kept, best on another disk; empty: the data folder."),
    ] = ""
    keep_days: Annotated[
        int, Meta(ge=1, le=30, description="Older backups are removed, save the last good one.")
    ] = 14
    max_age_hours: Annotated[
        Positive, Meta(description="The newest backup may be so old, or the drill fails.")
    ] = 26


class ReportSection(Struct, frozen=True):
    to: Annotated[
        str, Meta(description="Who gets each period's public report by mail; empty: nobody.")
    ] = ""


class MailSection(Struct, frozen=True):
    host: Annotated[str, Meta(description="The server that takes mail; empty: none is sent.")] = ""
    port: Annotated[Port, Meta(description="Its port: 587 for starttls, 465 for tls.")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="How the connection is encrypted: starttls, tls or none."),
    ] = "starttls"
    ca_file: Annotated[
        str, Meta(description="CA that signed the mail server; empty: those of the system.")
    ] = ""
    user: Annotated[str, Meta(description="User name at the mail server; empty for none.")] = ""
    password_file: Annotated[
        str, Meta(description="File with the password at the mail server.")
    ] = ""
    sender: Annotated[str, Meta(description="The address from which letters come.")] = ""
    to: Annotated[str, Meta(description="Who is told when something needs somebody.")] = ""
    witness_to: Annotated[
        str, Meta(description="The other office, which keeps the witness files.")
    ] = ""


class AlertsSection(Struct, frozen=True):
    recipients_file: Annotated[
        str, Meta(description="Who is told, and how; empty: alerts.toml in the data folder.")
    ] = ""
    quiet_from: Annotated[
        str, Meta(pattern=_CLOCK, description="From this hour on nobody is told anything.")
    ] = "17:00"
    quiet_until: Annotated[
        str, Meta(pattern=_CLOCK, description="Until this hour nobody is told anything.")
    ] = "07:00"
    digest_at: Annotated[
        str, Meta(pattern=_CLOCK, description="The daily letter goes out at this hour.")
    ] = "07:30"
    unheard_minutes: Annotated[
        Positive, Meta(description="A kiosk may be unheard so long in service hours, min.")
    ] = 60
    disk_free_mb: Annotated[
        Positive, Meta(description="So much is free at least on the ledger's disk, MB.")
    ] = 2000
    refused_a_day: Annotated[
        Positive, Meta(description="So many refused messages of one kiosk in a day are too many.")
    ] = 20


class Config(Struct, frozen=True):
    collector: CollectorSection = CollectorSection()
    broker: BrokerSection = BrokerSection()
    ingest: IngestSection = IngestSection()
    quarantine: QuarantineSection = QuarantineSection()
    web: WebSection = WebSection()
    backup: BackupSection = BackupSection()
    mail: MailSection = MailSection()
    report: ReportSection = ReportSection()
    alerts: AlertsSection = AlertsSection()

    @property
    def data_dir(self) -> Path:
        return Path(self.collector.data_dir)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.collector.zone)

    @property
    def ledger(self) -> Path:
        return self.data_dir / "ledger.db"

    @property
    def backups(self) -> Path:
        return Path(self.backup.folder) if self.backup.folder else self.data_dir / "backups"

    @property
    def recipients(self) -> Path:
        """Who is told of alerts; it holds passwords."""
        file = self.alerts.recipients_file
        return Path(file) if file else self.data_dir / "alerts.toml"

    @property
    def signing_key(self) -> Path:
        """The key that signs receipts: kiosks pin its public half."""
        return self.data_dir / "collector.key"


class Setting(NamedTuple):
    section: str
    name: str
    type: str
    default: str | int
    doc: str

    def read(self, value: object, where: str) -> str | int:
        """`value` if it is allowed here; a text is read as what the setting needs."""
        section = _SECTIONS[self.section]
        strict = not isinstance(value, str)
        try:
            read = msgspec.convert({self.name: value}, section, strict=strict)
        except msgspec.ValidationError as error:
            what = str(error).partition(" - at ")[0]
            raise ConfigError(
                f"{where}: {self.section}.{self.name} = {value!r}: {what}. {self.doc}"
            ) from error
        return getattr(read, self.name)  # type: ignore[no-any-return]


_SECTIONS: Final[dict[str, type[Struct]]] = get_type_hints(Config)


def settings() -> list[Setting]:
    """Every setting there is, in the order in which they are declared."""
    return [
        Setting(section, field.name, type(field.default).__name__, field.default, _doc(field.type))
        for section, struct in _SECTIONS.items()
        for field in msgspec.structs.fields(struct)
    ]


def values(config: Config) -> dict[str, str | int]:
    """Section and name of every setting → its value. None is a secret: those are in files."""
    return {
        f"{setting.section}.{setting.name}": getattr(getattr(config, setting.section), setting.name)
        for setting in settings()
    }


def _doc(annotated: Any) -> str:
    """The one line of doc: the description that stands last in the annotation."""
    return str(annotated.__metadata__[-1].description)


_SETTINGS: Final = {(setting.section, setting.name): setting for setting in settings()}
_PREFIX: Final = "SENYUM_"


def load(file: Path | None, environment: Mapping[str, str], data_dir: Path | None) -> Config:
    """The settings of `file` (none: DEFAULT_FILE if there is one), overridden by the others.

    Raises ConfigError, which names file or variable, setting, value and what is allowed.
    """
    chosen: dict[str, dict[str, str | int]] = {section: {} for section in _SECTIONS}
    given = [*_from_file(file), *_from_environment(environment)]
    if data_dir is not None:
        given.append(("--data", "collector", "data_dir", str(data_dir)))
    for where, section, name, value in given:
        chosen[section][name] = _setting(where, section, name).read(value, where)
    _check_zone(str(chosen["collector"].get("zone", CollectorSection().zone)))
    return msgspec.convert(chosen, Config)


_Given = tuple[str, str, str, object]  # where it was said, section, name, value


def _from_file(file: Path | None) -> Iterator[_Given]:
    where = str(file or DEFAULT_FILE)
    for section, table in _tables(file).items():
        if not isinstance(table, dict):
            raise ConfigError(f"{where}: {section} stands outside of a [section]")
        for name, value in table.items():
            yield where, section, name, value


def _tables(file: Path | None) -> dict[str, object]:
    if file is None and not DEFAULT_FILE.exists():
        return {}
    try:
        return tomllib.loads((file or DEFAULT_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: there is no such file") from error
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{file or DEFAULT_FILE}: cannot be read as TOML: {error}") from error


def _from_environment(environment: Mapping[str, str]) -> Iterator[_Given]:
    for variable, value in environment.items():
        section, _, name = variable.removeprefix(_PREFIX).lower().partition("_")
        if variable.startswith(_PREFIX) and section in _SECTIONS:
            yield variable, section, name, value


def _setting(where: str, section: str, name: str) -> Setting:
    if section not in _SECTIONS:
        raise ConfigError(f"{where}: there is no section [{section}]{_near(section, _SECTIONS)}")
    if (section, name) not in _SETTINGS:
        names = [setting.name for setting in _SETTINGS.values() if setting.section == section]
        raise ConfigError(f"{where}: there is no setting {section}.{name}{_near(name, names)}")
    return _SETTINGS[section, name]


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(names)}"


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"collector.zone = {zone!r} is not a time zone; for Kabupaten Banjar: Asia/Makassar"
        ) from error
