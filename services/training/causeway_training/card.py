"""The model card (Mitchell et al. 2019): what a person must know before using the model.

No time and no latency, so that the same inputs give the same card.
"""

from __future__ import annotations

from .card_fairness import fairness, mitigation, share
from .contract import Contract
from .statistics.leakage import MAXIMUM_FEATURE_AUC
from .tiers import ASSESSMENT


def model_card(contract: Contract, version: str, evidence: dict) -> str:
    """Markdown from the evidence of the steps: validation, preparation, training, evaluation,
    audit, explanation, compression."""
    sections = [
        _head(contract, version),
        _data(contract, evidence),
        _performance(evidence),
        fairness(evidence),
        mitigation(evidence),
        _explanation(evidence),
        _model(evidence),
        _limits(contract, evidence),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(contract: Contract, version: str) -> str:
    raw = contract.raw
    positive, threshold = raw["target"]["positiveLabel"], f"{contract.threshold:g}"
    uses = "\n".join(f"- {use}" for use in raw["prohibitedUses"])
    return f"""# {contract.name} {version}

{raw["purpose"]}

- Owner: {raw["owner"]["team"]} ({raw["owner"]["contact"]})
- Risk tier: {raw["riskTier"]} (EU AI Act)
- Output: probability of `{positive}`; the decision is `{positive}` from {threshold} upwards
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
        (
            f"Source `{contract.source}`: {validation['rows']} rows, {validation['positive']:.1%}"
            f" with the positive label; {preparation['train']} for training,"
            f" {preparation['holdout']} held out by {preparation['split']}."
        ),
    ]
    anonymity = preparation["anonymity"]
    if anonymity:
        lines += [
            f"k-anonymity with k = {anonymity['k']}: {anonymity['suppressed']} rows"
            f" ({anonymity['suppressedShare']:.1%}) were suppressed. "
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
            f"| {name} | {g['group']} | {g['rows']} | {g['share']:.1%} | {share(g['positive'])} |"
            f" {g['low']:.1%} to {g['high']:.1%} |"
            for g in found
        ]
    return "\n".join([*lines, *_exceptions(validation["leakageExceptions"])])


def _exceptions(found: list[dict]) -> list[str]:
    """Features that alone separate the labels, and why the contract says that they do not leak."""
    if not found:
        return []
    return [
        "",
        f"Excepted by the contract from the leakage limit (AUC {MAXIMUM_FEATURE_AUC:g}):",
        "",
        *(f"- {one['feature']}, AUC {one['auc']:.3f}: {one['reason']}" for one in found),
    ]


def _diversity(found: dict) -> str:
    """L-diversity of what is left: how much a combination of quasi-identifiers tells of the
    label."""
    if found["distinct"] is None:
        return "No row is left."
    return (
        f"l-diversity of the label: at least {found['distinct']} values in a class (entropy"
        f" {found['entropy']:.2f}); {found['homogeneousShare']:.1%} of the rows are in classes with"
        " one."
    )


def _privacy(epsilon: float | None, training: float | None = None) -> str:
    """What the noise of differential privacy covers, and what is published without it."""
    if training is not None:
        bins = (
            f"the reference bins of the features spend {epsilon:g}, " if epsilon is not None else ""
        )
        return (
            f"Differential privacy, epsilon {(epsilon or 0) + training:g} in all for one row of the"
            f" training data: {bins}the model spends {training:g}. Everything that is computed from"
            " the model alone costs nothing more. Without noise, and so not protected: evaluation,"
            " audit, score bins and importances on the held-out rows, and the numbers of rows, of"
            " suppressed rows and of each group in this card."
        )
    if epsilon is None:
        return "Differential privacy: none; no published statistic carries noise."
    return (
        f"Differential privacy, epsilon {epsilon:g} in all for one row of the training data: the"
        " reference bins of the features (edges, shares, missing shares and numbers of rows, made"
        " by the step `prepare`), and the background of explanations, which is drawn from them."
        " Without noise, and so not protected: the model and every value computed from its scores"
        " (score bins, expected log-odds, evaluation, audit, importances), and the numbers of"
        " rows, of suppressed rows and of each group in this card."
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
        (
            "| metric | value | interval | before mitigation |"
            if plain
            else "| metric | value | interval |"
        ),
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
            (
                f"Against champion {comparison['champion']} on the same rows, {_rows(comparison)}:"
                f" {comparison['metric']} {comparison['before']:.3f} to {comparison['after']:.3f},"
                f" p = {comparison['p']:.4f}. Attempt {comparison['attempt']} to replace it, judged"
                f" at level {comparison['level']:.2g}."
            ),
        ]
    return "\n".join(lines)


def _rows(comparison: dict) -> str:
    """Which rows the two models were compared on."""
    newer = comparison["newerThan"]
    return f"{comparison['rows']} held out" + (
        "" if newer is None else f" and newer than {newer}, which neither was made with"
    )


def _explanation(evidence: dict) -> str:
    explanation = evidence["explanation"]
    method = explanation["method"][0].upper() + explanation["method"][1:]
    lines = [
        "## What drives it",
        "",
        (
            f"{method}, mean absolute value in {explanation['scale']} over {explanation['rows']}"
            " held-out rows."
        ),
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
        + "\n\nRank correlation with LIME about single rows, reported and not judged: median"
        f" {lime['medianSpearman']:.2f}, lowest {lime['lowestSpearman']:.2f}, over {lime['rows']}"
        " rows."
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
            f"| {c['candidate']} | {c['bytes'] or '-'} | {share(c.get('decisionAgreement'))} |"
            f" {'kept' if c['kept'] else c.get('why', 'not kept')} |"
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
        "- The labels are past decisions of people: a model that repeats them well repeats what was"
        " unfair in them."
    )
    lines.append(
        "- Inputs outside the contract's ranges are refused; drift is watched at significance"
        f" {contract.drift_significance:g}."
    )
    return "\n".join(lines)
