"""For Prometheus, by a token: the health of the system. Nothing here moves with a vote.

So no figure of a single kiosk, no queue, and of the ledger's size only the step that it has
reached. docs/metrics.md has each metric.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from collector.ledger import runs
from collector.ledger.waiting import waiting
from collector.web import fleet
from collector.web.api.door import MACHINES, enter
from collector.web.api.problems import METRICS
from collector.web.integrity import LATELY
from collector.web.site import ledger, moment, site
from collector.web.upkeep import DUTIES

blueprint = Blueprint("metrics", __name__)

STEP: Final = 64 * 1024 * 1024  # bytes: hundreds of thousands of votes


@blueprint.get(METRICS)
def metrics() -> Response:
    enter(MACHINES)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(System())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class System(Collector):
    """What the pages of kiosks and of integrity say, as numbers."""

    def collect(self) -> Iterator[Metric]:
        yield _build()
        yield _kiosks()
        yield _waiting()
        yield from _jobs()
        yield from _disk()


def _build() -> Metric:
    said = InfoMetricFamily("senyum_build", "The version that answers.")
    said.add_metric([], {"version": version("kotak-senyum")})
    return said


def _kiosks() -> Metric:
    counts = Counter(line.state for line in fleet.lines(silences=False))
    said = GaugeMetricFamily("senyum_kiosks", "Kiosks in service, by state.", labels=["state"])
    for state in fleet.STATES:
        said.add_metric([state], counts[state])
    return said


def _waiting() -> Metric:
    since = moment() - LATELY
    found = waiting(ledger(), round(since.timestamp() * 1000), since.date().isoformat())
    said = GaugeMetricFamily(
        "senyum_waiting", "Kiosks, or messages, that wait for an admin's word.", labels=["why"]
    )
    for why in ("held", "forked", "refused", "overflowed", "strangers"):
        said.add_metric([why], getattr(found, why))
    return said


def _jobs() -> Iterator[Metric]:
    latest, good = runs.latest(ledger()), runs.latest_good(ledger())
    last = GaugeMetricFamily(
        "senyum_job_last_success_timestamp_seconds",
        "When a job last went well, Unix time; 0: never.",
        labels=["job"],
    )
    well = GaugeMetricFamily("senyum_job_ok", "Whether its last run went well.", labels=["job"])
    for duty in DUTIES:
        job = duty.job
        last.add_metric([job], good[job].at_ms / 1000 if job in good else 0)
        well.add_metric([job], job in latest and latest[job].ok)
    yield last
    yield well


def _disk() -> Iterator[Metric]:
    config = site().config
    steps = -(-config.ledger.stat().st_size // STEP)
    yield GaugeMetricFamily(
        "senyum_ledger_size_bytes", "The ledger's file, up to the next 64 MiB.", steps * STEP
    )
    free = shutil.disk_usage(config.data_dir).free
    yield GaugeMetricFamily(
        "senyum_disk_free_bytes", "Free on the ledger's disk, down to 64 MiB.", free // STEP * STEP
    )
