"""The sample on its real data, and the release that lies in the repository."""

import pytest
from conftest import CREATED, SAMPLE
from helpers import digests, run_to

from causeway_training.champion import Champion
from causeway_training.context import Context, Options
from causeway_training.contract import load_contract
from causeway_training.digests import digest_file
from causeway_training.run import Run, read_json
from causeway_training.steps.package import evidence_digest

RELEASE = SAMPLE / "release"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    found = Context(
        load_contract(SAMPLE / "model.yaml"),
        Run.at(str(tmp_path_factory.mktemp("sample"))),
        Options(created_at=CREATED),
    )
    run_to(found, "package")
    return found


def test_the_audit_finds_what_the_unmitigated_model_does(context: Context) -> None:
    audit = read_json(context.run.folder("audit") / "audit.json")
    plain = {g["gate"]: g for g in audit["unmitigated"]["gates"]}["selection-rate-ratio of race"]
    now = {g["gate"]: g for g in audit["gates"]}["selection-rate-ratio of race"]
    assert plain["value"] < 0.8 <= now["value"]
    assert plain["outcome"] == now["outcome"] == "not shown" and now["notJudged"] == []
    card = (context.run.folder("package") / "model-card.md").read_text()
    assert "Without mitigation: selection-rate-ratio of race was 0.7" in card
    assert "What it costs, on the held-out rows: accuracy" in card
    assert (
        "Equalized odds of sex rest on true positive rates of female, male; there are too few rows"
        " to judge false positive rates." in card
    )
    assert "- selection-rate-ratio of race, at least 0.8: 0.850 (" in card
    assert "too few rows of falsePositiveRate of female" in card


def test_no_protected_attribute_is_an_input(context: Context) -> None:
    reference = read_json(context.run.folder("package") / "reference.json")
    assert not {"race", "sex", "black", "hispan", "white", "male"} & {
        f["name"] for f in reference["features"]
    }


def test_no_row_of_the_data_is_in_the_release(context: Context) -> None:
    import numpy as np

    from causeway_training.rows import inputs, read_rows

    background = np.array(
        read_json(context.run.folder("package") / "explainer.json")["background"], dtype=np.float32
    )
    for name in ("train.csv", "holdout.csv"):
        rows = inputs(context.contract, read_rows(context.run.folder("prepare") / name))
        assert not (background[:, None, :] == rows[None, :, :]).all(axis=2).any()


def test_the_committed_release_is_whole_and_of_this_contract() -> None:
    champion = Champion.open(str(RELEASE), "loan-approval")
    assert champion.manifest["digests"]["contract"] == digest_file(SAMPLE / "model.yaml"), (
        "train and release the sample again: its contract changed"
    )
    assert champion.manifest["digests"]["evidence"] == evidence_digest(RELEASE)
    assert champion.manifest["explanation"]["digest"] == digest_file(RELEASE / "explainer.json")
    assert champion.manifest["published"] is False and champion.manifest["approvals"] == []


def test_the_committed_release_is_what_the_steps_make(context: Context) -> None:
    """Equal up to the last bits of a sum, which differ between processors."""
    made, committed = (
        read_json(folder / "manifest.json") for folder in (context.run.folder("package"), RELEASE)
    )
    assert made["digests"]["data"] == committed["digests"]["data"]
    for name, found in committed["evaluation"]["metrics"].items():
        assert made["evaluation"]["metrics"][name]["value"] == pytest.approx(
            found["value"], abs=2e-3
        )


def test_the_same_inputs_give_the_same_release(context: Context, tmp_path) -> None:
    again = Context(context.contract, Run.at(str(tmp_path)), context.options)
    run_to(again, "package")
    assert digests(again.run.folder("package")) == digests(context.run.folder("package"))
