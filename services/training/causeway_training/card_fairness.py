"""The sections of the model card about fairness, and the cells of its tables."""

from __future__ import annotations

from .gates import NOT_SHOWN


def fairness(evidence: dict) -> str:
    """The section about the groups of protected attributes."""
    audit = evidence["audit"]
    lines = [
        "## Fairness",
        "",
        (
            f"Groups, and cells of a group and a label, of fewer than {audit['minimumGroupSize']}"
            " rows are reported, not judged. A gate judges the 95% interval, which holds for all"
            " pairs of groups together: it holds within the bound, fails beyond it, and is else not"
            " shown, for a person to decide."
        ),
        "",
    ]
    lines += _metric_table(audit)
    lines += ["", *_group_table(audit), "", *(_judged(found) for found in audit["attributes"])]
    unsure = [f"- {_not_shown(g)}" for g in audit["gates"] if g["outcome"] == NOT_SHOWN]
    unsure += [
        f"- that {one['group']} ({one['attribute']}) does not lose {one['metric']} against the"
        f" champion: {one['rows']} rows cannot show it"
        for one in audit.get("againstChampion", {}).get("notJudged", [])
    ]
    if unsure:
        lines += ["", "Not shown on the held-out rows, for a person to decide:", "", *unsure]
    return "\n".join(lines)


def _not_shown(gate: dict) -> str:
    """A gate whose interval is on both sides of its bound, or that lacks groups."""
    text = (
        f"{gate['gate']}, {bound(gate)}: {number(gate['value'])}"
        f" ({number(gate['low'])} to {number(gate['high'])})"
    )
    missing = ", ".join(gate["notJudged"])
    return f"{text}; too few rows of {missing}" if missing else text


def _metric_table(audit: dict) -> list[str]:
    before = (
        {a["attribute"]: a["metrics"] for a in audit["unmitigated"]["attributes"]}
        if audit.get("unmitigated")
        else {}
    )
    gates = {(g["attribute"], g["metric"]): g for g in audit["gates"]}
    lines = [
        "| attribute | metric | value | interval | bound | outcome | before mitigation |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for found in audit["attributes"]:
        for name, metric in found["metrics"].items():
            plain = before.get(found["attribute"], {}).get(name)
            gate = gates.get((found["attribute"], name))
            lines.append(
                f"| {found['attribute']} | {name} | {number(metric['value'])} |"
                f" {number(metric['low'])} to {number(metric['high'])} |"
                f" {bound(gate)} | {gate['outcome'] if gate else '-'} |"
                f" {number(plain['value']) if plain else '-'} |"
            )
    return lines


def _group_table(audit: dict) -> list[str]:
    lines = [
        (
            "| attribute | group | rows | judged | selection rate | true positive rate | false"
            " positive rate |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for found in audit["attributes"]:
        for g in found["groups"]:
            lines.append(
                f"| {found['attribute']} | {g['group']} | {g['rows']} |"
                f" {'yes' if g['judged'] else 'no'} | {share(g['selectionRate'])} |"
                f" {share(g['truePositiveRate'])} | {share(g['falsePositiveRate'])} |"
            )
    return lines


def mitigation(evidence: dict) -> str:
    """The section about what was done to the model for fairness, and its cost."""
    training, evaluation, audit = evidence["training"], evidence["evaluation"], evidence["audit"]
    if not training["mitigated"]:
        return "## Mitigation\n\nNone was applied."
    plain, now = evaluation["unmitigated"], evaluation["metrics"]
    plain_gates = audit["unmitigated"]["gates"]
    found = "; ".join(
        f"{g['gate']} was {number(g['value'])}, bound {bound(g)}, {g['outcome']}"
        for g in plain_gates
    )
    cost = ", ".join(
        f"{name} {plain[name]['value']:.3f} to {now[name]['value']:.3f}"
        for name in ("accuracy", "auc", "precision", "recall", "brier")
    )
    chosen = "chosen on out-of-fold scores of the training rows. The released model takes"
    return f"""## Mitigation

Without mitigation: {found}.

Applied: {training["method"]} over {training["attribute"]}, {chosen} no protected attribute.

What it costs, on the held-out rows: {cost}."""


def bound(gate: dict | None) -> str:
    """A gate's bound as the cell of a table."""
    if gate is None:
        return "-"
    return f"at least {gate['min']:g}" if "min" in gate else f"at most {gate['max']:g}"


def _judged(found: dict) -> str:
    """Which rates the equalized odds of an attribute rest on: a rate needs two groups with enough
    rows of its label."""
    words = {"truePositiveRate": "true positive rates", "falsePositiveRate": "false positive rates"}
    rests = [
        f"{words[rate]} of {', '.join(groups)}"
        for rate, groups in found["equalizedOddsJudged"].items()
        if len(groups) >= 2
    ]
    missing = [
        words[rate] for rate, groups in found["equalizedOddsJudged"].items() if len(groups) < 2
    ]
    text = f"Equalized odds of {found['attribute']} rest on {' and '.join(rests) or 'nothing'}"
    return text + (
        f"; there are too few rows to judge {' and '.join(missing)}." if missing else "."
    )


def share(value: float | None) -> str:
    """A share as the cell of a table."""
    return "-" if value is None else f"{value:.1%}"


def number(value: float | None) -> str:
    """A number as the cell of a table."""
    return "-" if value is None else f"{value:.3f}"
