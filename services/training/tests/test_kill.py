"""A process that is killed at any file operation of any step can be run again, and the result is
the same.

The child is forked after everything is imported (see `killed_at`). Then the step is run again in
the ordinary way.
"""

from __future__ import annotations

import pytest
from conftest import Workshop
from helpers import FINISHED, KILLED, ORDER, digests, killed_at, run_to, step


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Digests per step of a run that nobody disturbed."""
    workshop = Workshop(tmp_path_factory.mktemp("whole"))
    context = workshop.context(to=str(workshop.root / "released"))
    run_to(context, "package")
    step("release").run(context)
    return {name: digests(context.run.path / name) for name in ORDER} | {
        "release": digests(workshop.root / "released")
    }


@pytest.mark.parametrize("name", ORDER)
def test_a_step_killed_at_any_file_operation_gives_the_same_when_run_again(
    name: str, workshop: Workshop, expected: dict
) -> None:
    before = ORDER[: ORDER.index(name)]
    if before:
        run_to(workshop.context(), before[-1])
    kills = 0
    for operation in range(1, 60):
        ended = killed_at(operation, workshop.root, lambda: step(name).run(workshop.context()))
        assert ended in (KILLED, FINISHED)
        if ended == FINISHED:
            break
        kills += 1
        finished = (workshop.root / "run" / name / "step.json").exists()
        assert not finished or digests(workshop.root / "run" / name) == expected[name]
        if (
            operation % 3 == 0
        ):  # most kills follow a kill, some follow a finished step whose files were lost
            step(name).run(workshop.context())
            (workshop.root / "run" / name / "step.json").unlink()
    assert kills >= 3
    step(name).run(workshop.context())
    assert digests(workshop.root / "run" / name) == expected[name]
    assert not [
        p.name
        for p in (workshop.root / "run").iterdir()
        if p.name.startswith(".") and p.name != ".lock"
    ]


def test_a_release_killed_at_any_file_operation_loses_neither_the_old_nor_the_new(
    workshop: Workshop, expected: dict
) -> None:
    old = workshop.context(
        "old", created_at="2026-01-01T00:00:00Z", to=str(workshop.root / "released")
    )
    run_to(old, "package")
    new = workshop.context(to=str(workshop.root / "released"))
    run_to(new, "package")
    step("release").run(old)
    champion = digests(workshop.root / "released")
    for operation in range(1, 60):
        ended = killed_at(operation, workshop.root, lambda: step("release").run(new))
        if ended == FINISHED:
            break
        places = [workshop.root / "released", workshop.root / ".released.old"]
        whole = [digests(place) for place in places if place.exists()]
        assert champion in whole or expected["release"] in whole
        step("release").run(new)
        assert digests(workshop.root / "released") == expected["release"]
        step("release").run(old)
        assert digests(workshop.root / "released") == champion
    assert operation > 10 and digests(workshop.root / "released") == expected["release"]


def test_two_processes_do_not_share_a_run_directory(workshop: Workshop) -> None:
    from causeway_training.errors import InputError

    context = workshop.context()
    with context.run._alone(), pytest.raises(InputError, match="another step is running"):
        step("collect").run(context)
    assert step("collect").run(context)
