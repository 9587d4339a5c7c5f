"""Admit: whether a retraining may start now.

Alerts can fire in a storm and a schedule does not know of them, so every run asks first. It is
admitted unless the alerts that caused it have already had a run, the last run began less than the
contract's cool-down ago, or seven days already hold the contract's number of runs. An admitted run
is recorded under `--admissions` (a folder or `
s3://bucket/prefix`);
the caller sees to it that one run asks at a
time. A run that asks again is admitted again, so a retried step changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from .contract import Contract
from .digests import canonical_json
from .errors import InputError
from .json_reader import parse_json
from .object_locations import location_at
from .timestamps import format_timestamp, parse_duration, parse_timestamp

#: The contract's budget counts runs in a sliding window of this length.
BUDGET_WINDOW = timedelta(days=7)
TRIGGERS = ("alert", "schedule", "manual", "erasure")


@dataclass(frozen=True)
class Limits:
    """What the contract allows: the least time between the starts of two runs, and the most runs in
    seven days."""

    cooldown: timedelta
    per_week: int


@dataclass(frozen=True)
class Admission:
    """A run that was admitted.

    `causes` are the alerts that asked for it, each with the time since when it fires.
    """

    run: str
    at: datetime
    trigger: str
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    admitted: bool
    reason: str


def limits_of(contract: Contract) -> Limits:
    """Cool-down and budget of a contract."""
    retraining = contract.raw["retraining"]
    return Limits(parse_duration(retraining["cooldown"]), int(retraining["maximumPerWeek"]))


def decide(limits: Limits, past: list[Admission], asked: Admission) -> Verdict:
    """Whether a run may start, given the admissions of the last seven days and of the cool-down."""
    if any(one.run == asked.run for one in past):
        return Verdict(True, "admitted before: a step that is tried again")
    if asked.trigger == "erasure":
        return Verdict(
            True, "an erasure: neither cool-down nor budget may keep a subject in the model"
        )
    answered = {cause for one in past for cause in one.causes}
    if asked.trigger == "alert" and asked.causes and set(asked.causes) <= answered:
        return Verdict(False, "these alerts have had a run since they began to fire")
    last = max((one.at for one in past), default=None)
    if last is not None and asked.at - last < limits.cooldown:
        return Verdict(
            False,
            f"cool-down: the last run began {_text(asked.at - last)} ago, the contract asks for"
            f" {_text(limits.cooldown)}",
        )
    spent = sum(asked.at - one.at < BUDGET_WINDOW for one in past)
    if spent >= limits.per_week:
        return Verdict(
            False,
            f"budget: {spent} runs in the last seven days, the contract allows {limits.per_week}",
        )
    return Verdict(True, f"run {spent + 1} of {limits.per_week} in seven days")


def admit(limits: Limits, location: str, asked: Admission) -> Verdict:
    """Decides, and records the run when it is admitted."""
    store = location_at(location, "--admissions")
    oldest = asked.at - max(BUDGET_WINDOW, limits.cooldown)
    # A name begins with the time of its admission, so that old ones need not be read.
    recent = [
        name
        for name in store.names()
        if name.endswith(".json") and name[:20] >= format_timestamp(oldest)
    ]
    verdict = decide(limits, [_read(store.get(name) or b"", name) for name in recent], asked)
    known = any(name[21:] == f"{asked.run}.json" for name in recent)
    if verdict.admitted and not known:
        record = {
            "run": asked.run,
            "at": format_timestamp(asked.at),
            "trigger": asked.trigger,
            "causes": list(asked.causes),
        }
        store.put(f"{record['at']}-{asked.run}.json", canonical_json(record).encode())
    return verdict


def causes_of(text: str) -> tuple[str, ...]:
    """Alerts that asked for a run, from a JSON list of objects with `fingerprint` and `startsAt`,
    as Alertmanager posts them."""
    try:
        alerts = parse_json(text)
        found = sorted({f"{alert['fingerprint']}@{alert['startsAt']}" for alert in alerts})
    except (ValueError, TypeError, KeyError):
        raise InputError(
            "--causes",
            [f"got {text[:200]}, allowed: a JSON list of objects with fingerprint and startsAt"],
        ) from None
    bad = [cause for cause in found if not re.fullmatch(r"[0-9a-f]{1,32}@[0-9TZ:.+-]{1,40}", cause)]
    if bad:
        raise InputError(
            "--causes",
            [f"got {cause[:80]}, allowed: a hexadecimal fingerprint and a time" for cause in bad],
        )
    return tuple(found)


def run_name(text: str) -> str:
    """The last part of a run's location, which names it.

    Raises InputError for one that cannot be part of a file name.
    """
    name = text.rstrip("/").rsplit("/", 1)[-1]
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,62}", name):
        raise InputError(
            "--run",
            [
                f"got {text}, allowed: a location whose last part has lower-case letters, digits,"
                " dots and hyphens"
            ],
        )
    return name


def _read(data: bytes, name: str) -> Admission:
    try:
        record = parse_json(data)
        return Admission(
            record["run"],
            parse_timestamp(record["at"], name),
            record["trigger"],
            tuple(record["causes"]),
        )
    except (ValueError, TypeError, KeyError):
        raise InputError(name, ["not the record of an admission"]) from None


def _text(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
