"""Erasure from the log store: lines found and deleted by query in live and read-only indices, and a
search that finds nothing after it."""

import json
from pathlib import Path

import pytest
from conftest import Workshop
from elasticsearch import ACCOUNT, PASSWORD, Elasticsearch, Index, serving
from subjects import NAMES, NONCE, STRANGER, SUBJECT, WHO, about, grep, left, logs, prediction, run

from causeway_training.erasing.logs import LogStore
from causeway_training.errors import InputError


def test_every_line_of_a_subject_goes_from_every_index_and_out_of_the_segments() -> None:
    store = logs()
    with serving(store) as address:
        client = LogStore(address, ACCOUNT, PASSWORD)
        assert client.count(SUBJECT) == 5
        assert client.erase(SUBJECT) == 5
        assert client.count(SUBJECT) == 0
    assert left(store, *NAMES) == []
    # Another's lines, lines that name nobody, and what is read-only stay as they were.
    assert (
        len(left(store, STRANGER)) == 1
        and len(store.indices[".ds-causeway-predictions-1"].documents) == 1
    )
    assert [name for name, index in store.indices.items() if index.blocked] == [
        ".ds-causeway-subjects-1",
        ".ds-causeway-predictions-1",
    ]


def test_a_line_that_came_a_moment_ago_is_counted_and_deleted() -> None:
    store = Elasticsearch({"live": Index("causeway-subjects", fresh=[about(NAMES[0], "1")])})
    with serving(store) as address:
        client = LogStore(address, ACCOUNT, PASSWORD)
        assert client.erase(SUBJECT) == 1
        store.indices["live"].fresh = [about(NAMES[0], "2")]
        assert client.count(SUBJECT) == 1


def test_the_lines_lead_to_all_predictions_of_the_subject_however_many() -> None:
    many = [about(NAMES[0], format(i, "o")) for i in range(2_500)]
    store = Elasticsearch(
        {
            "live": Index(
                "causeway-subjects", [*many, about(NAMES[1], "z", 2), about(STRANGER, "zzz")]
            )
        }
    )
    with serving(store) as address:
        told = LogStore(address, ACCOUNT, PASSWORD).told(SUBJECT)
    assert (
        told.predictions
        >= {NONCE + format(i, "o") for i in range(2_500)}
        | {
            f"{NONCE}z",
            f"{NONCE}10",
        }
        and f"{NONCE}zzz" not in told.predictions
    )
    assert store.scrolls == {}


def test_a_deleted_line_leaves_its_segment_however_few_they_are() -> None:
    store = Elasticsearch(
        {
            "live": Index(
                "causeway-subjects",
                [about(NAMES[0], "1"), *(about(STRANGER, format(i, "o")) for i in range(50))],
                leased=3,
            )
        }
    )
    with serving(store) as address:
        client = LogStore(address, ACCOUNT, PASSWORD, pause=0.01)
        assert (client.erase(SUBJECT), client.left(SUBJECT)) == (1, 0)
    assert left(store, *NAMES) == []


def test_a_deleted_line_that_does_not_leave_its_segment_in_time_is_left() -> None:
    store = Elasticsearch(
        {"live": Index("causeway-subjects", [about(NAMES[0], "1")], leased=1_000)}
    )
    with serving(store) as address:
        client = LogStore(address, ACCOUNT, PASSWORD, patience=0.05, pause=0.01)
        assert (client.erase(SUBJECT), client.count(SUBJECT), client.left(SUBJECT)) == (1, 0, 1)
        # Once the copy is there, the next erasure takes it, although it finds no line.
        store.indices["live"].leased = 0
        assert (client.erase(SUBJECT), client.left(SUBJECT)) == (0, 0)


def test_no_stream_yet_is_nothing_to_erase() -> None:
    with serving(Elasticsearch({})) as address:
        client = LogStore(address, ACCOUNT, PASSWORD)
        assert (client.count(SUBJECT), client.erase(SUBJECT), client.told(SUBJECT)) == (
            0,
            0,
            SUBJECT,
        )


def test_what_could_not_be_deleted_is_no_erasure_and_indices_are_read_only_again() -> None:
    store = logs()
    store.failing = {f"{NAMES[1]} a1"}
    with serving(store) as address:
        with pytest.raises(InputError, match="1 lines could not be deleted"):
            LogStore(address, ACCOUNT, PASSWORD).erase(SUBJECT)
        with pytest.raises(InputError, match="status 401"):
            LogStore(address, ACCOUNT, "another").count(SUBJECT)
    assert (
        store.indices[".ds-causeway-subjects-1"].blocked
        and store.indices[".ds-causeway-predictions-1"].blocked
    )
    with pytest.raises(InputError, match="cannot be reached"):
        LogStore("http://127.0.0.1:9", ACCOUNT, PASSWORD).count(SUBJECT)


def test_the_command_erases_log_lines_and_the_feedback_that_only_they_lead_to(
    workshop: Workshop,
    volume: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    (workshop.root / "password").write_text(f"{PASSWORD}\n")
    # A label of a prediction that no file names the subject of: the log store alone knows whose it
    # was.
    (volume / "late.jsonl").write_text(
        json.dumps({"predictionId": prediction("b1"), "label": "good"}) + "\n"
    )
    store = logs()
    with serving(store) as address:
        more = [
            "--logs",
            address,
            "--logs-name",
            "eu-west-1",
            "--logs-account",
            ACCOUNT,
            "--logs-password-file",
            str(workshop.root / "password"),
        ]
        code, found = run(workshop, capsys, "find", *more)
        assert (code, found["logs"], found["logLines"]) == (0, "eu-west-1", 5)
        assert f"{volume}/late.jsonl" in found["search"]["found"]
        code, done = run(workshop, capsys, "erase", *more)
        assert (code, done["logs"], done["logLines"], done["logLinesLeft"], done["clean"]) == (
            0,
            "eu-west-1",
            5,
            0,
            True,
        )
        code, proof = run(workshop, capsys, "search", *more)
        assert (code, proof["clean"], proof["logLinesLeft"]) == (0, True, 0)
    assert (
        left(store, *NAMES) == []
        and grep(volume, WHO, *NAMES) == []
        and (volume / "late.jsonl").read_text() == ""
    )


def test_a_line_that_comes_back_is_found_and_the_erasure_is_not_complete(
    workshop: Workshop,
    volume: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGS_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("LOGS_PASSWORD", PASSWORD)
    store = logs()

    class Returning(Elasticsearch):
        def _delete(self, hits: dict[str, list[dict]]) -> tuple[int, dict]:
            answer = super()._delete(hits)
            self.indices[".ds-causeway-subjects-2"].fresh.append(about(NAMES[0], "late"))
            return answer

    with serving(Returning(store.indices)) as address:
        code, done = run(workshop, capsys, "erase", "--logs", address)
    assert (code, done["logLinesLeft"], done["clean"]) == (3, 1, False)
