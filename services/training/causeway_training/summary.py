"""What a finished step has to say, a line or a few: the numbers that a person looks for first."""

from __future__ import annotations

from .card_fairness import number
from .context import Context
from .digests import digest_file
from .run import read_json
from .steps.release import is_signed, source


def summary(step: str, context: Context) -> list[str]:
    """Lines about a finished step, from what it wrote."""
    make = _SUMMARIES[step]
    return make(context)


def _collect(context: Context) -> list[str]:
    found = read_json(context.run.folder("collect") / "collection.json")
    return [f"{found['rows']} rows, {len(found['columns'])} columns"]


def _validate(context: Context) -> list[str]:
    found = read_json(context.run.folder("validate") / "validation.json")
    drifted = [
        f"{d['feature']} (PSI {d['psi']:.3f}, threshold {d['threshold']:.3f})"
        for d in found["drift"]
        if d["drifted"]
    ]
    lines = [
        f"{len(found['gates'])} gates hold; {found['positive']:.1%} of {found['rows']} rows have"
        " the positive label"
    ]
    return lines + (
        [f"drift against the champion's data: {', '.join(drifted) or 'none'}"]
        if found["drift"]
        else []
    )


def _prepare(context: Context) -> list[str]:
    found = read_json(context.run.folder("prepare") / "preparation.json")
    lines = [f"{found['train']} rows for training, {found['holdout']} held out by {found['split']}"]
    anonymity = found["anonymity"]
    if anonymity:
        lines.append(
            f"k-anonymity, k = {anonymity['k']}: {anonymity['suppressed']} rows suppressed;"
            f" l-diversity of the label: {anonymity['diversity']['distinct']}"
        )
    budget = found.get("budget")
    return lines + (
        [f"privacy budget: {budget['spent']:g} of {budget['budget']:g} spent on this dataset"]
        if budget
        else []
    )


def _train(context: Context) -> list[str]:
    found = read_json(context.run.folder("train") / "training.json")
    if not found["mitigated"]:
        return ["no mitigation"]
    before, after = found["outOfFold"]["unmitigated"], found["outOfFold"]["mitigated"]
    return [
        f"mitigated over {found['attribute']}; out of fold: "
        + ", ".join(
            f"{b['metric']} of {b['attribute']} {b['value']:.3f} -> {a['value']:.3f}"
            for b, a in zip(before, after)
        )
    ]


def _evaluate(context: Context) -> list[str]:
    found = read_json(context.run.folder("evaluate") / "evaluation.json")
    plain = found.get("unmitigated")
    lines = [
        ", ".join(
            f"{n} {m['value']:.3f} ({m['low']:.3f} to {m['high']:.3f})"
            for n, m in found["metrics"].items()
        )
    ]
    if plain:
        lines.append(
            "without mitigation: " + ", ".join(f"{n} {m['value']:.3f}" for n, m in plain.items())
        )
    comparison = found.get("comparison")
    return lines + (
        [
            f"champion {comparison['champion']}: {comparison['metric']} {comparison['before']:.3f}"
            f" -> {comparison['after']:.3f} on {comparison['rows']} rows, p ="
            f" {comparison['p']:.4f}, attempt {comparison['attempt']} at level"
            f" {comparison['level']:.2g}"
        ]
        if comparison
        else []
    )


def _audit(context: Context) -> list[str]:
    found = read_json(context.run.folder("audit") / "audit.json")
    plain = (
        {g["gate"]: g["value"] for g in found["unmitigated"]["gates"]}
        if "unmitigated" in found
        else {}
    )
    return [
        f"{g['gate']}: {number(g['value'])} ({number(g['low'])} to {number(g['high'])}),"
        f" {g['outcome']}"
        + (f", without mitigation {number(plain[g['gate']])}" if g["gate"] in plain else "")
        for g in found["gates"]
    ]


def _explain(context: Context) -> list[str]:
    found = read_json(context.run.folder("explain") / "explanation.json")
    first = ", ".join(i["feature"] for i in found["importance"][:3])
    return [
        f"{found['method']}; first: {first}; LIME agrees with Spearman"
        f" {found['lime']['medianSpearman']:.2f}"
    ]


def _compress(context: Context) -> list[str]:
    folder = context.run.folder("compress")
    measured = read_json(folder / "measured.json")
    lines = [f"kept: {read_json(folder / 'compression.json')['kept']}"]
    return lines + [
        f"{name}: {m['bytes']} bytes, {m['p50Microseconds']:.0f} us a row (p99"
        f" {m['p99Microseconds']:.0f})"
        for name, m in measured.items()
    ]


def _package(context: Context) -> list[str]:
    folder = context.run.folder("package")
    signed = is_signed(folder)
    lines = [
        f"{read_json(folder / 'manifest.json')['version']}, model"
        f" {digest_file(folder / 'model.onnx')[:19]}"
    ]
    return lines + (
        []
        if signed
        else ["UNSIGNED: for local rehearsal only; give --signing-key for anything else"]
    )


def _publish(context: Context) -> list[str]:
    image = read_json(context.run.folder("publish") / "manifest.json")["image"]
    return [f"pushed {image['repository']}@{image['digest']}"]


def _release(context: Context) -> list[str]:
    signed = is_signed(source(context))
    return [f"released to {context.options.to}"] + (
        [] if signed else ["UNSIGNED: for local rehearsal only"]
    )


_SUMMARIES = {
    "collect": _collect,
    "validate": _validate,
    "prepare": _prepare,
    "train": _train,
    "evaluate": _evaluate,
    "audit": _audit,
    "explain": _explain,
    "compress": _compress,
    "package": _package,
    "publish": _publish,
    "release": _release,
}
