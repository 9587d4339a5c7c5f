"""Erasure in regions that home does not reach, by orders and answers at an object location that all
reach: nothing is complete before each has answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import Workshop
from elasticsearch import ACCOUNT, PASSWORD, serving
from region_orders import HOME, OTHER, RUN, THIRD, following, region
from subjects import NAMES, NONCE, STRANGER, WHO, grep, left, prediction, run

from causeway_training.erasing.__main__ import main
from causeway_training.erasing.follow import main as look
from causeway_training.erasing.orders import Orders


@pytest.fixture()
def command(
    workshop: Workshop, location: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Options by which the home region asks the others, with its own log store."""
    monkeypatch.setenv("LOGS_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("LOGS_PASSWORD", PASSWORD)
    with serving(region("z")) as address:
        yield [
            "--logs",
            address,
            "--logs-name",
            HOME,
            "--orders",
            str(location),
            "--asked-by",
            RUN,
            "--region",
            OTHER,
            "--region",
            THIRD,
            "--poll-seconds",
            "0.05",
        ]


def test_every_region_erases_and_home_erases_the_feedback_that_only_its_lines_lead_to(
    workshop: Workshop,
    volume: Path,
    location: Path,
    command: list[str],
    capsys: pytest.CaptureFixture,
) -> None:
    stores = {OTHER: region("d1"), THIRD: region("e1")}
    (volume / "late.jsonl").write_text(
        "".join(
            json.dumps({"predictionId": prediction(count), "label": "good"}) + "\n"
            for count in ("d10", "e1", "zzz")
        )
    )
    asked, done = [], threading.Event()

    def looks(name: str, address: str) -> None:
        while not done.wait(0.05):
            asked.extend(path.read_text() for path in location.glob("orders/*/*.json"))
            look(["--orders", str(location), "--region", name, "--logs", address])

    with ExitStack() as stack:
        threads = [
            threading.Thread(target=looks, args=(name, stack.enter_context(serving(store))))
            for name, store in stores.items()
        ]
        for thread in threads:
            thread.start()
        code, answers = run_last(workshop, capsys, "ask", *command, "--wait-seconds", "30")
        done.set()
        for thread in threads:
            thread.join()
        assert code == 0 and {r["region"]: r["state"] for r in answers} == {
            OTHER: "erased",
            THIRD: "erased",
        }
    code, answer = run(workshop, capsys, "erase", *command)
    assert (code, answer["clean"]) == (0, True)
    assert answer["regions"] == [
        {"region": name, "state": "erased", "lines": 2, "left": 0, "problem": None}
        for name in (OTHER, THIRD)
    ]
    assert [left(store, *NAMES) for store in stores.values()] == [[], []]
    assert all(
        len(left(store, STRANGER)) == 1 and store.indices[".ds-causeway-subjects-1"].blocked
        for store in stores.values()
    )
    assert [
        json.loads(line)["predictionId"]
        for line in (volume / "late.jsonl").read_text().splitlines()
    ] == [prediction("zzz")]
    # An order says the pseudonyms and no identifier; once all is done neither orders nor answers
    # are left.
    assert asked and all(
        set(json.loads(text)) == {"run", "region", "model", "pseudonyms", "at"} and WHO not in text
        for text in asked
    )
    assert grep(location, WHO, *NAMES, NONCE) == [] and not list(location.rglob("*.json"))


def run_last(
    workshop: Workshop, capsys: pytest.CaptureFixture, command: str, *more: str
) -> tuple[int, list[dict]]:
    """A command while others print as well: its last line."""
    code = main(
        [
            command,
            "--contract",
            str(workshop.model / "model.yaml"),
            "--subject-file",
            str(workshop.root / "who"),
            "--subject-key",
            str(workshop.root / "ring"),
            "--at",
            str(workshop.root / "volume"),
            *more,
        ]
    )
    return code, json.loads(
        [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")][-1]
    )


def test_a_region_that_is_silent_leaves_the_erasure_open_and_one_that_answers_late_ends_it(
    workshop: Workshop,
    volume: Path,
    orders: Orders,
    command: list[str],
    capsys: pytest.CaptureFixture,
) -> None:
    following(orders, None, OTHER)
    code, asked = run_last(workshop, capsys, "ask", *command, "--wait-seconds", "0.2")
    assert code == 0 and [r["state"] for r in asked] == ["silent", "silent"]
    following(orders, region("d1"), OTHER)
    code, open_ = run(workshop, capsys, "erase", *command)
    assert (
        code == 3
        and not open_["clean"]
        and open_["search"]["found"] == []
        and open_["logLinesLeft"] == 0
    )
    assert [(r["region"], r["state"], r["left"]) for r in open_["regions"]] == [
        (OTHER, "erased", 0),
        (THIRD, "silent", None),
    ]
    # The order is still there for the region that comes back.
    third = region("e1")
    assert [answer.state for answer in following(orders, third, THIRD)] == ["erased"] and left(
        third, *NAMES
    ) == []
    code, done = run(workshop, capsys, "erase", *command)
    assert (code, done["clean"], [r["lines"] for r in done["regions"]]) == (0, True, [2, 2])


def test_the_command_wants_all_that_an_order_needs(
    workshop: Workshop,
    volume: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    base = [
        "--contract",
        str(workshop.model / "model.yaml"),
        "--subject-file",
        str(workshop.root / "who"),
        "--subject-key",
        str(workshop.root / "ring"),
        "--at",
        str(volume),
    ]
    assert main(["ask", *base]) == 2 and "allowed: one region or more" in capsys.readouterr().err
    assert (
        main(["erase", *base, "--region", OTHER]) == 2
        and "without --orders and --asked-by" in capsys.readouterr().err
    )
    assert grep(volume, WHO) != []
