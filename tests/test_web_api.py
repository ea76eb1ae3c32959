"""/api/v1: what programs may read, how far each token reaches, and that its description is true."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation

from collector.index.periodnames import period_named
from collector.ledger import tokens
from collector.ledger.deeds import By
from collector.ledger.releases import published
from collector.ledger.rows import Asked, open_rows
from collector.ledger.store import open_ledger, read_snapshot
from collector.release.signing import propose, publish_due, reply
from collector.web.api.routes import BASE, ROUTES, Route
from tests.effort import examples
from tests.releasing import SECOND
from tests.web import NOW, TODAY, app_in, make_ledger

BY = By("cli:a-test", round(NOW.timestamp() * 1000))
MONTH = "2019-07"
LOOKED = Asked("rsud-01", "2019-08-20", 1566230400, 1566316800)


class Api(NamedTuple):
    app: Flask
    folder: Path
    words: dict[str, str]  # reach → the word of its token

    def get(self, path: str, reach: str = "district", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.words[reach]}"}
        return self.app.test_client().open(BASE + path, headers=headers, **more)

    def items(self, path: str, reach: str = "district") -> list[dict[str, Any]]:
        answer = self.get(path, reach)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = json.loads(answer.text)["items"]
        return items


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = make_ledger(tmp_path_factory.mktemp("api"))
    with closing(open_ledger(folder / "ledger.db")) as db:
        publish_due(db, BY, TODAY)
        propose(db, BY, SECOND, TODAY, "")
        reply(db, BY, SECOND, agency="rsud", text="Loket pindah.", today=TODAY)
        open_rows(db, BY, LOOKED, "Kasus 7: lihat jaraknya")
        words = {
            "district": tokens.add(db, BY, "pusat-data", ("district", None), 30),
            "agency": tokens.add(db, BY, "rsud", ("agency", "rsud"), 30),
            "technician": tokens.add(db, BY, "bengkel", ("technician", None), 30),
        }
    return Api(app_in(folder), folder, words)


# ---------------------------------------------------------------- how far a token reaches


@pytest.mark.parametrize("reach", ["district", "agency", "technician"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_a_token_reaches_as_far_as_it_says(api: Api, route: Route, reach: str) -> None:
    asked = f"?period={MONTH}" if hasattr(route.form, "period") else ""
    expected = 200 if reach in route.reaches else 403
    assert api.get(route.path + asked, reach).status_code == expected


@pytest.mark.parametrize("said", [None, "Bearer x", "Bearer ", "Basic c2l0aTp4", "Bearer \udcff"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_without_a_token_there_is_nothing(api: Api, route: Route, said: str | None) -> None:
    headers = {} if said is None else {"Authorization": said}
    answer = api.app.test_client().get(BASE + route.path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "token add" in answer.json["detail"]
    assert "Set-Cookie" not in answer.headers


def test_an_agency_reads_its_own_figures_alone(api: Api) -> None:
    told = api.items(f"/figures?period={MONTH}", "agency")
    assert {each["agency"] for each in told} == {"rsud"}
    assert len(api.items(f"/figures?period={MONTH}&to=public", "agency")) > 3
    for path in (f"/figures?period={MONTH}&", "/plans?", f"/complaints?period={MONTH}&"):
        answer = api.get(f"{path}agency=dpmptsp", "agency")
        assert answer.status_code == 404
        unknown = api.get(f"{path}agency=tidak-ada", "agency")
        assert unknown.text == answer.text.replace("dpmptsp", "tidak-ada")


def test_a_revoked_or_old_token_opens_nothing(api: Api, tmp_path: Path) -> None:
    folder = make_ledger(tmp_path)
    with closing(open_ledger(folder / "ledger.db")) as db:
        word = tokens.add(db, By("cli:a-test", 0), "lama", ("district", None), 30)
        gone = tokens.add(db, BY, "dicabut", ("district", None), 30)
        tokens.revoke(db, BY, "dicabut")
    old = Api(app_in(folder), folder, {"old": word, "gone": gone})
    assert old.get("/agencies", "old").status_code == 401
    assert old.get("/agencies", "gone").status_code == 401


def test_only_the_hash_of_a_word_is_kept(api: Api) -> None:
    kept = b"".join(path.read_bytes() for path in api.folder.glob("ledger.db*"))
    for word in api.words.values():
        assert word.encode() not in kept
        assert len(word) > 43  # 32 bytes in base64


# ---------------------------------------------------------------- what is told


def test_every_figure_is_the_one_that_was_given_out(api: Api) -> None:
    with closing(read_snapshot(api.folder / "ledger.db")) as db:
        for audience, to in (("district", "reader"), ("public", "public")):
            rows = published(db, audience, period_named(MONTH))
            told = {
                (each["scope"], each["place"]): each
                for each in api.items(f"/figures?period={MONTH}&to={to}")
            }
            assert len(told) == len(rows) > 3
            for row in rows:
                each = told[row.scope, row.place]
                index = None if each["index"] is None else Decimal(each["index"])
                assert (each["n"], tuple(each["cells"]), index) == (row.n, row.cells, row.index)
                assert each["rules"] == row.rules


def test_what_was_not_told_stays_out(api: Api) -> None:
    """Not the votes that a figure was made of, nor why it is not finer."""
    for to in ("reader", "public"):
        for each in api.items(f"/figures?period={MONTH}&to={to}"):
            assert not {"votes", "upto", "cap", "held", "phi"} & set(each)


def test_a_kiosk_tells_nothing_of_single_votes(api: Api) -> None:
    (rsud,) = (each for each in api.items("/kiosks", "technician") if each["kiosk"] == "rsud-01")
    assert rsud["queue"] is None
    assert rsud["amiss"]
    assert not {"seq", "last_vote", "counters", "buttons"} & set(rsud)


def test_of_queues_the_district_knows_the_order_of_magnitude(api: Api) -> None:
    (rsud,) = (each for each in api.items("/kiosks", "district") if each["kiosk"] == "rsud-01")
    assert rsud["queue"] == "100–999"


def test_a_list_is_read_whole_by_following_next(api: Api) -> None:
    whole = api.items("/agencies")
    address, read = "/agencies?limit=3", []
    while address:
        body = json.loads(api.get(address).text)
        assert len(body["items"]) <= 3
        read += body["items"]
        address = (body["next"] or "").removeprefix(BASE)
    assert read == whole
    assert len(whole) == 8


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/figures", 400, "period"),
        ("/figures?period=juli", 400, "period"),
        ("/figures?period=2019-13", 400, "period"),
        (f"/figures?period={MONTH}&period={MONTH}", 400, "more than once"),
        (f"/figures?period={MONTH}&sort=index", 400, "sort"),
        ("/agencies?limit=0", 400, "limit"),
        ("/agencies?limit=1e9", 400, "limit"),
        ("/nothing", 404, "not found"),
    ],
)
def test_a_wrong_address_is_told_in_words(api: Api, path: str, status: int, says: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert says in answer.json["detail"]


def test_nothing_can_be_changed(api: Api) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = api.get("/agencies", method=method)
        assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
        assert "GET" in answer.headers["Allow"]


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = app_in(tmp_path).test_client().get(f"{BASE}/agencies")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")


# ---------------------------------------------------------------- its description


def test_the_description_is_of_every_route(api: Api) -> None:
    described = json.loads(api.app.test_client().get(f"{BASE}/openapi.json").text)
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == {BASE + route.path for route in ROUTES}


def test_every_address_is_documented() -> None:
    text = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(/[a-z]+)` ", text, re.MULTILINE)) == {r.path for r in ROUTES}


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_it_answers_as_it_is_described(api: Api, route: Route, mode: GenerationMode) -> None:
    """Schemathesis asks what the description allows, and what it does not."""
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", api.app)
    token = {"Authorization": f"Bearer {api.words['district']}"}

    @settings(max_examples=examples(30), deadline=None, suppress_health_check=list(HealthCheck))
    @given(schema[BASE + route.path]["GET"].as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        case.call_and_validate(headers={} if _without_token(case) else token)

    ask()


def _without_token(case: Case) -> bool:
    """Whether what is wrong with this request is that no token comes with it."""
    return case.meta is not None and case.meta.is_negative_at(ParameterLocation.HEADER)


def test_what_waits_for_a_signature_and_who_looked_at_votes(api: Api) -> None:
    (proposal,) = api.items("/proposals")
    assert (proposal["kind"], proposal["first_day"]) == ("triwulan", "2019-04-01")
    assert (proposal["reply_until"], proposal["signed"]) == ("2019-09-02", None)
    assert proposal["remarks"] == [{"agency": "rsud", "text": "Loket pindah."}]
    (opening,) = api.items("/openings")
    assert opening.pop("at").startswith("2019-08-26T06:05:10")
    assert opening == {
        "who": "cli:a-test", "kiosk": "rsud-01", "day": "2019-08-20",
        "reason": "Kasus 7: lihat jaraknya",
    }  # fmt: skip
