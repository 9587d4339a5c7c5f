"""What a run leaves for the audit ledger."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import CREATED, Workshop, make_rows
from test_command import arguments

from causeway_training.__main__ import main
from causeway_training.digests import digest_file


def facts(run: Path) -> dict[str, dict]:
    return {
        path.stem: json.loads(path.read_text()) for path in sorted((run / "facts").glob("*.json"))
    }


def test_a_run_that_ends_well_states_training_evaluation_and_release(workshop: Workshop) -> None:
    out = workshop.root / "released"
    assert main([*arguments(workshop, "all"), "--json", "--to", str(out)]) == 0
    found = facts(workshop.root / "run")
    assert sorted(found) == ["evaluate", "release", "train"]
    assert {(fact["action"], fact["subject"], fact["at"]) for fact in found.values()} == {
        (name, "small", CREATED) for name in found
    }
    trained, judged, released = (
        found[name]["details"] for name in ("train", "evaluate", "release")
    )
    assert (
        trained["model"]
        == digest_file(workshop.root / "run" / "train" / "model.onnx")
        == judged["trained"]
    )
    assert (
        trained["data"]
        == digest_file(workshop.root / "run" / "collect" / "data.csv")
        == released["data"]
    )
    assert judged["model"] == released["model"] == digest_file(out / "model.onnx")
    assert released["manifest"] == digest_file(out / "manifest.json")
    assert (trained["outcome"], judged["outcome"], released["published"]) == (
        "trained",
        "held",
        False,
    )
    assert judged["metrics"]["auc"] > 0.6


def test_a_run_that_ends_at_a_gate_states_the_gates(workshop: Workshop) -> None:
    workshop.write_rows(make_rows(unfair=2.0))
    assert main([*arguments(workshop, "all"), "--json", "--mitigation", "off"]) == 3
    found = facts(workshop.root / "run")
    assert sorted(found) == ["evaluate", "train"]
    judged = found["evaluate"]["details"]
    assert (judged["outcome"], judged["step"]) == ("refused", "audit")
    assert [gate["gate"] for gate in judged["gates"]] == ["selection-rate-ratio of side"]
    assert judged["trained"] == found["train"]["details"]["model"]


def test_data_that_a_gate_refuses_is_a_training_that_was_refused(workshop: Workshop) -> None:
    workshop.write_rows(make_rows()[:90])
    assert main([*arguments(workshop, "all"), "--json"]) == 3
    found = facts(workshop.root / "run")
    assert {
        name: (fact["details"]["outcome"], fact["details"]["step"]) for name, fact in found.items()
    } == {"train": ("refused", "validate")}


def test_a_second_run_over_the_same_inputs_states_nothing_new(workshop: Workshop) -> None:
    given = arguments(workshop, "all")
    assert main([*given, "--json"]) == 0
    before = facts(workshop.root / "run")
    assert main([*given[:-1], "2026-11-25T03:00:00Z", "--json"]) == 0
    after = facts(workshop.root / "run")
    assert after["train"] == before["train"]


def test_facts_hold_no_rows(workshop: Workshop) -> None:
    assert main([*arguments(workshop, "all"), "--json"]) == 0
    said = "".join(path.read_text() for path in (workshop.root / "run" / "facts").iterdir())
    assert "person " not in said
    assert len(said) < 4_000
