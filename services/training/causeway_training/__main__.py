"""Command line: `python -m causeway_training <step> --contract model.yaml --run folder [--champion
release folder]`.

`admit` says first whether a run may start (--admissions, --trigger, --causes) and writes true or
false to --output; that is no error. Exit codes: 0 done (or already done), 1 unexpected error, 2 an
input that cannot be used, 3 a gate that did not hold.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = (
        # sums in one order, so that the same inputs give the same bytes; set before numpy loads
        "1"
    )

import argparse
import json
import sys
import time
import warnings
from importlib import import_module
from typing import Any

from .arguments import parser
from .errors import EXIT_GATE, EXIT_INPUT, GateFailure, InputError
from .json_reader import parse_json

STEPS = (
    "collect",
    "validate",
    "prepare",
    "train",
    "evaluate",
    "audit",
    "explain",
    "compress",
    "package",
    "publish",
    "release",
)


def main(arguments: list[str] | None = None) -> int:
    """Runs one step, or all of them in order; returns the exit code."""
    given = parser(__doc__.partition("\n\n")[0], STEPS).parse_args(arguments)
    warnings.filterwarnings("ignore")
    try:
        return {"keygen": _keygen, "sign": _sign, "admit": _admit}.get(given.step, _perform)(given)
    except InputError as error:
        _say(
            given,
            {"error": "input", "source": error.source, "problems": error.problems},
            str(error),
        )
        return EXIT_INPUT
    except GateFailure as failure:
        _say(given, {"error": "gate", "step": failure.step, "gates": failure.gates}, str(failure))
        return EXIT_GATE


def _perform(given: argparse.Namespace) -> int:
    context = _context(given)
    names = (
        [given.step]
        if given.step != "all"
        else [s for s in STEPS if {"release": given.to, "publish": given.base}.get(s, True)]
    )
    for number, name in enumerate(names, 1):
        start = time.perf_counter()
        fresh = _run_step(name, context)
        seconds = time.perf_counter() - start
        notes = import_module(".summary", __package__).summary(name, context)
        state = "done" if fresh else "already done"
        text = f"[{number}/{len(names)}] {name}: {state} in {seconds:.1f} s" + "".join(
            f"\n      {note}" for note in notes
        )
        if name == "release":
            module = import_module(".steps.release", __package__)
            attestation = module.source(context) / module.ATTESTATION_FILE
            _output(given, attestation.read_text(encoding="utf-8"))
        _say(
            given,
            {"step": name, "fresh": fresh, "seconds": round(seconds, 3), "notes": notes},
            text,
        )
    return 0


def _run_step(name: str, context: Any) -> bool:
    """Runs a step, and writes what the audit ledger should know of its end.

    Returns whether there was anything to do.
    """
    facts = import_module(".facts", __package__)
    try:
        fresh = import_module(f".steps.{name}", __package__).run(context)
    except GateFailure as failure:
        facts.state_refusal(context, failure)
        raise
    facts.state(context, name)
    return fresh


def _context(given: argparse.Namespace) -> Any:
    missing = [
        f"{name} is missing" for name in ("--contract", "--run") if getattr(given, name[2:]) is None
    ]
    if missing:
        raise InputError("arguments", missing)
    from .champion import Champion
    from .context import Context, Options
    from .contract import load_contract
    from .key_ring import ring_file
    from .run import Run

    if not 0.05 <= given.holdout <= 0.5:
        raise InputError("--holdout", [f"got {given.holdout}, allowed: a share from 0.05 to 0.5"])
    if given.attempt < 1:
        raise InputError("--attempt", [f"got {given.attempt}, allowed: a whole number from 1"])
    contract = load_contract(given.contract)
    options = Options(
        seed=given.seed,
        source=given.source,
        mitigation=given.mitigation,
        parameters=dict(map(_parameter, given.parameter)),
        holdout=given.holdout,
        subject_key=None if given.subject_key is None else ring_file(given.subject_key),
        created_at=given.created_at,
        version=given.version,
        repository=given.repository,
        signing_key=given.signing_key,
        to=given.to,
        trusted_key=given.trusted_key,
        base=given.base,
        budget=given.budget,
        attempt=given.attempt,
    )
    champion = Champion.open(given.champion, contract.name) if given.champion else None
    return Context(contract, Run.at(given.run), options, champion)


def _parameter(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError("--parameter", [f"got {text}, allowed: NAME=VALUE"])
    try:
        return name, parse_json(value)
    except ValueError as error:
        if value.lstrip().startswith(("[", "{")):
            raise InputError("--parameter", [f"{name}: got {value[:80]}, {error}"]) from None
        return name, value


def _keygen(given: argparse.Namespace) -> int:
    if given.private is None or given.public is None:
        raise InputError("arguments", ["keygen takes --private and --public"])
    from .signing import make_keys

    make_keys(given.private, given.public)
    return 0


def _admit(given: argparse.Namespace) -> int:
    """Says whether a retraining may start now.

    A refusal is an answer, not an error: the caller ends the run as skipped.
    """
    if given.contract is None or given.run is None or given.admissions is None:
        raise InputError("arguments", ["admit takes --contract, --run and --admissions"])
    from .admission import Admission, admit, causes_of, limits_of, run_name
    from .contract import load_contract
    from .timestamps import timestamp_or_now

    asked = Admission(
        run_name(given.run),
        timestamp_or_now(given.created_at, "--created-at"),
        given.trigger,
        causes_of(given.causes),
    )
    verdict = admit(limits_of(load_contract(given.contract)), given.admissions, asked)
    _output(given, "true" if verdict.admitted else "false")
    _say(
        given,
        {"admitted": verdict.admitted, "reason": verdict.reason},
        f"{'admitted' if verdict.admitted else 'skipped'}: {verdict.reason}",
    )
    return 0


def _output(given: argparse.Namespace, text: str) -> None:
    if given.output is not None:
        from .run import write_text

        given.output.parent.mkdir(parents=True, exist_ok=True)
        write_text(given.output, text)


def _sign(given: argparse.Namespace) -> int:
    """Signs a release folder again, as after its manifest learnt the digest of the published
    image."""
    if given.to is None or given.signing_key is None:
        raise InputError("arguments", ["sign takes --to and --signing-key"])
    from .release_files import FILES
    from .run import local_path
    from .signing import write_attestation
    from .steps.release import check_files

    folder = local_path(given.to, "--to")
    check_files(folder)
    write_attestation(folder, FILES, given.signing_key)
    return 0


def _say(given: argparse.Namespace, record: dict, text: str) -> None:
    failed = "error" in record
    if given.json:
        record = {**record, "message": text} if failed else record
        print(json.dumps(record, default=float), flush=True)
    if failed or not given.json:
        print(text, file=sys.stderr if failed else sys.stdout, flush=True)


if __name__ == "__main__":
    sys.exit(main())
