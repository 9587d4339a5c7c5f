"""Command line: `python -m causeway_training.erasing.follow --orders place --region r --logs
address ...`.

Erases from the region's log store what open orders ask for, searches it again, and answers. Exit
codes: 0 nothing is open any more, 1 something is, and the next look tries again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from ..errors import EXIT_INPUT, EXIT_UNEXPECTED, InputError
from ..object_locations import location_at
from .logs import LogStore, add_log_store, log_store
from .orders import ERASED, FAILED, FOUND, REFUSED, Answer, Order, Orders
from .subject import Subject


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="causeway_training.erasing.follow", description=__doc__.partition("\n\n")[0]
    )
    parser.add_argument(
        "--orders", required=True, help="folder or s3://bucket/prefix at which regions are asked"
    )
    parser.add_argument("--region", required=True, help="region of the log store")
    add_log_store(parser, required=True)
    given = parser.parse_args(arguments)
    try:
        orders = Orders(location_at(given.orders, "--orders"))
        # Names of runs say nothing of a subject.
        answers = follow(orders, given.region, lambda: log_store(given))
    except InputError as error:
        print(error, file=sys.stderr, flush=True)
        return EXIT_INPUT
    for answer in answers:
        print(
            f"{answer.run}: {answer.state}, {answer.lines} lines, left"
            f" {answer.left}{f': {answer.problem}' if answer.problem else ''}",
            flush=True,
        )
    return 0 if all(answer.state == ERASED for answer in answers) else EXIT_UNEXPECTED


def follow(orders: Orders, region: str, open_logs: Callable[[], LogStore]) -> list[Answer]:
    """Follows every order of the region that has no last word yet; returns what it answered.

    The log store is opened for work alone.
    """
    answers = []
    for run in orders.runs(region):
        known = _known(orders, region, run)
        if not known.final:
            answers.append(_follow(orders, known, open_logs))
    return answers


def _follow(orders: Orders, known: Answer, open_logs: Callable[[], LogStore]) -> Answer:
    try:
        order = orders.order(known.region, known.run)
    except InputError as error:
        return _say(
            orders,
            Answer(
                known.run,
                known.region,
                REFUSED,
                known.predictions,
                known.lines,
                problem="; ".join(error.problems),
            ),
        )
    if order is None:
        # Closed since the listing.
        return known
    try:
        return _erase(orders, order, known, open_logs())
    except InputError as error:
        # The next look tries again; what is known by now is kept.
        last = _known(orders, known.region, known.run)
        return _say(
            orders,
            Answer(last.run, last.region, FAILED, last.predictions, last.lines, None, str(error)),
        )


def _erase(orders: Orders, order: Order, known: Answer, logs: LogStore) -> Answer:
    told = logs.told(
        Subject(pseudonyms=frozenset(order.pseudonyms), predictions=frozenset(known.predictions))
    )
    # Before a line goes: nothing else leads from the subject to its predictions.
    found = _say(
        orders, Answer(order.run, order.region, FOUND, tuple(sorted(told.predictions)), known.lines)
    )
    lines = found.lines + logs.erase(told)
    left = logs.left(told)
    problem = None if left == 0 else f"{left} lines are left"
    return _say(
        orders,
        Answer(
            order.run,
            order.region,
            ERASED if left == 0 else FAILED,
            found.predictions,
            lines,
            left,
            problem,
        ),
    )


def _known(orders: Orders, region: str, run: str) -> Answer:
    try:
        return orders.answered(region, run) or Answer(run, region, FAILED)
    except InputError:
        return Answer(run, region, FAILED)


def _say(orders: Orders, answer: Answer) -> Answer:
    orders.answer(answer)
    return answer


if __name__ == "__main__":
    sys.exit(main())
