"""Runs and releases in an object store, against moto's S3."""

import json

import pytest
from conftest import CREATED, Workshop, make_rows
from helpers import digests, run_to

from causeway_training.__main__ import main
from causeway_training.champion import Champion
from causeway_training.errors import InputError
from causeway_training.rows import read_rows


@pytest.fixture()
def bucket(monkeypatch: pytest.MonkeyPatch):
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="runs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield client


def test_rows_are_collected_from_the_object_that_the_contract_names(
    bucket, workshop: Workshop
) -> None:
    bucket.put_object(
        Bucket="runs", Key="data/small.csv", Body=(workshop.root / "data.csv").read_bytes()
    )
    workshop.write_contract(
        lambda contract: contract["data"].update(source="s3://runs/data/small.csv")
    )
    context = workshop.context(source=None)
    run_to(context, "collect")
    assert len(read_rows(context.run.folder("collect") / "data.csv")) == len(make_rows())
    for source, message in (
        ("s3://runs/data/other.csv", "no such object"),
        ("s3://runs/small.csv", "allowed: s3://bucket/prefix"),
    ):
        with pytest.raises(InputError, match=message):
            run_to(workshop.context("another", source=source), "collect")


def command(workshop: Workshop, step: str, *more: str) -> int:
    return main(
        [
            step,
            "--contract",
            str(workshop.model / "model.yaml"),
            "--run",
            "s3://runs/small/1",
            "--source",
            str(workshop.root / "data.csv"),
            "--created-at",
            CREATED,
            *more,
        ]
    )


def names(client) -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket="runs").get("Contents", [])]


def test_each_step_finds_what_the_one_before_it_stored(workshop: Workshop, bucket) -> None:
    for step in (
        "collect",
        "validate",
        "prepare",
        "train",
        "evaluate",
        "audit",
        "explain",
        "compress",
        "package",
    ):
        assert command(workshop, step) == 0
    local = workshop.context("local")
    run_to(local, "package")
    stored = bucket.get_object(Bucket="runs", Key="small/1/package/manifest.json")["Body"].read()
    assert stored == (local.run.folder("package") / "manifest.json").read_bytes()


def test_a_step_without_its_record_is_not_finished(workshop: Workshop, bucket) -> None:
    assert command(workshop, "collect") == 0
    bucket.delete_object(Bucket="runs", Key="small/1/collect/step.json")
    assert command(workshop, "validate") == 2
    assert command(workshop, "collect") == 0 and command(workshop, "validate") == 0


def test_releases_are_kept_side_by_side_and_one_pointer_names_the_current(
    workshop: Workshop, bucket
) -> None:
    assert command(workshop, "all", "--to", "s3://runs/released") == 0
    first = json.loads(bucket.get_object(Bucket="runs", Key="released/current.json")["Body"].read())
    assert first["release"].startswith("1.0.0-")
    assert command(workshop, "all", "--version", "1.1.0", "--to", "s3://runs/released") == 0
    second = json.loads(
        bucket.get_object(Bucket="runs", Key="released/current.json")["Body"].read()
    )
    assert second["release"].startswith("1.1.0-")
    assert f"released/{first['release']}/model.onnx" in names(bucket)
    assert Champion.open("s3://runs/released", "small").manifest["version"] == "1.1.0"


def test_an_empty_store_and_a_missing_bucket_are_said_plainly(workshop: Workshop, bucket) -> None:
    with pytest.raises(InputError, match="nothing was released there"):
        Champion.open("s3://runs/none", "small")
    with pytest.raises(InputError, match="NoSuchBucket"):
        Champion.open("s3://missing/none", "small")


def test_a_failed_gate_stores_nothing_of_its_step(workshop: Workshop, bucket) -> None:
    workshop.write_contract(
        lambda c: c["gates"]["performance"].append({"metric": "recall", "min": 0.999})
    )
    assert command(workshop, "all") == 3
    assert not [name for name in names(bucket) if name.startswith("small/1/evaluate/")]
    assert digests(workshop.root)
