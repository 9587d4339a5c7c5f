"""The model card (Mitchell et al. 2019): what a person must know before using the model. No time and no latency, so that the same
inputs give the same card."""

from __future__ import annotations

from .contract import Contract
from .tiers import ASSESSMENT


def model_card(contract: Contract, version: str, evidence: dict) -> str:
    """Markdown from the evidence of the steps: validation, preparation, training, evaluation, audit, explanation, compression."""
    sections = [
        _head(contract, version),
        _data(contract, evidence),
        _performance(evidence),
        _fairness(evidence),
        _mitigation(evidence),
        _explanation(evidence),
        _model(evidence),
        _limits(contract, evidence),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(contract: Contract, version: str) -> str:
    raw = contract.raw
    uses = "\n".join(f"- {use}" for use in raw["prohibitedUses"])
    return f"""# {contract.name} {version}

{raw["purpose"]}

- Owner: {raw["owner"]["team"]} ({raw["owner"]["contact"]})
- Risk tier: {raw["riskTier"]} (EU AI Act)
- Output: probability of `{raw["target"]["positiveLabel"]}`; the decision is `{raw["target"]["positiveLabel"]}` from {contract.threshold:g} upwards
- Release channel: {raw["release"]["channel"]}
{_tier(raw)}
Not for:

{uses}"""


def _tier(raw: dict) -> str:
    """What stands beside the model for its risk tier."""
    assessment, notice = raw.get("impactAssessment"), raw.get("notice")
    lines = [f"- Impact assessment: `{ASSESSMENT}`, {assessment}"] if assessment else []
    return "\n".join([*lines, *(["", "People are told:", "", f"> {notice}"] if notice else []), ""])


def _data(contract: Contract, evidence: dict) -> str:
    validation, preparation = evidence["validation"], evidence["preparation"]
    lines = [
        "## Data",
        "",
        f"Source `{contract.source}`: {validation['rows']} rows, {validation['positive']:.1%} with the positive label; {preparation['train']} for training, {preparation['holdout']} held out by {preparation['split']}.",
    ]
    anonymity = preparation["anonymity"]
    if anonymity:
        lines += [
            f"k-anonymity with k = {anonymity['k']}: {anonymity['suppressed']} rows ({anonymity['suppressedShare']:.1%}) were suppressed. "
            + _diversity(anonymity["diversity"])
        ]
    budget = preparation["epsilon"]
    lines += [
        "",
        _privacy(budget, contract.privacy.training_epsilon if contract.privacy else None),
        "",
    ]
    lines += [
        "| attribute | group | rows | share | positive | 95% interval |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, found in validation["groups"].items():
        lines += [
            f"| {name} | {g['group']} | {g['rows']} | {g['share']:.1%} | {_share(g['positive'])} | {g['low']:.1%} to {g['high']:.1%} |"
            for g in found
        ]
    return "\n".join(lines)


def _diversity(found: dict) -> str:
    """l-diversity of what is left: how much a combination of quasi-identifiers tells of the label."""
    if found["distinct"] is None:
        return "No row is left."
    return f"l-diversity of the label: at least {found['distinct']} values in a class (entropy {found['entropy']:.2f}); {found['homogeneousShare']:.1%} of the rows are in classes with one."


def _privacy(epsilon: float | None, training: float | None = None) -> str:
    """What the noise of differential privacy covers, and what is published without it."""
    if training is not None:
        bins = (
            f"the reference bins of the features spend {epsilon:g}, " if epsilon is not None else ""
        )
        return (
            f"Differential privacy, epsilon {(epsilon or 0) + training:g} in all for one row of the training data: {bins}the model spends {training:g}. "
            "Everything that is computed from the model alone costs nothing more. Without noise, and so not protected: evaluation, audit, "
            "score bins and importances on the held-out rows, and the numbers of rows, of suppressed rows and of each group in this card."
        )
    if epsilon is None:
        return "Differential privacy: none; no published statistic carries noise."
    return (
        f"Differential privacy, epsilon {epsilon:g} in all for one row of the training data: the reference bins of the features (edges, "
        "shares, missing shares and numbers of rows, made by the step `prepare`), and the background of explanations, which is drawn from "
        "them. Without noise, and so not protected: the model and every value computed from its scores (score bins, expected log-odds, "
        "evaluation, audit, importances), and the numbers of rows, of suppressed rows and of each group in this card."
    )


def _performance(evidence: dict) -> str:
    evaluation = evidence["evaluation"]
    plain = evaluation.get("unmitigated")
    lines = [
        "## Performance",
        "",
        f"On {evaluation['rows']} held-out rows, with 95% bootstrap intervals.",
        "",
    ]
    lines += [
        "| metric | value | interval | before mitigation |"
        if plain
        else "| metric | value | interval |",
        "| --- | --- | --- | --- |" if plain else "| --- | --- | --- |",
    ]
    for name, found in evaluation["metrics"].items():
        before = f" {plain[name]['value']:.3f} |" if plain else ""
        lines.append(
            f"| {name} | {found['value']:.3f} | {found['low']:.3f} to {found['high']:.3f} |{before}"
        )
    comparison = evaluation.get("comparison")
    if comparison:
        lines += [
            "",
            f"Against champion {comparison['champion']} on the same rows: {comparison['metric']} {comparison['before']:.3f} to {comparison['after']:.3f}, p = {comparison['p']:.4f}.",
        ]
    return "\n".join(lines)


def _fairness(evidence: dict) -> str:
    audit = evidence["audit"]
    before = (
        {a["attribute"]: a["metrics"] for a in audit["unmitigated"]["attributes"]}
        if audit.get("unmitigated")
        else {}
    )
    gates = {(g["attribute"], g["metric"]): g for g in audit["gates"]}
    lines = [
        "## Fairness",
        "",
        f"Groups, and cells of a group and a label, of fewer than {audit['minimumGroupSize']} rows are reported, not judged. A gate judges the value, not its interval.",
        "",
    ]
    lines += [
        "| attribute | metric | value | interval | bound | before mitigation |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for found in audit["attributes"]:
        for name, metric in found["metrics"].items():
            plain = before.get(found["attribute"], {}).get(name)
            lines.append(
                f"| {found['attribute']} | {name} | {_number(metric['value'])} | {_number(metric['low'])} to {_number(metric['high'])} | {_bound(gates.get((found['attribute'], name)))} | {_number(plain['value']) if plain else '-'} |"
            )
    lines += [
        "",
        "| attribute | group | rows | judged | selection rate | true positive rate | false positive rate |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for found in audit["attributes"]:
        for g in found["groups"]:
            lines.append(
                f"| {found['attribute']} | {g['group']} | {g['rows']} | {'yes' if g['judged'] else 'no'} | {_share(g['selectionRate'])} | {_share(g['truePositiveRate'])} | {_share(g['falsePositiveRate'])} |"
            )
    lines += ["", *(_judged(found) for found in audit["attributes"])]
    unsure = [f"{g['gate']} ({_bound(g)})" for g in audit["gates"] if _crosses(g)]
    if unsure:
        lines += [
            "",
            f"The held-out rows are too few to be sure of: {', '.join(unsure)}. The value holds, the interval reaches beyond the bound.",
        ]
    return "\n".join(lines)


def _mitigation(evidence: dict) -> str:
    training, evaluation, audit = evidence["training"], evidence["evaluation"], evidence["audit"]
    if not training["mitigated"]:
        return "## Mitigation\n\nNone was applied."
    plain, now = evaluation["unmitigated"], evaluation["metrics"]
    broken = [g for g in audit["unmitigated"]["gates"] if not g["passed"]]
    found = (
        "; ".join(f"{g['gate']} was {g['value']:.3f}, bound {_bound(g)}" for g in broken)
        or "every bound held on the held-out rows, but not out of fold on the training rows"
    )
    cost = ", ".join(
        f"{name} {plain[name]['value']:.3f} to {now[name]['value']:.3f}"
        for name in ("accuracy", "auc", "precision", "recall", "brier")
    )
    return f"""## Mitigation

Without mitigation: {found}.

Applied: {training["method"]} over {training["attribute"]}, chosen on out-of-fold scores of the training rows. The released model takes no protected attribute.

What it costs, on the held-out rows: {cost}."""


def _explanation(evidence: dict) -> str:
    explanation = evidence["explanation"]
    method = explanation["method"][0].upper() + explanation["method"][1:]
    lines = [
        "## What drives it",
        "",
        f"{method}, mean absolute value in {explanation['scale']} over {explanation['rows']} held-out rows.",
        "",
    ]
    lines += [
        "| feature | importance |",
        "| --- | --- |",
        *(f"| {i['feature']} | {i['meanAbsolute']:.3f} |" for i in explanation["importance"]),
    ]
    lime = explanation["lime"]
    return (
        "\n".join(lines)
        + f"\n\nLIME orders the features of single rows alike: median Spearman correlation {lime['medianSpearman']:.2f}, lowest {lime['lowestSpearman']:.2f}, over {lime['rows']} rows."
    )


def _model(evidence: dict) -> str:
    compression = evidence["compression"]
    parameters = ", ".join(
        f"{name} {value}" for name, value in sorted(evidence["training"]["parameters"].items())
    )
    lines = [
        "## Model",
        "",
        f"Parameters: {parameters}. Kept after compression: {compression['kept']}.",
        "",
        "| candidate | bytes | same decisions | outcome |",
        "| --- | --- | --- | --- |",
    ]
    for c in compression["candidates"]:
        lines.append(
            f"| {c['candidate']} | {c['bytes'] or '-'} | {_share(c.get('decisionAgreement'))} | {'kept' if c['kept'] else c.get('why', 'not kept')} |"
        )
    return "\n".join(lines)


def _limits(contract: Contract, evidence: dict) -> str:
    small = [g for a in evidence["audit"]["attributes"] for g in a["groups"] if g["rows"] < 100]
    lines = ["## Limits", ""]
    if small:
        lines.append(
            "- Small groups make wide intervals: "
            + ", ".join(f"{g['group']} has {g['rows']} held-out rows" for g in small)
            + "."
        )
    lines.append(
        "- The labels are past decisions of people: a model that repeats them well repeats what was unfair in them."
    )
    lines.append(
        f"- Inputs outside the contract's ranges are refused; drift is watched at significance {contract.drift_significance:g}."
    )
    return "\n".join(lines)


def _bound(gate: dict | None) -> str:
    if gate is None:
        return "-"
    return f"at least {gate['min']:g}" if "min" in gate else f"at most {gate['max']:g}"


def _judged(found: dict) -> str:
    """Which rates the equalized odds of an attribute rest on: a rate needs two groups with enough rows of its label."""
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


def _crosses(gate: dict) -> bool:
    return gate["passed"] and (
        gate["low"] < gate["min"] if "min" in gate else gate["high"] > gate["max"]
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
