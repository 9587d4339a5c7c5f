"""Erasure in regions that home does not reach: orders and answers at a place that all reach, and
nothing is complete before each has answered."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import Workshop
from elasticsearch import ACCOUNT, PASSWORD, Elasticsearch, Index, serving
from test_erasing import NONCE, RING, WHO, grep, lake, prediction, run  # noqa: F401
from test_erasing_logs import NAMES, STRANGER, SUBJECT, about, left

from causeway_training.erasing.__main__ import main
from causeway_training.erasing.follow import follow
from causeway_training.erasing.follow import main as look
from causeway_training.erasing.logs import LogStore
from causeway_training.erasing.orders import Answer, Order, Orders, Regions
from causeway_training.errors import InputError
from causeway_training.object_locations import Folder, location_at

HOME, OTHER, THIRD = "eu-west-1", "eu-central-1", "eu-north-1"
RUN = "causeway-erase-x1"


def region(count: str) -> Elasticsearch:
    """The log store of a region: lines under both names of the subject, the old ones read-only, and
    another's."""
    return Elasticsearch(
        {
            ".ds-causeway-subjects-2": Index(
                "causeway-subjects", [about(NAMES[0], count), about(STRANGER, "11")]
            ),
            ".ds-causeway-subjects-1": Index(
                "causeway-subjects", [about(NAMES[1], f"{count}0")], blocked=True
            ),
        }
    )


@pytest.fixture()
def place(tmp_path: Path) -> Path:
    return tmp_path / "erasures"


@pytest.fixture()
def orders(place: Path) -> Orders:
    return Orders(Folder(place))


def ask(orders: Orders, *names: str) -> Regions:
    regions = Regions(orders, RUN, names or (OTHER,))
    regions.ask("small", SUBJECT)
    return regions


def following(orders: Orders, store: Elasticsearch | None, name: str = OTHER) -> list[Answer]:
    """One look of a region; a region without a store cannot reach its own."""
    with ExitStack() as stack:
        address = stack.enter_context(serving(store)) if store else "http://127.0.0.1:9"
        return follow(orders, name, lambda: LogStore(address, ACCOUNT, PASSWORD))


@pytest.fixture()
def command(
    workshop: Workshop, place: Path, monkeypatch: pytest.MonkeyPatch
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
            str(place),
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
    lake: Path,  # noqa: F811
    place: Path,
    command: list[str],
    capsys: pytest.CaptureFixture,
) -> None:
    stores = {OTHER: region("d1"), THIRD: region("e1")}
    (lake / "late.jsonl").write_text(
        "".join(
            json.dumps({"predictionId": prediction(count), "label": "good"}) + "\n"
            for count in ("d10", "e1", "zzz")
        )
    )
    asked, done = [], threading.Event()

    def looks(name: str, address: str) -> None:
        while not done.wait(0.05):
            asked.extend(path.read_text() for path in place.glob("orders/*/*.json"))
            look(["--orders", str(place), "--region", name, "--logs", address])

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
        json.loads(line)["predictionId"] for line in (lake / "late.jsonl").read_text().splitlines()
    ] == [prediction("zzz")]
    # An order says the pseudonyms and no identifier; once all is done neither orders nor answers
    # are left.
    assert asked and all(
        set(json.loads(text)) == {"run", "region", "model", "pseudonyms", "at"} and WHO not in text
        for text in asked
    )
    assert grep(place, WHO, *NAMES, NONCE) == [] and not list(place.rglob("*.json"))


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
            str(workshop.root / "lake"),
            *more,
        ]
    )
    return code, json.loads(
        [line for line in capsys.readouterr().out.splitlines() if line.startswith("[")][-1]
    )


def test_a_region_that_is_silent_leaves_the_erasure_open_and_one_that_answers_late_ends_it(
    workshop: Workshop,
    lake: Path,  # noqa: F811
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


def test_a_region_whose_log_store_fails_says_so_and_tries_again(orders: Orders) -> None:
    regions = ask(orders)
    [answer] = following(orders, None)
    assert (answer.state, answer.left) == ("failed", None) and "cannot be reached" in (
        answer.problem or ""
    )
    assert not regions.clean and not regions.wait(datetime.now(timezone.utc), 0)
    [answer] = following(orders, region("d1"))
    assert (answer.state, answer.lines, answer.left, regions.clean) == ("erased", 2, 0, True)


def test_a_line_that_cannot_be_deleted_keeps_the_order_open_and_the_count_goes_on(
    orders: Orders,
) -> None:
    ask(orders)
    store = region("d1")
    store.failing = {f"{NAMES[1]} d10"}
    [answer] = following(orders, store)
    assert (answer.state, answer.lines) == ("failed", 0) and "1 lines could not be deleted" in (
        answer.problem or ""
    )
    # The line that went is not searched any more: what it told was written down before.
    assert f"{NONCE}d1" in answer.predictions
    store.failing = set()
    [answer] = following(orders, store)
    assert (answer.state, answer.lines, answer.left) == ("erased", 1, 0) and {
        f"{NONCE}d1",
        f"{NONCE}d10",
    } <= set(answer.predictions)


def test_a_line_that_comes_back_is_no_last_word(orders: Orders) -> None:
    regions = ask(orders)

    class Returning(Elasticsearch):
        def _delete(self, hits: dict[str, list[dict]]) -> tuple[int, dict]:
            answer = super()._delete(hits)
            self.indices[".ds-causeway-subjects-2"].fresh.append(about(NAMES[0], "late"))
            return answer

    store = region("d1")
    [answer] = following(orders, Returning(store.indices))
    assert (answer.state, answer.lines, answer.left, answer.problem, regions.clean) == (
        "failed",
        2,
        1,
        "1 lines are left",
        False,
    )
    [answer] = following(orders, Elasticsearch(store.indices))
    assert (answer.state, answer.lines, answer.left) == ("erased", 3, 0)


def test_the_same_order_again_is_the_same_order_and_what_was_answered_is_left_alone(
    orders: Orders, place: Path
) -> None:
    first = ask(orders)
    asked = (place / "orders" / OTHER / f"{RUN}.json").read_bytes()
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert first.ask("small", SUBJECT, later) < later
    assert (place / "orders" / OTHER / f"{RUN}.json").read_bytes() == asked
    store = region("d1")
    assert len(following(orders, store)) == 1
    calls = len(store.calls)
    assert following(orders, store) == [] and len(store.calls) == calls
    assert first.report() == [
        {"region": OTHER, "state": "erased", "lines": 2, "left": 0, "problem": None}
    ]


def test_an_order_of_another_region_or_one_that_is_none_is_refused_and_touches_nothing(
    orders: Orders, place: Path
) -> None:
    ask(orders, THIRD)
    (place / "orders" / OTHER).mkdir()
    shutil.copy(place / "orders" / THIRD / f"{RUN}.json", place / "orders" / OTHER / f"{RUN}.json")
    order = json.loads((place / "orders" / THIRD / f"{RUN}.json").read_text()) | {"region": OTHER}
    bad = {
        "none": "{",
        "all": json.dumps(order | {"run": "all", "pseudonyms": ["*"]}),
        "nobody": json.dumps(order | {"run": "nobody", "pseudonyms": []}),
        "other": json.dumps(order),
    }
    for name, text in bad.items():
        (place / "orders" / OTHER / f"{name}.json").write_text(text)
    store = region("d1")
    answers = following(orders, store)
    assert {answer.run: answer.state for answer in answers} == dict.fromkeys((RUN, *bad), "refused")
    assert store.calls == [] and len(left(store, *NAMES)) == 2
    assert all(
        "k1." not in json.dumps(answer.problem).replace("k1. and 32", "") for answer in answers
    )
    assert not Regions(orders, RUN, (OTHER,)).clean and following(orders, store) == []


@pytest.mark.parametrize(
    "forged",
    [
        {"left": 3},
        {"left": None},
        {"region": THIRD},
        {"run": "another"},
        {"state": "done"},
        {"predictions": [".*"]},
        {"lines": "2"},
        {"lines": -1},
        {"left": False},
        {"problem": 7},
    ],
)
def test_an_answer_that_does_not_hold_together_is_none(
    orders: Orders, place: Path, forged: dict
) -> None:
    regions = ask(orders)
    following(orders, region("d1"))
    file = place / "answers" / OTHER / f"{RUN}.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | forged))
    assert not regions.clean and regions.report()[0]["problem"] == "an answer that cannot be read"
    assert regions.told(SUBJECT) == SUBJECT


def test_names_of_regions_and_runs_cannot_lead_out_of_their_folder(orders: Orders) -> None:
    for bad in ("../x", "a/b", ""):
        with pytest.raises(InputError, match="allowed: lower-case letters"):
            orders.ask(Order(bad, OTHER, "small", tuple(NAMES), "2026-11-29T10:00:00Z"))
        with pytest.raises(InputError, match="allowed: lower-case letters"):
            orders.runs(bad)


def test_the_command_wants_all_that_an_order_needs(
    workshop: Workshop,
    lake: Path,  # noqa: F811
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
        str(lake),
    ]
    assert main(["ask", *base]) == 2 and "allowed: one region or more" in capsys.readouterr().err
    assert (
        main(["erase", *base, "--region", OTHER]) == 2
        and "without --orders and --asked-by" in capsys.readouterr().err
    )
    assert grep(lake, WHO) != []


def test_in_a_bucket_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3
    from moto import mock_aws

    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        orders = Orders(location_at("s3://artifacts/erasures", "--orders"))
        regions = ask(orders, OTHER, THIRD)
        keys = [item["Key"] for item in client.list_objects_v2(Bucket="artifacts")["Contents"]]
        assert keys == [f"erasures/orders/{name}/{RUN}.json" for name in (OTHER, THIRD)]
        orders.answer(Answer(RUN, OTHER, "erased", (f"{NONCE}d1",), 2, 0))
        assert [r["state"] for r in regions.report()] == [
            "erased",
            "silent",
        ] and f"{NONCE}d1" in regions.told(SUBJECT).predictions
        assert orders.runs(THIRD) == [RUN] and orders.runs("eu-south-1") == []
        regions.close()
        assert "Contents" not in client.list_objects_v2(Bucket="artifacts")
