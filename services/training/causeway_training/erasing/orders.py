"""Erasure in regions that nobody at home reaches: an order is an object at a location that all
regions reach, and so is the answer to it.

An order names the pseudonyms of one subject and nothing else of it. It stays open until the region
has answered that a search finds nothing, however late that is; asking again under the same run is
the same order. The home region closes both when it is done.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from ..errors import InputError
from ..json_reader import parse_json
from ..key_ring import PSEUDONYM
from ..object_locations import ObjectLocation
from ..timestamps import format_timestamp, parse_timestamp
from .subject import Subject

#: A region or a run: part of an object's key.
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
#: Process and count of a prediction's id.
_PREDICTION = re.compile(r"[0-9A-Za-z_-]{8}[0-9a-z]{1,11}")

#: How far a region is. `found`: it knows what it will delete; `failed`: something is left, and it
#: tries again; the others are final.
FOUND, FAILED, REFUSED, ERASED = STATES = ("found", "failed", "refused", "erased")

Found = TypeVar("Found")


@dataclass(frozen=True)
class Order:
    """A region is asked to erase one subject from what only it reaches."""

    #: Workflow that erases.
    run: str
    region: str
    model: str
    pseudonyms: tuple[str, ...]
    #: When it was first asked, in UTC.
    at: str

    @staticmethod
    def parse(data: bytes, region: str, run: str) -> Order:
        """Raises InputError for what is no order of this region and run; the message repeats
        nothing of it."""

        def order_in(given: Any) -> Order | None:
            order = Order(
                given["run"],
                given["region"],
                given["model"],
                tuple(given["pseudonyms"]),
                given["at"],
            )
            sound = (
                (order.region, order.run) == (region, run)
                and isinstance(order.model, str)
                and len(order.pseudonyms) > 0
            )
            sound = (
                sound
                and all(PSEUDONYM.fullmatch(name) for name in order.pseudonyms)
                and parse_timestamp(order.at, "at") is not None
            )
            return order if sound else None

        return _sound(
            order_in,
            data,
            f"the order {run}",
            f"one of this run for {region}, with pseudonyms such as k1. and 32 hexadecimal digits",
        )


@dataclass(frozen=True)
class Answer:
    """What a region did for an order."""

    run: str
    region: str
    state: str
    #: Predictions of the subject that its log lines named: feedback at home names nothing else.
    predictions: tuple[str, ...] = ()
    #: Lines deleted, and lines that a search still finds after it; None until it searched.
    lines: int = 0
    left: int | None = None
    problem: str | None = None

    @property
    def final(self) -> bool:
        return self.state in (REFUSED, ERASED)

    @staticmethod
    def parse(data: bytes, region: str, run: str) -> Answer:
        """Raises InputError for what is no answer of this region to this run."""

        def answer_in(given: Any) -> Answer | None:
            answer = Answer(
                given["run"],
                given["region"],
                given["state"],
                tuple(given["predictions"]),
                given["lines"],
                given["left"],
                given["problem"],
            )
            sound = (
                (answer.region, answer.run) == (region, run)
                and answer.state in STATES
                and all(_PREDICTION.fullmatch(one) for one in answer.predictions)
            )
            sound = (
                sound
                and _is_count(answer.lines)
                and (answer.left is None or _is_count(answer.left))
                and isinstance(answer.problem, str | None)
            )
            # Whoever says that it is done says that its search found nothing.
            return answer if sound and (answer.state != ERASED or answer.left == 0) else None

        return _sound(
            answer_in, data, f"the answer of {region}", f"what a region says to the order {run}"
        )


@dataclass(frozen=True)
class Orders:
    """Orders and answers of all regions at one location: `orders/<region>/<run>.json` and
    `answers/<region>/<run>/<number>.json`. Each is written once; the answer with the highest number
    is what a region says now."""

    location: ObjectLocation

    def ask(self, order: Order) -> Order:
        """Puts the order where its region looks; one that is there already stays as it is, with the
        time of its first asking."""
        key = _key("orders", order.region, order.run)
        known = self.location.get(key)
        if known is None and self.location.put_new(key, json.dumps(asdict(order)).encode()):
            return order
        known = known if known is not None else self.location.get(key)
        return Order.parse(known or b"", order.region, order.run)

    def runs(self, region: str) -> list[str]:
        """Runs that ask a region."""
        folder = f"orders/{_name(region, '--region')}/"
        return [
            name.removeprefix(folder).removesuffix(".json") for name in self.location.names(folder)
        ]

    def order(self, region: str, run: str) -> Order | None:
        data = self.location.get(_key("orders", region, run))
        return None if data is None else Order.parse(data, region, run)

    def answer(self, answer: Answer) -> None:
        data = json.dumps(asdict(answer)).encode()
        while not self.location.put_new(
            _answer_key(answer.region, answer.run, self._count(answer.region, answer.run) + 1), data
        ):
            pass

    def answered(self, region: str, run: str) -> Answer | None:
        count = self._count(region, run)
        data = self.location.get(_answer_key(region, run, count)) if count else None
        return None if data is None else Answer.parse(data, region, run)

    def close(self, run: str, regions: list[str]) -> None:
        """Takes orders and answers away: they name the subject."""
        for region in regions:
            answers = self.location.names(_answer_folder(region, run))
            self.location.delete([_key("orders", region, run), *answers])

    def _count(self, region: str, run: str) -> int:
        """How many answers there are from number 1 without a gap; past a gap is none."""
        names = set(self.location.names(_answer_folder(region, run)))
        count = 0
        while _answer_key(region, run, count + 1) in names:
            count += 1
        return count


@dataclass(frozen=True)
class Regions:
    """The regions that one run asks."""

    orders: Orders
    run: str
    names: tuple[str, ...]

    def ask(self, model: str, subject: Subject, now: datetime | None = None) -> datetime:
        """Asks each region to erase the subject; returns when the run first asked one."""
        at = format_timestamp(now or datetime.now(timezone.utc))
        asked = [
            self.orders.ask(Order(self.run, region, model, tuple(sorted(subject.pseudonyms)), at))
            for region in self.names
        ]
        return min(parse_timestamp(order.at, "at") for order in asked)

    def wait(
        self, until: datetime, poll_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> bool:
        """Waits until every region has said its last word, or nobody waits any longer; returns
        whether all have."""
        while not all(answer is not None and answer.final for answer in self.answers().values()):
            if datetime.now(timezone.utc) >= until:
                return False
            sleep(poll_seconds)
        return True

    def answers(self) -> dict[str, Answer | None]:
        """What each region has said so far.

        One that cannot be read is none: the region is still open.
        """
        return {region: self._answer(region) for region in self.names}

    def told(self, subject: Subject) -> Subject:
        """The subject with the predictions that the regions' lines named."""
        told = [one for answer in self.answers().values() if answer for one in answer.predictions]
        return replace(subject, predictions=subject.predictions | set(told))

    def report(self) -> list[dict[str, Any]]:
        """Each region with its figures, for the ledger; `state` is `silent` where it has not said
        anything."""
        return [_reported(region, answer) for region, answer in self.answers().items()]

    @property
    def clean(self) -> bool:
        """Whether every region has searched and found nothing."""
        return all(
            answer is not None and answer.state == ERASED for answer in self.answers().values()
        )

    def close(self) -> None:
        self.orders.close(self.run, list(self.names))

    def _answer(self, region: str) -> Answer | None:
        try:
            return self.orders.answered(region, self.run)
        except InputError:
            return Answer(self.run, region, FAILED, problem="an answer that cannot be read")


def deadline(asked: datetime, wait_seconds: float) -> datetime:
    return asked + timedelta(seconds=wait_seconds)


def _reported(region: str, answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"region": region, "state": "silent", "lines": 0, "left": None, "problem": None}
    return {
        "region": region,
        "state": answer.state,
        "lines": answer.lines,
        "left": answer.left,
        "problem": answer.problem,
    }


def _sound(read: Callable[[Any], Found | None], data: bytes, source: str, allowed: str) -> Found:
    """What `read` makes of the JSON of an object that somebody else wrote.

    Raises InputError where it makes nothing of it.
    """
    try:
        found = read(parse_json(data))
    except (ValueError, TypeError, KeyError, InputError):
        found = None
    if found is None:
        raise InputError(source, [f"got something else, allowed: {allowed}"])
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _key(kind: str, region: str, run: str) -> str:
    return f"{kind}/{_name(region, '--region')}/{_name(run, '--run')}.json"


def _answer_folder(region: str, run: str) -> str:
    return f"answers/{_name(region, '--region')}/{_name(run, '--run')}/"


def _answer_key(region: str, run: str, number: int) -> str:
    return f"{_answer_folder(region, run)}{number:012}.json"


def _name(text: str, argument: str) -> str:
    if not _NAME.fullmatch(text):
        raise InputError(
            argument, [f"got {text!r}, allowed: lower-case letters, digits, dots and hyphens"]
        )
    return text
