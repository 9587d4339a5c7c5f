"""Command line: `python -m causeway_training.erasing <find|ask|erase|search> --contract model.yaml
--subject-file f --at place...`.

An identifier comes from a file (`-` is standard input), so that no list of processes shows it.
Prints one JSON object. Exit codes: 0 done, 2 an input that cannot be used, 3 something of the
subject is left or could not be looked into; with --answer 0 then too.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..contract import load_contract
from ..errors import EXIT_GATE, EXIT_INPUT, InputError
from ..key_ring import PSEUDONYM, KeyRing, ring_file
from ..object_locations import location_at
from ..run import write_text
from .logs import add_log_store, log_store
from .orders import Orders, Regions, deadline
from .stores import store_at
from .subject import Subject
from .work import erase, known, lineage, report, search


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="causeway_training.erasing", description=__doc__.partition("\n\n")[0]
    )
    add = parser.add_argument
    add("command", choices=["find", "ask", "erase", "search"])
    add("--contract", type=Path, required=True, help="the model.yaml")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument(
        "--subject-file", help="file with an identifier or a pseudonym; - is standard input"
    )
    who.add_argument("--pseudonym", help="a pseudonym of the subject")
    add(
        "--subject-key",
        type=Path,
        help=(
            "file with the ring of keys; a pseudonym alone does without, but finds no row at the"
            " source"
        ),
    )
    add(
        "--at",
        action="append",
        default=[],
        help="folder or s3://bucket/prefix: source data, runs, logs, feedback; repeatable",
    )
    add_log_store(parser)
    add(
        "--orders",
        help="folder or s3://bucket/prefix at which other regions are asked; for ask and erase",
    )
    add("--region", action="append", default=[], help="region that is asked; repeatable")
    add("--asked-by", help="name of the run that asks; the same again is the same order")
    _add_waiting(parser)
    add(
        "--answer",
        type=Path,
        help=(
            "folder that takes the JSON as `answer`, and true or false as `retrain`: who reads it"
            " judges what is left"
        ),
    )
    return parser


def _add_waiting(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--wait-seconds",
        type=float,
        default=0.0,
        help="how long ask waits for the regions, from the first asking",
    )
    add(
        "--poll-seconds",
        type=float,
        default=30.0,
        help="seconds between two looks for their answers",
    )


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        return _perform(given)
    except InputError as error:
        print(error, file=sys.stderr, flush=True)
        return EXIT_INPUT


def _perform(given: argparse.Namespace) -> int:
    if not given.at and not given.logs:
        raise InputError("--at", ["got nothing, allowed: one location or more"])
    contract = load_contract(given.contract)
    ring = (
        KeyRing.parse(ring_file(given.subject_key), "a subject is looked up")
        if given.subject_key
        else None
    )
    text = _subject(given)
    stores = [store_at(location) for location in given.at]
    logs = log_store(given) if given.logs else None
    regions = _regions(given)
    named = Subject.named(text, ring, contract.name)
    # What only another region's lines told, leads here to feedback.
    named = regions.told(named) if regions and given.command != "ask" else named
    subject = known(stores, named, contract.subject_column, ring, contract.name, logs)
    if given.command == "ask":
        return _ask(given, regions, contract.name, subject)
    retrain = contract.raw["data"]["erasure"]["retrain"]
    answer: dict = {
        "model": contract.name,
        "retrain": retrain,
        "runs": lineage(stores, subject),
        "logs": (given.logs_name or given.logs) if logs else None,
    }
    if given.command == "find":
        answer["search"] = report(search(stores, subject))
        answer["logLines"] = logs.count(subject) if logs else None
        return _say(given, answer, 0)
    left: list[str] = []
    if given.command == "erase":
        done = erase(stores, subject)
        answer |= {"erased": report(done), "logLines": logs.erase(subject) if logs else None}
        left = done.left
    proof = search(stores, subject)
    answer |= {"search": report(proof), "logLinesLeft": logs.left(subject) if logs else None}
    answer["regions"] = regions.report() if regions else []
    answer["clean"] = (
        proof.clean
        and not left
        and not answer["logLinesLeft"]
        and (regions is None or regions.clean)
    )
    answer["nowhere"] = given.command == "erase" and _is_nowhere(answer)
    done_well = answer["clean"] and not answer["nowhere"]
    code = _say(given, answer, 0 if done_well or given.answer else EXIT_GATE)
    if regions and answer["clean"]:
        regions.close()
    return code


def _is_nowhere(answer: dict) -> bool:
    """Whether an erasure met the subject in no file, no version, no line and no region; says so.

    A name that nothing knows is a misspelt one more often than one that is gone already.
    """
    erased = answer["erased"]
    nowhere = not (
        erased["files"]
        or erased["versions"]
        or erased["left"]
        or answer["search"]["found"]
        or answer["logLines"]
        or any(region["lines"] for region in answer["regions"])
    )
    if nowhere:
        print(
            "nothing named the subject, so nothing was erased: check the spelling",
            file=sys.stderr,
            flush=True,
        )
    return nowhere


def _ask(given: argparse.Namespace, regions: Regions | None, model: str, subject: Subject) -> int:
    """Asks the regions and waits.

    One that does not answer in time is no error here: the erasure goes on at home, and stays open.
    """
    if regions is None:
        raise InputError("--region", ["got nothing, allowed: one region or more"])
    asked = regions.ask(model, subject)
    regions.wait(deadline(asked, given.wait_seconds), given.poll_seconds)
    print(json.dumps(regions.report()), flush=True)
    return 0


def _regions(given: argparse.Namespace) -> Regions | None:
    if not given.region:
        return None
    if given.orders is None or given.asked_by is None:
        raise InputError(
            "--region", ["got one without --orders and --asked-by, allowed: all three"]
        )
    return Regions(
        Orders(location_at(given.orders, "--orders")), given.asked_by, tuple(given.region)
    )


def _subject(given: argparse.Namespace) -> str:
    if given.pseudonym is not None:
        if not PSEUDONYM.fullmatch(given.pseudonym):
            raise InputError(
                "--pseudonym",
                ["not one, allowed: k1. and 32 hexadecimal digits, as logs and data have it"],
            )
        return given.pseudonym
    return (
        sys.stdin.read()
        if given.subject_file == "-"
        else Path(given.subject_file).read_text(encoding="utf-8")
    ).strip()


def _say(given: argparse.Namespace, answer: dict, code: int) -> int:
    text = json.dumps(answer, ensure_ascii=False)
    if given.answer is not None:
        given.answer.mkdir(parents=True, exist_ok=True)
        write_text(given.answer / "answer", text)
        write_text(given.answer / "retrain", json.dumps(answer["retrain"]))
    print(text, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
