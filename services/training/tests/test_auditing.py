"""A fairness gate holds, fails or is not shown; what is not shown is named wherever it matters."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.auditing import audit
from causeway_training.contract import load_contract
from causeway_training.errors import GateFailure

FOUR_FIFTHS = {"metric": "selection-rate-ratio", "attribute": "side", "min": 0.8}


def audited(
    workshop: Workshop, groups: dict[str, tuple[int, float]], bound: dict = FOUR_FIFTHS
) -> dict:
    """The gate over groups of so many rows and such a selection rate."""
    names = [{"name": name, "column": "left", "equals": i} for i, name in enumerate(groups)]
    workshop.write_contract(
        lambda c: (
            c["gates"].update(fairness=[bound]),
            c["protectedAttributes"][0].update(groups=names, reference=names[0]["name"]),
        )
    )
    side = np.concatenate([[name] * rows for name, (rows, _) in groups.items()])
    selected = np.concatenate([np.arange(n) < round(n * rate) for n, rate in groups.values()])
    rows = pd.DataFrame({"good": np.arange(len(side)) % 2, "side": side})
    contract = load_contract(workshop.model / "model.yaml")
    (found,) = audit(contract, rows, np.where(selected, 0.9, 0.1))["gates"]
    return found


def test_a_ratio_that_is_within_the_bound_by_chance_is_not_shown(workshop: Workshop) -> None:
    found = audited(workshop, {"left": (300, 0.9), "right": (60, 0.75)})
    assert found["value"] > 0.8 > found["low"]
    assert (found["outcome"], found["passed"], found["notJudged"]) == ("not shown", False, [])


def test_many_rows_show_that_a_bound_holds_or_fails(workshop: Workshop) -> None:
    assert audited(workshop, {"left": (900, 0.9), "right": (900, 0.85)})["outcome"] == "held"
    assert audited(workshop, {"left": (900, 0.9), "right": (90, 0.3)})["outcome"] == "failed"


def test_a_declared_group_that_is_too_small_is_named_and_nothing_is_shown_to_hold(
    workshop: Workshop,
) -> None:
    groups = {"left": (900, 0.9), "right": (900, 0.85), "other": (12, 0.0)}
    found = audited(workshop, groups)
    assert (found["outcome"], found["notJudged"]) == ("not shown", ["other"])
    worse = audited(workshop, {**groups, "right": (900, 0.5)})
    assert (worse["outcome"], worse["notJudged"]) == ("failed", ["other"])


def test_nothing_is_held_where_nothing_can_be_compared(workshop: Workshop) -> None:
    found = audited(workshop, {"left": (900, 0.9), "right": (3, 1.0)})
    assert (found["outcome"], found["notJudged"]) == ("not shown", ["right"])


def test_nobody_selected_is_not_shown(workshop: Workshop) -> None:
    assert audited(workshop, {"left": (90, 0.0), "right": (90, 0.0)})["outcome"] == "not shown"


def test_equalized_odds_without_a_cell_are_not_shown(workshop: Workshop) -> None:
    odds = {"metric": "equalized-odds-difference", "attribute": "side", "max": 0.9}
    found = audited(workshop, {"left": (900, 0.9), "right": (38, 0.9)}, odds)
    missing = ["truePositiveRate of right", "falsePositiveRate of right"]
    assert (found["outcome"], found["notJudged"]) == ("not shown", missing)


def test_what_is_not_shown_stops_no_step_and_stands_in_manifest_and_card(
    workshop: Workshop,
) -> None:
    workshop.write_contract(lambda c: c["gates"]["fairness"][0].update(min=0.95))
    context = workshop.context(mitigation="off")
    run_to(context, "package")
    package = context.run.folder("package")
    (found,) = json.loads((package / "manifest.json").read_text())["fairness"]
    assert found["outcome"] == "not shown" and found["notJudged"] == []
    card = (package / "model-card.md").read_text()
    assert "Not shown on the held-out rows, for a person to decide:" in card
    assert "- selection-rate-ratio of side, at least 0.95: 0." in card


def test_validate_asks_for_so_many_rows_of_a_group_that_enough_are_held_out(
    workshop: Workshop,
) -> None:
    rows = make_rows(rows=400)
    workshop.write_rows(rows[(rows.left == 1) | (rows.index % 4 == 0)])
    context = workshop.context()
    step("collect").run(context)
    message = r"rows of group right \(side\), for 20 in the 30% held out: value \d+, .* least 67"
    with pytest.raises(GateFailure, match=message):
        step("validate").run(context)
