"""Attempts to replace a champion: what chance alone promotes in a year of weekly retrainings, the
level of each attempt, and the rows that it is judged on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Workshop, make_rows
from helpers import run_to, step

from causeway_training.__main__ import main
from causeway_training.comparison import Attempt, compare, level_of
from causeway_training.contract import load_contract
from causeway_training.errors import InputError
from causeway_training.statistics.paired import paired
from causeway_training.statistics.performance import Scored, metric

WEEKS, HELD_OUT, ALPHA = 52, 300, 0.05
#: Rows before the first week, and new ones in each: of all, the newest 30% are held out.
FIRST_ROWS, NEW_ROWS = 1000, 40


def rows_of(count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and what every model sees of them."""
    label = (generator.random(count) < 0.3).astype(np.int8)
    return label, 1.2 * label + generator.normal(0, 1, count)


def model(shared: np.ndarray, generator: np.random.Generator, better: float = 0.0) -> np.ndarray:
    """Scores of a model as good as any other: each adds noise of its own."""
    own = generator.normal(0, 0.6 - better, len(shared))
    return 1 / (1 + np.exp(-(shared + own)))


def is_promoted(label: np.ndarray, old: np.ndarray, new: np.ndarray, level: float) -> bool:
    return paired("auc", Scored(label, old, 0.5), Scored(label, new, 0.5)).p <= level


def year_on_the_same_rows(seed: int, spent: bool) -> tuple[int, float]:
    """Promotions among equal models, and by how much the last champion's AUC on these rows is above
    the mean of models that were not chosen on them, in their standard deviations."""
    generator = np.random.default_rng(seed)
    label, shared = rows_of(HELD_OUT, generator)
    champion, promoted, attempt = model(shared, generator), 0, 0
    for _ in range(WEEKS):
        challenger, attempt = model(shared, generator), attempt + 1
        level = level_of(attempt, ALPHA) if spent else ALPHA
        if is_promoted(label, champion, challenger, level):
            champion, promoted, attempt = challenger, promoted + 1, 0
    one = np.ones((1, HELD_OUT))
    chosen, *others = (
        float(metric("auc", Scored(label, scores, 0.5), one)[0])
        for scores in (champion, *(model(shared, generator) for _ in range(20)))
    )
    return promoted, (chosen - float(np.mean(others))) / float(np.std(others))


def year_on_newer_rows(seed: int, spent: bool) -> int:
    """Promotions among equal models where each is judged on rows that neither was made with."""
    generator = np.random.default_rng(seed)
    label, shared = rows_of(FIRST_ROWS + WEEKS * NEW_ROWS, generator)
    champion, seen, promoted, attempt = model(shared, generator), FIRST_ROWS, 0, 0
    for week in range(1, WEEKS + 1):
        now = FIRST_ROWS + week * NEW_ROWS
        judged = slice(max(seen, round(now * 0.7)), now)
        challenger, attempt = model(shared, generator), attempt + 1
        level = level_of(attempt, ALPHA) if spent else ALPHA
        if is_promoted(label[judged], champion[judged], challenger[judged], level):
            champion, seen, promoted, attempt = challenger, now, promoted + 1, 0
    return promoted


YEARS = range(60)


def test_the_same_rows_for_every_challenger_promote_by_chance_and_flatter_the_champion() -> None:
    before = [year_on_the_same_rows(seed, spent=False) for seed in YEARS]
    after = [year_on_the_same_rows(seed, spent=True) for seed in YEARS]
    rate_before, rate_after = (np.mean([year[0] for year in each]) for each in (before, after))
    assert rate_before > 0.35
    assert rate_after < 0.12
    flattered, fair = (np.mean([year[1] for year in each]) for each in (before, after))
    assert flattered > 0.7
    assert abs(fair) < 0.4


def test_newer_rows_alone_promote_even_more_by_chance_and_with_the_spending_do_not() -> None:
    """Independent rows each time are independent chances: the count does not begin again."""
    alone = np.mean([year_on_newer_rows(seed, spent=False) for seed in YEARS])
    spent = np.mean([year_on_newer_rows(seed, spent=True) for seed in YEARS])
    assert alone > 1.0
    assert spent < 0.15


def test_a_better_challenger_is_promoted_within_the_year_all_the_same() -> None:
    found = 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        label, shared = rows_of(FIRST_ROWS + WEEKS * NEW_ROWS, generator)
        champion = model(shared, generator)
        for week in range(1, WEEKS + 1):
            now = FIRST_ROWS + week * NEW_ROWS
            judged = slice(max(FIRST_ROWS, round(now * 0.7)), now)
            better = model(shared, generator, better=0.5)
            level = level_of(week, ALPHA)
            if is_promoted(label[judged], champion[judged], better[judged], level):
                found += 1
                break
    assert found >= 16


def test_the_levels_of_all_attempts_sum_to_the_significance() -> None:
    assert level_of(1, 0.05) == pytest.approx(0.0304, abs=1e-4)
    assert level_of(10, 0.05) == pytest.approx(0.05 * 6 / np.pi**2 / 100)
    assert sum(level_of(k, 0.05) for k in range(1, 100_000)) == pytest.approx(0.05, abs=1e-6)
    with pytest.raises(ValueError, match="counted from 1, got 0"):
        level_of(0, 0.05)


@dataclass(frozen=True)
class Scores:
    """A champion that gives every row the score of its `old` column."""

    manifest: dict
    threshold: float = 0.5

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        return rows["old"].to_numpy()


def judged_rows(times: list) -> pd.DataFrame:
    """The champion is right about every row of an early time, and about none of a late one."""
    label = np.arange(len(times)) % 2
    late = np.arange(len(times)) >= len(times) // 2
    old = np.where(late, 1 - label, label) * 0.8 + 0.1
    return pd.DataFrame({"good": label, "month": times, "old": old})


def test_only_rows_newer_than_either_was_made_with_are_compared(workshop: Workshop) -> None:
    workshop.write_contract(lambda c: c["data"].update(timeColumn="month"))
    contract = replace(load_contract(workshop.model / "model.yaml"), improvement_metric="accuracy")
    rows = judged_rows([f"2026-{month:02d}" for month in range(1, 13) for _ in range(20)])
    constant = np.full(len(rows), 0.9)
    for seen, trained, newer in [
        ("2026-06", "2026-03", "2026-06"),
        ("2026-03", "2026-06", "2026-06"),
        (None, "2026-06", "2026-06"),
    ]:
        manifest = {"version": "1.0.0"} if seen is None else {"version": "1.0.0", "newestRow": seen}
        found = compare(contract, Scores(manifest), rows, constant, Attempt(1, trained))
        assert (found["newerThan"], found["rows"], found["before"]) == (newer, 120, 0.0)
        assert found["gates"][0]["passed"]
    with pytest.raises(InputError, match=r"newer than 2026-12, attempt 1: got 0, allowed: at leas"):
        compare(contract, Scores(manifest), rows, constant, Attempt(1, "2026-12"))
    other = Scores({"version": "1.0.0", "newestRow": 7})
    with pytest.raises(InputError, match="got 7 as the champion's newest row"):
        compare(contract, other, rows, constant, Attempt(1, "2026-06"))


def test_an_attempt_that_the_rows_cannot_win_is_an_error(workshop: Workshop) -> None:
    contract = load_contract(workshop.model / "model.yaml")
    rows, champion = judged_rows([1] * 12), Scores({"version": "1.0.0"})
    assert compare(contract, champion, rows, rows.old.to_numpy(), Attempt(1))["attempt"] == 1
    with pytest.raises(InputError, match=r"attempt 40: got 12, allowed: at least 16, so that a"):
        compare(contract, champion, rows, rows.old.to_numpy(), Attempt(40))


@pytest.fixture()
def champion(workshop: Workshop) -> Path:
    """A release by one weak feature, made from the months up to June."""
    workshop.write_contract(
        lambda c: (
            c["data"].update(timeColumn="month"),
            c["gates"].update(performance=[{"metric": "brier", "max": 0.5}], fairness=[]),
            # A champion that calls everybody good loses no recall to anybody.
            c.update(protectedAttributes=[]),
        )
    )
    rows = make_rows(1200).assign(month=np.repeat(np.arange(1, 13), 100))
    workshop.write_rows(rows[rows.month <= 6])
    made = workshop.context("old", parameters={"only": 1}, to=str(workshop.root / "champion"))
    run_to(made, "package")
    step("release").run(made)
    workshop.write_rows(rows)
    return workshop.root / "champion"


def test_manifest_card_and_report_say_level_attempt_and_rows(
    workshop: Workshop, champion: Path
) -> None:
    assert json.loads((champion / "manifest.json").read_text())["newestRow"] == 6
    context = workshop.context(champion=champion, attempt=3)
    run_to(context, "package")
    package = context.run.folder("package")
    manifest = json.loads((package / "manifest.json").read_text())
    found = manifest["comparison"]
    # Of 1,200 rows 360 are held out: those of the months 9 (60 of them) to 12, and rows of month 9
    # are trained on too.
    assert (found["attempt"], found["rows"], found["newerThan"]) == (3, 300, 9)
    assert found["level"] == pytest.approx(0.05 * 6 / (np.pi * 3) ** 2)
    assert manifest["newestRow"] == 12
    (judged,) = [g for g in manifest["gates"] if "improvement" in g["gate"]]
    assert judged["max"] == pytest.approx(found["level"])
    assert "p-value of attempt 3 (of significance 0.05 in all)" in judged["gate"]
    card = (package / "model-card.md").read_text()
    assert "Attempt 3 to replace it, judged at level 0.0034" in card
    assert "300 held out and newer than 9, which neither was made with" in card


def test_a_challenger_that_passes_as_the_first_is_refused_as_a_late_one(
    workshop: Workshop, champion: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "all",
        f"--contract={workshop.model / 'model.yaml'}",
        f"--source={workshop.root / 'data.csv'}",
        f"--champion={champion}",
        "--mitigation=off",
    ]
    assert main([*arguments, f"--run={workshop.root / 'first'}", "--attempt=1"]) == 0
    late = [*arguments, f"--run={workshop.root / 'late'}", f"--attempt={10**12}"]
    assert main(late) == 3
    assert f"p-value of attempt {10**12} (of significance 0.05 in all)" in capsys.readouterr().err
    assert main([*arguments, f"--run={workshop.root / 'none'}", "--attempt=0"]) == 2
    assert "--attempt" in capsys.readouterr().err
