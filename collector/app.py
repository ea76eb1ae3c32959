"""What runs on one machine: the embedded broker, ingest and the web pages, each a process.

The web pages never share a process with ingest: whatever they do, votes are stored.
"""

from collections.abc import Sequence
from pathlib import Path

from collector.broker import LOOPBACK, Broker, BrokerError
from collector.config import BrokerSection, Config
from collector.programs import program
from collector.supervise import Child, Command


def one_machine(config: Config, options: Sequence[str], logs: Path | None = None) -> list[Child]:
    """The children in the order of their start; `options` lead each to the same settings.

    Their log lines go to stderr, or into files in the folder `logs`.
    """
    _require_embeddable(config.broker)
    return [
        Broker(config.data_dir / "broker", config.broker.port),
        *(_service(name, options, logs) for name in ("ingest", "web")),
    ]


def _service(name: str, options: Sequence[str], logs: Path | None) -> Command:
    log = logs / f"{name}.log" if logs else None
    return Command(name, [program("senyum-collector"), *options, name], log, log)


def _require_embeddable(broker: BrokerSection) -> None:
    """The embedded broker knows neither TLS nor users, which is why it stays on loopback."""
    asked = [name for name in ("user", "ca_file", "cert_file", "key_file") if getattr(broker, name)]
    if broker.host not in (LOOPBACK, "localhost"):
        asked.append("host")
    if asked:
        raise BrokerError(
            f"broker.{asked[0]} is set, but the embedded broker is for this machine alone;"
            " take the setting away, or start `ingest` and `web` beside a broker of your own"
        )
