"""A rotation from the admin's command to the kiosk, and its votes back into the table."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from collector.ledger.store import read_ledger
from tests.brokers import Mosquitto
from tests.web import ZONE
from tests.whole import Whole

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

AGENCY = "disdukcapil"
# The kiosk has time to hear what it is to ask; a question changes only while nobody presses.
PRESSES = "ms,face,hold ms\n8000,smile,150\n12000,frown,150\n16000,smile,150\n"


def test_a_kiosk_asks_the_element_of_the_day_and_its_votes_say_so(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    timeline = tmp_path / "presses.csv"
    timeline.write_text(PRESSES)
    today = str(datetime.now(ZONE).date())
    with Whole(tmp_path, mosquitto, 1) as whole:
        whole.collector("rotation", "plan", AGENCY, "--from", today, "--blocks", "1")
        whole.kill_collector()
        whole.start_collector()  # looks at once what is due
        whole.start_kiosk("uji-01", "--timeline", str(timeline), "--drain", "60")
        assert whole.kiosk_ended("uji-01", 120) == 0, whole.log("uji-01")
        plan = json.loads(whole.collector("rotation", "list", AGENCY, "--json"))
        element = plan["slots"][0]["element"]
        assert asked(tmp_path) == [element] * 3
        shown = whole.collector(
            "rotation", "show", AGENCY, "--from", today, "--to", today, "--json"
        )
        n = {each["element"]: each["n"] for each in json.loads(shown)["elements"]}
        assert n == {slot["element"]: 3 * (slot["element"] == element) for slot in plan["slots"]}


def asked(folder: Path) -> list[str]:
    """The question of each vote in the ledger."""
    with closing(read_ledger(folder / "collector" / "ledger.db")) as db:
        return [question for (question,) in db.conn.execute("SELECT question FROM votes")]
