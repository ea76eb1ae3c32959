"""`python -m bench [--json FILE]`: a table of what things cost here, and the same as JSON."""

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import audit, broker_to_rows, index_cost, pages, phone, press_to_row
from bench.broker_to_rows import Flow
from tests.brokers import Mosquitto

UNLIMITED = ("max_queued_messages 0", "max_inflight_messages 1000")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--json", type=Path, help="also write the figures to this file")
    chosen = arguments.parse_args()
    flows = _flows()
    latencies = _latencies()
    audits = _audits()
    costs = _costs()
    weights = _weights()
    phones = _phones()
    _show(flows, latencies)
    _show_audits(audits)
    _show_costs(costs)
    _show_weights(weights)
    phone.show(phones)
    figures = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "broker_to_rows": {name: flow._asdict() for name, flow in flows.items()},
        "press_to_row_ms": {name: latency._asdict() for name, latency in latencies.items()},
        "index_ms": {votes: cost._asdict() for votes, cost in costs.items()},
        "first_page": {votes: weight._asdict() for votes, weight in weights.items()},
        "phone_ms": {name: shown._asdict() for name, shown in phones.items()},
        "audit": {name: pace._asdict() for name, pace in audits.items()},
    }
    text = json.dumps(figures, indent=1)
    Console().print_json(text)
    if chosen.json is not None:
        chosen.json.write_text(text + "\n")


def _flows() -> dict[str, Flow]:
    flows: dict[str, Flow] = {}
    for name, votes, a_message in (
        ("tutorial, 1 vote a message", 5_000, 0),
        ("Kotak Senyum, 1 vote a message", 20_000, 1),
        ("Kotak Senyum, 10 votes a message", 100_000, 10),
        ("Kotak Senyum, 400 votes a message", 400_000, 400),
    ):
        with tempfile.TemporaryDirectory() as folder, Mosquitto(Path(folder), *UNLIMITED) as broker:
            if a_message:
                flows[name] = broker_to_rows.ours(Path(folder), broker, votes, a_message)
            else:
                flows[name] = broker_to_rows.tutorial(Path(folder), broker, votes)
    return flows


def _latencies() -> dict[str, press_to_row.Latency]:
    with tempfile.TemporaryDirectory() as folder:
        return press_to_row.measure(Path(folder))


def _audits() -> dict[str, audit.Pace]:
    with tempfile.TemporaryDirectory() as folder:
        return audit.measure(Path(folder))


def _costs() -> dict[int, index_cost.Cost]:
    costs: dict[int, index_cost.Cost] = {}
    for votes in index_cost.VOTES:
        with tempfile.TemporaryDirectory() as folder:
            costs[votes] = index_cost.measure(Path(folder), votes)
    return costs


def _weights() -> dict[int, pages.Weight]:
    weights: dict[int, pages.Weight] = {}
    for votes in index_cost.VOTES:
        with tempfile.TemporaryDirectory() as folder:
            weights[votes] = pages.measure(Path(folder), votes)
    return weights


def _phones() -> dict[str, phone.Shown]:
    with tempfile.TemporaryDirectory() as folder:
        return phone.measure(Path(folder))


def _show(flows: dict[str, Flow], latencies: dict[str, press_to_row.Latency]) -> None:
    console = Console()
    table = Table(title="Broker → committed rows (signatures verified, receipts sent)")
    for column in ("way", "votes/s", "CPU-s per 100,000", "× tutorial"):
        table.add_column(column, justify="left" if column == "way" else "right")
    base = next(iter(flows.values())).votes_per_second
    for name, flow in flows.items():
        table.add_row(
            name,
            f"{flow.votes_per_second:,.0f}",
            f"{flow.cpu_seconds_per_100k:.1f}",
            f"{flow.votes_per_second / base:.1f}",
        )
    console.print(table)
    table = Table(title="Decided vote → committed row, ms")
    for column in ("row", "median", "p99"):
        table.add_column(column, justify="left" if column == "row" else "right")
    for name, latency in latencies.items():
        table.add_row(name, f"{latency.median:.3f}", f"{latency.p99:.3f}")
    console.print(table)


def _show_audits(audits: dict[str, audit.Pace]) -> None:
    table = Table(title=f"Auditing a ledger of {audit.VOTES:,} votes, exact times not erased yet")
    for column in ("what", "signatures", "votes/s", "votes per CPU-s"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, pace in audits.items():
        rates = (f"{pace.votes_per_second:,.0f}", f"{pace.votes_per_cpu_second:,.0f}")
        table.add_row(name, f"{pace.signatures:,}", *rates)
    Console().print(table)


def _show_costs(costs: dict[int, index_cost.Cost]) -> None:
    table = Table(title=f"The index of a year of {index_cost.AGENCIES} agencies, ms")
    for column in ("votes", *index_cost.Cost._fields):
        table.add_column(column, justify="right")
    for votes, cost in costs.items():
        table.add_row(f"{votes:,}", *(f"{each:.0f}" for each in cost))
    Console().print(table)


def _show_weights(weights: dict[int, pages.Weight]) -> None:
    table = Table(title=f"The overview of a year of {index_cost.AGENCIES} agencies")
    for column in ("votes", *pages.Weight._fields):
        table.add_column(column, justify="right")
    for votes, weight in weights.items():
        table.add_row(f"{votes:,}", *(f"{each:,.0f}" for each in weight))
    Console().print(table)


if __name__ == "__main__":
    main()
