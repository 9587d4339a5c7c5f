"""Whether a retraining may start: cool-down, budget, one run for an alert."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from conftest import Workshop

from causeway_training.__main__ import main
from causeway_training.admission import Admission, Limits, Verdict, causes_of, decide, limits_of
from causeway_training.contract import load_contract
from causeway_training.errors import InputError

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
LIMITS = Limits(timedelta(hours=6), 3)


def run(hours_ago: float, name: str = "", *causes: str) -> Admission:
    return Admission(
        name or f"run-{hours_ago}", NOON - timedelta(hours=hours_ago), "schedule", causes
    )


def asked(*causes: str, trigger: str = "alert") -> Admission:
    return Admission("new", NOON, trigger, causes)


@pytest.mark.parametrize(
    ("past", "request_", "verdict"),
    [
        ([], asked("a@1"), Verdict(True, "run 1 of 3 in seven days")),
        (
            [run(5.99)],
            asked("a@1"),
            Verdict(
                False,
                "cool-down: the last run began 5 h 59 min ago, the contract asks for 6 h 00 min",
            ),
        ),
        ([run(6)], asked("a@1"), Verdict(True, "run 2 of 3 in seven days")),
        (
            [run(5)],
            asked(trigger="schedule"),
            Verdict(
                False,
                "cool-down: the last run began 5 h 00 min ago, the contract asks for 6 h 00 min",
            ),
        ),
        (
            [run(50), run(40), run(30)],
            asked("a@1"),
            Verdict(False, "budget: 3 runs in the last seven days, the contract allows 3"),
        ),
        ([run(168), run(40), run(30)], asked("a@1"), Verdict(True, "run 3 of 3 in seven days")),
        (
            [run(30, "old", "a@1", "b@1")],
            asked("a@1"),
            Verdict(False, "these alerts have had a run since they began to fire"),
        ),
        ([run(30, "old", "a@1")], asked("a@1", "b@1"), Verdict(True, "run 2 of 3 in seven days")),
        ([run(30, "old", "a@1")], asked("a@2"), Verdict(True, "run 2 of 3 in seven days")),
        (
            [run(30, "old", "a@1")],
            asked("a@1", trigger="manual"),
            Verdict(True, "run 2 of 3 in seven days"),
        ),
        (
            [run(-1, "clock-ahead")],
            asked("a@1"),
            Verdict(
                False,
                "cool-down: the last run began -1 h 00 min ago, the contract asks for 6 h 00 min",
            ),
        ),
        (
            [run(0, "new"), run(50), run(40)],
            asked("a@1"),
            Verdict(True, "admitted before: a step that is tried again"),
        ),
    ],
)
def test_decides_by_cause_then_cool_down_then_budget(
    past: list[Admission], request_: Admission, verdict: Verdict
) -> None:
    assert decide(LIMITS, past, request_) == verdict


def test_causes_name_each_alert_and_since_when_it_fires() -> None:
    alerts = [
        {"fingerprint": "b1", "startsAt": "2026-11-24T03:00:00Z"},
        {"fingerprint": "a0", "startsAt": "2026-11-24T02:00:00.5Z"},
    ]
    assert causes_of(json.dumps([*alerts, alerts[0]])) == (
        "a0@2026-11-24T02:00:00.5Z",
        "b1@2026-11-24T03:00:00Z",
    )
    for bad in (
        "{}x",
        '[{"fingerprint": "a"}]',
        '[{"fingerprint": "../a", "startsAt": "now"}]',
        "[1]",
    ):
        with pytest.raises(InputError, match="--causes"):
            causes_of(bad)


def test_the_limits_are_those_of_the_sample_contract() -> None:
    from conftest import SAMPLE

    sample = load_contract(SAMPLE / "model.yaml")
    assert limits_of(sample) == Limits(timedelta(hours=6), 10)


@pytest.fixture(params=["folder", "store"])
def admissions(request: pytest.FixtureRequest, workshop: Workshop, monkeypatch: pytest.MonkeyPatch):
    if request.param == "folder":
        yield (workshop.root / "admissions").as_uri()
        return
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    with moto.mock_aws():
        boto3.client("s3").create_bucket(
            Bucket="runs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield "s3://runs/small/admissions"


def test_the_command_writes_its_answer_and_a_storm_of_alerts_is_held_to_the_budget(
    workshop: Workshop, admissions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    contract = workshop.model / "model.yaml"
    answer = workshop.root / "outputs" / "admitted"

    def ask(run: str, at: datetime, fingerprint: str) -> str:
        causes = json.dumps([{"fingerprint": fingerprint, "startsAt": "2026-11-24T03:00:00Z"}])
        arguments = [
            "admit",
            "--contract",
            str(contract),
            "--run",
            f"s3://runs/small/{run}",
            "--admissions",
            admissions,
            "--trigger",
            "alert",
        ]
        more = [
            f"--causes={causes}",
            "--created-at",
            at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "--output",
            str(answer),
            "--json",
        ]
        assert main([*arguments, *more]) == 0
        return answer.read_text()

    assert ask("run-a", NOON, "a") == "true"
    assert ask("run-a", NOON + timedelta(minutes=1), "a") == "true"
    assert ask("run-b", NOON + timedelta(hours=1), "b") == "false"
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["reason"].startswith(
        "cool-down: the last run began 1 h 00 min ago"
    )
    # A new alert each minute for eight days: the budget, not the storm, decides how many runs there
    # are.
    hours = [
        ask(f"storm-{hour}", NOON + timedelta(hours=hour), f"{hour:x}") for hour in range(2, 192)
    ]
    assert hours.count("true") == 2 + 3
