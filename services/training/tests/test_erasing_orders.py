"""Orders to erase in another region, and the answers to them."""

import json
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from region_orders import OTHER, RUN, THIRD, ask, following, region
from subjects import NAMES, NONCE, SUBJECT, about, left

from causeway_training.erasing.orders import Answer, Order, Orders, Regions
from causeway_training.errors import InputError
from causeway_training.object_locations import location_at


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
    orders: Orders, location: Path
) -> None:
    first = ask(orders)
    asked = (location / "orders" / OTHER / f"{RUN}.json").read_bytes()
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert first.ask("small", SUBJECT, later) < later
    assert (location / "orders" / OTHER / f"{RUN}.json").read_bytes() == asked
    store = region("d1")
    assert len(following(orders, store)) == 1
    calls = len(store.calls)
    assert following(orders, store) == [] and len(store.calls) == calls
    assert first.report() == [
        {"region": OTHER, "state": "erased", "lines": 2, "left": 0, "problem": None}
    ]


def test_an_order_of_another_region_or_one_that_is_none_is_refused_and_touches_nothing(
    orders: Orders, location: Path
) -> None:
    ask(orders, THIRD)
    (location / "orders" / OTHER).mkdir()
    shutil.copy(
        location / "orders" / THIRD / f"{RUN}.json", location / "orders" / OTHER / f"{RUN}.json"
    )
    order = json.loads((location / "orders" / THIRD / f"{RUN}.json").read_text()) | {
        "region": OTHER
    }
    bad = {
        "none": "{",
        "all": json.dumps(order | {"run": "all", "pseudonyms": ["*"]}),
        "nobody": json.dumps(order | {"run": "nobody", "pseudonyms": []}),
        "other": json.dumps(order),
    }
    for name, text in bad.items():
        (location / "orders" / OTHER / f"{name}.json").write_text(text)
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
    orders: Orders, location: Path, forged: dict
) -> None:
    regions = ask(orders)
    following(orders, region("d1"))
    file = sorted((location / "answers" / OTHER / RUN).iterdir())[-1]
    file.write_text(json.dumps(json.loads(file.read_text()) | forged))
    assert not regions.clean and regions.report()[0]["problem"] == "an answer that cannot be read"
    assert regions.told(SUBJECT) == SUBJECT


def test_names_of_regions_and_runs_cannot_lead_out_of_their_folder(orders: Orders) -> None:
    for bad in ("../x", "a/b", ""):
        with pytest.raises(InputError, match="allowed: lower-case letters"):
            orders.ask(Order(bad, OTHER, "small", tuple(NAMES), "2026-11-29T10:00:00Z"))
        with pytest.raises(InputError, match="allowed: lower-case letters"):
            orders.runs(bad)


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
