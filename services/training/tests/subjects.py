"""A subject under two versions of the key: its names, a volume that names it in every form, log
lines about it, and the erasing command."""

import bz2
import gzip
import json
import lzma
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from elasticsearch import Elasticsearch, Index
from helpers import run_to

from causeway_training.erasing.__main__ import main
from causeway_training.erasing.subject import Subject
from causeway_training.key_ring import KeyRing

OLD, NEW = b"k1 " + b"secret" * 8 + b"\n", b"k2 " + b"another" * 6 + b"\n"
RING = KeyRing.parse(OLD + NEW, "a test")
WHO, OTHER = "id-7", "id-77"
NONCE = "Abcdefgh"
NAMES = RING.pseudonyms("small", WHO)
STRANGER = RING.pseudonym("small", OTHER)
SUBJECT = Subject(pseudonyms=frozenset(NAMES))


def prediction(count: str) -> str:
    return f"1.0.0~p12~t6h2a~{NONCE}{count}~q1w2e3r4t5y6u7i8o9p0aZ"


def people(workshop: Workshop) -> pd.DataFrame:
    rows = make_rows(600)
    rows["person"] = [f"id-{i % 300}" for i in range(600)]
    workshop.write_rows(rows)
    workshop.write_contract(lambda c: c["data"].update(subjectColumn="person"))
    (workshop.root / "ring").write_bytes(OLD + NEW)
    (workshop.root / "who").write_text(WHO)
    return rows


@pytest.fixture()
def volume(workshop: Workshop) -> Path:
    """A volume with everything: the source, two runs of the real steps under two versions of the
    key, logs, feedback, and odd forms."""
    rows = people(workshop)
    volume = workshop.root / "volume"
    volume.mkdir()
    for name, ring in (("before", OLD), ("after", OLD + NEW)):
        context = workshop.context(f"volume/runs/{name}", subject_key=ring)
        run_to(context, "package")
    shutil.copy(workshop.root / "data.csv", volume / "source.csv")
    text = rows.to_csv(index=False).encode()
    (volume / "source.csv.gz").write_bytes(gzip.compress(text))
    (volume / "source.csv.bz2").write_bytes(bz2.compress(text))
    (volume / "source.csv.xz").write_bytes(lzma.compress(text))
    (volume / "notes.csv").write_text(
        f'person,note\r\n"{WHO}","said ""no"",\nand left"\r\n{OTHER},"about {OTHER}, not'
        f' {WHO}x"\r\n"x","a note on {WHO}"\r\n'
    )
    np.savez_compressed(
        volume / "arrays.npz",
        person=rows["person"].to_numpy(dtype="U8"),
        debt=rows["debt"].to_numpy(),
        edges=np.arange(5),
    )
    np.savez(
        volume / "bytes.npz",
        person=rows["person"].to_numpy(dtype="S8"),
        debt=rows["debt"].to_numpy(),
    )
    with zipfile.ZipFile(volume / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/source.csv.gz", gzip.compress(text))
        archive.writestr("readme.txt", "rows of a test\n")
    (volume / "people.json").write_text(
        json.dumps(
            {"people": [{"id": WHO, "tags": ["a"]}, {"id": OTHER, "friends": [WHO, "id-3"]}]}
        )
    )
    pseudonyms = RING.pseudonyms("small", WHO)
    other = RING.pseudonym("small", OTHER)
    lines = [
        {"msg": "request", "subject": pseudonyms[0], "predictionId": prediction("z"), "rows": 2},
        {"msg": "request", "subject": other, "predictionId": prediction("11"), "rows": 1},
        {
            "msg": "request",
            "causeway": {"subject": pseudonyms[1], "predictionId": prediction("a1"), "rows": 1},
        },
    ]
    (volume / "server.jsonl.gz").write_bytes(
        gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    )
    feedback = [
        {"predictionId": prediction(count), "label": "good"}
        for count in ("z", "10", "11", "a1", "zz")
    ]
    (volume / "feedback.jsonl").write_text("".join(json.dumps(line) + "\n" for line in feedback))
    return volume


def run(
    workshop: Workshop, capsys: pytest.CaptureFixture, command: str, *more: str, ring: bool = True
) -> tuple[int, dict]:
    key = ["--subject-key", str(workshop.root / "ring")] if ring else []
    code = main(
        [
            command,
            "--contract",
            str(workshop.model / "model.yaml"),
            "--subject-file",
            str(workshop.root / "who"),
            *key,
            "--at",
            str(workshop.root / "volume"),
            *more,
        ]
    )
    return code, json.loads(capsys.readouterr().out)


def grep(folder: Path, *needles: str) -> list[str]:
    """A search that shares nothing with the code under test: tools of the system over every file,
    unpacked."""
    script = (
        "for n in %s; do for f in $(find %s -type f); do case $f in *.gz) z=zcat;; *.bz2) z=bzcat;;"
        " *.xz) z=xzcat;; *) z=cat;; esac; $z $f | grep -qaw -- $n && echo $f; done; done; true"
    )
    return subprocess.run(
        ["sh", "-c", script % (" ".join(needles), folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def about(name: str, count: str, rows: int = 1) -> dict:
    return {
        "msg": "subject",
        "subject": name,
        "predictionId": prediction(count),
        "rows": rows,
        "id": f"{name} {count}",
    }


def logs() -> Elasticsearch:
    """Lines under both names of the subject: in the live index, in one that no longer grows, in an
    old index of predictions, and restored."""
    return Elasticsearch(
        {
            ".ds-causeway-subjects-2": Index(
                "causeway-subjects",
                [about(NAMES[0], "z", 2), about(STRANGER, "11")],
                fresh=[about(NAMES[0], "b1")],
            ),
            ".ds-causeway-subjects-1": Index(
                "causeway-subjects", [about(NAMES[1], "a1")], blocked=True
            ),
            ".ds-causeway-predictions-1": Index(
                "causeway-predictions",
                [about(NAMES[1], "c1"), {"msg": "request", "predictionId": prediction("z")}],
                blocked=True,
            ),
            ".ds-restored-causeway-predictions-1": Index(
                "restored-causeway-predictions", [about(NAMES[1], "c1")]
            ),
            ".ds-causeway-platform-1": Index("causeway-platform", [about(NAMES[0], "never ours")]),
        }
    )


def left(store: Elasticsearch, *names: str) -> list[dict]:
    """Every document of ours under a name, also one that no search sees yet and one that is only
    marked as deleted: looked up past the API."""
    ours = [index for index in store.indices.values() if index.stream != "causeway-platform"]
    return [
        d
        for index in ours
        for d in (*index.documents, *index.fresh, *index.deleted)
        if d.get("subject") in names
    ]
