"""Erasure of one subject: from what the real steps wrote, and from every form of file beside it;
then a search that finds nothing."""

import gzip
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from conftest import Workshop
from helpers import run_to, step
from subjects import NEW, OLD, OTHER, RING, WHO, grep, people, prediction, run

from causeway_training.erasing.forms import Closed, Unerasable, names_subject, without_subject
from causeway_training.erasing.stores import store_at
from causeway_training.erasing.subject import Subject
from causeway_training.erasing.work import erase, search
from causeway_training.errors import InputError
from causeway_training.rows import read_rows


def test_one_subject_is_erased_from_everything_and_a_search_finds_nothing(
    workshop: Workshop, volume: Path, capsys: pytest.CaptureFixture
) -> None:
    pseudonyms = RING.pseudonyms("small", WHO)
    before, others = (
        grep(volume, WHO, *pseudonyms),
        {name: p.read_bytes() for name in ("source.csv",) for p in [volume / name]},
    )
    assert len(before) > 10
    code, found = run(workshop, capsys, "find")
    names = {f.removeprefix(f"{volume}/") for f in found["search"]["found"]}
    expected = {
        "source.csv",
        "source.csv.gz",
        "source.csv.bz2",
        "source.csv.xz",
        "notes.csv",
        "arrays.npz",
        "bytes.npz",
        "bundle.zip",
        "people.json",
        "server.jsonl.gz",
        "feedback.jsonl",
    }
    assert (
        code == 0
        and expected <= names
        and {"runs/before/collect/data.csv", "runs/after/collect/data.csv"} <= names
    )
    assert [r["run"].rsplit("/", 1)[1] for r in found["runs"]] == ["after", "before"] and all(
        r["model"] and r["dataset"] for r in found["runs"]
    )
    code, done = run(workshop, capsys, "erase")
    assert (
        code == 0
        and done["erased"]["left"] == []
        and done["search"]["found"] == []
        and done["search"]["closed"] == []
    )
    assert grep(volume, WHO, *pseudonyms, prediction("z"), prediction("10"), prediction("a1")) == []
    # What belongs to others is as it was.
    kept = read_rows(volume / "source.csv")
    assert len(kept) == 598 and set(kept["person"]) == {f"id-{i}" for i in range(300)} - {WHO}
    assert (volume / "source.csv").read_bytes() == b"".join(
        line for line in others["source.csv"].splitlines(True) if b",id-7\n" not in line
    )
    assert (
        gzip.decompress((volume / "source.csv.gz").read_bytes())
        == (volume / "source.csv").read_bytes()
    )
    assert (
        volume / "notes.csv"
    ).read_bytes().decode() == f'person,note\r\n{OTHER},"about {OTHER}, not {WHO}x"\r\n'
    arrays = np.load(volume / "arrays.npz")
    assert len(arrays["person"]) == len(arrays["debt"]) == 598 and len(arrays["edges"]) == 5
    assert json.loads((volume / "people.json").read_text()) == {
        "people": [{"id": OTHER, "friends": ["id-3"]}]
    }
    assert [
        json.loads(line)["predictionId"]
        for line in (volume / "feedback.jsonl").read_text().splitlines()
    ] == [prediction("11"), prediction("zz")]
    assert (
        RING.pseudonym("small", OTHER)
        in gzip.decompress((volume / "server.jsonl.gz").read_bytes()).decode()
    )


def test_a_pseudonym_of_a_log_line_is_enough_to_find_the_source_and_all_other_names(
    workshop: Workshop, volume: Path, capsys: pytest.CaptureFixture
) -> None:
    (workshop.root / "who").write_text(RING.pseudonyms("small", WHO)[0])
    code, done = run(workshop, capsys, "erase")
    assert code == 0 and grep(volume, WHO, *RING.pseudonyms("small", WHO)) == []
    assert WHO not in json.dumps(done) and "k1." not in json.dumps(done)


def test_a_run_whose_rows_were_erased_is_not_continued(
    workshop: Workshop, volume: Path, capsys: pytest.CaptureFixture
) -> None:
    run(workshop, capsys, "erase")
    workshop.write_rows(read_rows(volume / "source.csv"))
    again = workshop.context("volume/runs/after", subject_key=OLD + NEW)
    with pytest.raises(InputError, match="data.csv is not the file that the step wrote"):
        step("validate").run(again)
    assert (
        run_to(workshop.context("volume/runs/fresh", subject_key=OLD + NEW), "train") == [True] * 4
    )
    assert run(workshop, capsys, "search")[0] == 0


def test_what_cannot_be_looked_into_or_told_apart_is_no_proof(
    workshop: Workshop, volume: Path, capsys: pytest.CaptureFixture
) -> None:
    (volume / "frames.zst").write_bytes(b"\x28\xb5\x2f\xfd packed")
    (volume / "memo.bin").write_bytes(b"\x00about " + WHO.encode() + b"\x00")
    code, done = run(workshop, capsys, "erase")
    assert code == 3
    assert done["search"]["closed"] == [
        f"{volume}/frames.zst: frames.zst is packed as Zstandard, which cannot be looked into"
    ]
    assert done["search"]["found"] == [f"{volume}/memo.bin"] and len(done["erased"]["left"]) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-le"])
def test_a_name_counts_as_a_word_of_its_own_in_every_encoding(encoding: str) -> None:
    subject = Subject(frozenset([WHO]))
    assert subject.holds_bytes(f"x {WHO}, y".encode(encoding))
    assert not any(
        subject.holds_bytes(f"x {text}, y".encode(encoding))
        for text in (OTHER, "my-id-7", "id-7@x", "id-7_a")
    )


def test_damaged_archives_are_closed_and_pickles_are_not_opened() -> None:
    subject = Subject(frozenset([WHO]))
    with pytest.raises(Closed):
        names_subject("a.gz", gzip.compress(b"x" * 100)[:20], subject)
    stream = io.BytesIO()
    np.savez(stream, person=np.array([WHO, "x"], dtype=object), allow_pickle=True)
    with pytest.raises(Unerasable, match="arrays that cannot be read safely"):
        without_subject("a.npz", stream.getvalue(), subject)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(WHO)
        archive.addfile(entry, io.BytesIO(WHO.encode()))
    assert names_subject("a.tar.gz", gzip.compress(tar.getvalue()), subject)


def test_parquet_is_searched_and_erased_where_pyarrow_is_and_closed_where_it_is_not(
    tmp_path: Path,
) -> None:
    subject = Subject(frozenset([WHO]))
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        with pytest.raises(Closed, match="pyarrow"):
            names_subject("a.parquet", b"PAR1 anything PAR1", subject)
        return
    pyarrow.parquet.write_table(
        pyarrow.table({"person": [WHO, OTHER] * 50, "n": list(range(100))}),
        tmp_path / "a.parquet",
        compression="zstd",
    )
    store = store_at(str(tmp_path))
    assert erase([store], subject).rows == 50 and search([store], subject).clean
    assert set(pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pydict()["person"]) == {OTHER}


def test_in_a_bucket_the_old_versions_go_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3
    from moto import mock_aws

    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(name, value)
    subject = Subject(frozenset([WHO]))
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="volume", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        client.put_bucket_versioning(Bucket="volume", VersioningConfiguration={"Status": "Enabled"})
        table = f"person,n\n{WHO},1\n{OTHER},2\n".encode()
        for body in (table, table + b"x,3\n"):
            client.put_object(Bucket="volume", Key="data/a.csv", Body=body)
        client.put_object(Bucket="volume", Key="data/deleted.csv", Body=table)
        client.delete_object(Bucket="volume", Key="data/deleted.csv")
        client.put_object(Bucket="volume", Key="data/innocent.csv", Body=b"person\nx\n")
        assert len(search([store_at("s3://volume")], subject).found) == 3
        store = store_at("s3://volume/data")
        assert len(search([store], subject).found) == 3
        done = erase([store], subject)
        assert (done.files, done.rows, done.versions, done.left) == (1, 1, 2, [])
        assert search([store], subject).clean
        versions = client.list_object_versions(Bucket="volume")["Versions"]
        assert [
            client.get_object(Bucket="volume", Key=v["Key"], VersionId=v["VersionId"])[
                "Body"
            ].read()
            for v in versions
        ] == [f"person,n\n{OTHER},2\nx,3\n".encode(), b"person\nx\n"]


def test_the_command_takes_no_subject_by_argument_and_wants_a_location(workshop: Workshop) -> None:
    people(workshop)
    base = [
        sys.executable,
        "-m",
        "causeway_training.erasing",
        "search",
        "--contract",
        str(workshop.model / "model.yaml"),
        "--subject-file",
        "-",
    ]
    ended = subprocess.run(base, input=WHO, capture_output=True, text=True, check=False)
    assert ended.returncode == 2 and "--at" in ended.stderr
    ended = subprocess.run(
        [*base[:-2], "--pseudonym", WHO, "--at", str(workshop.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2 and "--pseudonym" in ended.stderr and WHO not in ended.stderr
    ended = subprocess.run(
        [*base, "--at", str(workshop.root)], input=WHO, capture_output=True, text=True, check=False
    )
    assert (
        ended.returncode == 2 and "because the subject is not given by a pseudonym" in ended.stderr
    )
