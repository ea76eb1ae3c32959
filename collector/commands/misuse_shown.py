"""How votes, cases and simulations are told."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

from collector.ledger.cases import Case, Opening
from collector.ledger.misuse import Look, Told
from collector.ledger.presence import Presence
from collector.misuse.corrections import Corrections
from collector.misuse.ruleset import Rules
from collector.misuse.silences import false_silences
from collector.misuse.simulating import Caught, Honest, Simulation
from collector.misuse.traffic import KINDS

CASE_RULES: Final = ("rhythm", "sitting", "volume", "share", "corrections", "presence")

# ---------------------------------------------------------------- cases


def case_line(case: Case) -> str:
    """One line; a closed case has a second one."""
    days = case.opening.days
    span = f"{days.first}" if len(days) == 1 else f"{days.first} to {days.last}"
    line = f"{case.id}  {case.opening.rule}  {case.opening.kiosk}  {span}  {evidence(case.opening)}"
    if case.closing is None:
        return line
    return f"{line}\n  {case.closing.verdict}, by {case.closing.who}: {case.closing.reason}"


def evidence(opening: Opening) -> str:
    """What was seen, in words."""
    seen = opening.evidence
    match opening.rule:
        case "share":
            return (
                f"{seen['share']:.1%} {seen['face']} of {seen['votes']} votes, before"
                f" {seen['before']:.1%}; chance {seen['chance']:g}, limit {seen['limit']:g}"
            )
        case "volume":
            return (
                f"{seen['votes']} votes, usually {seen['usual']};"
                f" chance {seen['chance']:g}, limit {seen['limit']:g}"
            )
        case "sitting":
            return (
                f"{seen['run']} {seen['face']} in a row of {seen['votes']}, limit {seen['limit']}"
            )
        case "corrections":
            return (
                f"{seen['corrections']} of {seen['votes']} votes correct another; index"
                f" {seen['index']} ({seen['low']} to {seen['high']}), without them"
                f" {seen['uncorrected']}"
            )
        case _:
            return (
                f"{seen['gaps']} even gaps of {seen['mean_seconds']:g} s between {seen['face']};"
                f" chance {seen['chance']:g}, limit {seen['limit']:g}"
            )


def cases_json(cases: Iterable[Case]) -> str:
    return json.dumps([_plain(case) for case in cases], indent=1)


def _plain(case: Case) -> dict[str, Any]:
    opening, closing = case.opening, case.closing
    return {
        "case": case.id,
        "rule": opening.rule,
        "kiosk": opening.kiosk,
        "first_day": str(opening.days.first),
        "last_day": str(opening.days.last),
        "evidence": dict(opening.evidence),
        "run": case.run,
        "closed": closing and closing._asdict(),
    }


# ---------------------------------------------------------------- corrections


def corrections_line(found: Corrections) -> str:
    turned = ", ".join(f"{first} to {last} {n}" for (first, last), n in found.directions.items())
    said = "has not reported" if found.contested is None else f"contested {found.contested}"
    return f"{found.kiosk}: {turned or 'none'}; {said}"


def corrections_json(found: Iterable[Corrections]) -> str:
    return json.dumps([_corrections(each) for each in found], indent=1)


def _corrections(found: Corrections) -> dict[str, Any]:
    turned = [{"from": first, "to": to, "n": n} for (first, to), n in found.directions.items()]
    return {"kiosk": found.kiosk, "corrections": turned, "contested": found.contested}


# ---------------------------------------------------------------- presence


def presence_line(found: Presence, zone: tzinfo) -> str:
    line = f"{found.state:<8} {found.kiosk}"
    if found.last is None:
        return line
    last = datetime.fromtimestamp(found.last, zone)
    return f"{line}  last vote {last:%Y-%m-%d %H:%M}, since then {found.expected:g} were expected"


def presences_json(found: Iterable[Presence], zone: tzinfo) -> str:
    return json.dumps([_presence(each, zone) for each in found], indent=1)


def _presence(found: Presence, zone: tzinfo) -> dict[str, Any]:
    last, until = (
        None if at is None else datetime.fromtimestamp(at, zone).isoformat()
        for at in (found.last, found.until)
    )
    return {**found._asdict(), "last": last, "until": until}


# ---------------------------------------------------------------- one vote


def vote_lines(
    name: str, vote: Told, last: Look | None, cases: Sequence[Case], zone: tzinfo
) -> str:
    """Everything that the rules have to do with one vote."""
    lines = [
        f"vote {name}: {vote.face}, asked {vote.question}, at {vote.kiosk}, {_when(vote, zone)}",
        _in_the_index(vote),
        _by_the_rules(vote, last, zone),
        *(f"case of its kiosk and day: {case_line(case)}" for case in cases),
    ]
    return "\n".join(lines)


def _when(vote: Told, zone: tzinfo) -> str:
    if vote.lo is None:
        return f"without a date (quality {vote.quality})"
    first, end = (datetime.fromtimestamp(at, zone) for at in (vote.lo, vote.hi))
    return f"{first:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} (quality {vote.quality})"


def _in_the_index(vote: Told) -> str:
    if vote.counts:
        return "counts in the index, as far as its kiosk had a place and its question is known"
    return "does not count: a test, a copy, or corrected by a later vote"


def _by_the_rules(vote: Told, last: Look | None, zone: tzinfo) -> str:
    if vote.rule is not None and vote.by is not None:
        return f"left out of the filtered index by rule {vote.rule}, {_run(vote.by, zone)}"
    if last is None:
        return "the rules have never been run: 'misuse run'"
    if vote.quality not in ("A", "B"):
        return f"not judged: its time is of quality {vote.quality}"
    lost = "" if vote.timed else "; its exact time is gone, so no later run looks at it"
    return f"not left out of the filtered index; last {_run(last, zone)}{lost}"


def _run(look: Look, zone: tzinfo) -> str:
    at = datetime.fromtimestamp(look.at_ms / 1000, zone)
    return f"run of {at:%Y-%m-%d %H:%M}, ruleset {look.ruleset} ({look.digest[:12]})"


# ---------------------------------------------------------------- simulation


def simulated(simulation: Simulation) -> Iterator[str]:
    """A Markdown page, in parts as they are ready."""
    honest = simulation.of_honest_votes()
    cases = honest.cases + Counter(presence=false_silences(simulation))
    yield from _honest_lines(honest._replace(cases=cases), simulation.rules)
    yield "| misuse | votes added | left out | index moves | filtered | kiosks noticed | by |"
    yield "|---|---|---|---|---|---|---|"
    for kind in KINDS:
        yield _caught_line(kind, simulation.of_misuse(kind))


def _honest_lines(honest: Honest, rules: Rules) -> Iterator[str]:
    budget = {name: getattr(rules.budget, name) for name in CASE_RULES}
    out = {rule: honest.left_out.get(rule, 0) for rule in ("burst", "hours")}
    yield (
        f"{honest.votes} honest votes; left out:"
        f" burst {_share(out['burst'], honest.votes)}, hours {_share(out['hours'], honest.votes)}"
    )
    yield ""
    yield "| rule | false cases a month | budget |"
    yield "|---|---|---|"
    for rule in CASE_RULES:
        yield f"| {rule} | {honest.cases.get(rule, 0) / honest.months:.2f} | {budget[rule]:g} |"
    total = sum(honest.cases.values()) / honest.months
    yield f"| together | {total:.2f} | {sum(budget.values()):g} |"
    yield ""


def _caught_line(kind: str, found: Caught) -> str:
    return (
        f"| {kind.replace('_', ' ')} | {found.added} | {_share(found.left_out, found.added)}"
        f" | {found.raw:+} | {found.filtered:+} | {_share(found.noticed, found.kiosks)}"
        f" | {_by(found.cases)} |"
    )


def _by(cases: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} {cases[rule]}" for rule in CASE_RULES if rule in cases) or "–"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
