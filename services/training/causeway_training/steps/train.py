"""Train: fits the model's own estimator, mitigates unfair selection where the training rows show
it, exports to ONNX.

With `data.privacy.trainingEpsilon` the model is a logistic regression with noise instead,
unmitigated: the fairness gates still judge it. Writes `model.onnx`, `unmitigated.onnx` when
mitigation was applied, and `training.json`. A model whose ONNX scores differ from scikit-learn's is
refused here, also where only inputs show it that the contract allows and the rows lack.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..context import Context
from ..contract import Contract, FairnessBound
from ..digests import digest_bytes, digest_file
from ..errors import InputError, one_line
from ..export_parity import parity_gates, probes
from ..gates import demand
from ..mitigation import Data, fairness_values, mitigate, out_of_fold, violated
from ..onnx_model import Scorer, export
from ..private_budget import spend
from ..private_training import private_model
from ..rows import groups, inputs, labels, read_rows
from ..run import write_json

NAME = "train"


def run(context: Context) -> bool:
    module = context.training_code()
    parameters = context.parameters(module)
    more = {"parameters": parameters, "mitigation": context.options.mitigation}
    if (
        context.contract.privacy
        and context.contract.privacy.training_epsilon is not None
        and context.options.mitigation == "on"
    ):
        raise InputError(
            "--mitigation",
            ["got on, allowed: auto or off, because the contract trains with differential privacy"],
        )
    return context.run.perform(
        NAME,
        context.inputs("prepare", **more),
        lambda folder: _work(context, folder, module, parameters),
    )


def _work(context: Context, folder: Path, module: Any, parameters: dict) -> None:
    contract, seed = context.contract, context.options.seed
    rows = read_rows(context.run.folder("prepare") / "train.csv")
    data = Data(
        inputs(contract, rows),
        labels(contract, rows),
        {a.name: groups(a.name, rows) for a in contract.attributes},
    )
    if contract.privacy and contract.privacy.training_epsilon is not None:
        _private(context, folder, data, contract.privacy.training_epsilon)
        return

    def build() -> Any:
        try:
            return module.estimator(described(contract), parameters, seed)
        except ValueError as error:
            source = "--parameter" if context.options.parameters else "estimator() of train.py"
            raise InputError(source, [str(error)]) from None
        except Exception as error:  # the model's own code may raise anything
            raise InputError("estimator() of train.py", [one_line(error)]) from None

    plain = _fitted(build, data)
    values = (
        fairness_values(contract, data, out_of_fold(build, data, seed)) if contract.fairness else []
    )
    broken = violated(values)
    attribute = _attribute_to_mitigate(broken, contract.fairness, context.options.mitigation)
    report: dict = {
        "parameters": parameters,
        "outOfFold": {"unmitigated": _named(values)},
        "mitigated": attribute is not None,
    }
    chosen = plain
    if attribute is not None:
        choice = mitigate(build, contract, data, attribute, seed)
        chosen = choice.predictor
        report |= {
            "method": "fairlearn GridSearch, demographic parity",
            "attribute": attribute,
            "gridPoint": choice.point,
            "gridLimit": choice.limit,
            "boundsMetOutOfFold": choice.met,
        }
        report["outOfFold"]["mitigated"] = _named(choice.values)
        _export(contract, plain, data.inputs, folder / "unmitigated.onnx")
    gates, error = _export(contract, chosen, data.inputs, folder / "model.onnx")
    write_json(folder / "training.json", {**report, "exportError": error, "gates": gates})
    demand(NAME, gates)


def _fitted(build: Callable[[], Any], data: Data) -> Any:
    """The estimator on all rows.

    Raises InputError for one that cannot be fitted to them, or that gives no probabilities.
    """
    unfitted = build()
    try:
        estimator = unfitted.fit(data.inputs, data.label)
    except Exception as error:  # the model's own code may raise anything
        what = f"cannot be fitted: {one_line(error)}"
        raise InputError("the estimator of train.py", [what]) from None
    if not hasattr(estimator, "predict_proba"):
        what = f"{type(estimator).__name__} has no predict_proba, allowed: an estimator that has"
        raise InputError("the estimator of train.py", [what])
    return estimator


def described(contract: Contract) -> list[dict[str, Any]]:
    """The features as `train.py` gets them: as the contract has them, and with the `codes` that a
    categorical one has in the rows."""
    return [
        {**f.item, **({"codes": list(f.codes)} if f.is_category else {})} for f in contract.features
    ]


def _private(context: Context, folder: Path, data: Data, epsilon: float) -> None:
    """Fits with noise.

    No figure of the training rows is kept: it would be one without noise.
    """
    contract, options = context.contract, context.options
    fitted = private_model(
        contract, data.inputs, data.label, epsilon, options.subject_key, options.seed
    )
    gates, error = _export(contract, fitted, data.inputs, folder / "model.onnx")
    dataset = digest_file(context.run.folder("collect") / "data.csv")
    budget = spend(
        contract,
        options.budget,
        NAME,
        dataset,
        digest_bytes((folder / "model.onnx").read_bytes()),
        epsilon,
    )
    parameters = {"estimator": "logistic regression under differential privacy", "epsilon": epsilon}
    write_json(
        folder / "training.json",
        {"parameters": parameters, "mitigated": False, "exportError": error, "budget": budget},
    )
    demand(NAME, gates)


def _attribute_to_mitigate(
    broken: list[FairnessBound], bounds: tuple[FairnessBound, ...], mode: str
) -> str | None:
    """The attribute whose selection the reduction equalises: of the first broken bound on
    selection, or of the first bound when forced."""
    selection = [
        b for b in (broken if mode == "auto" else bounds) if b.metric != "equalized-odds-difference"
    ]
    return selection[0].attribute if mode != "off" and selection else None


def _named(values: list[tuple[FairnessBound, float]]) -> list[dict]:
    return [
        {"metric": bound.metric, "attribute": bound.attribute, "value": value}
        for bound, value in values
    ]


def _export(
    contract: Contract, estimator: Any, features: np.ndarray, path: Path
) -> tuple[list[dict], float]:
    """Writes the model; gates on whether it answers as the estimator does, and its largest
    difference on the training rows."""
    model = export(estimator, features.shape[1], f"{contract.name}{_suffix(path)}")
    path.write_bytes(model)
    return parity_gates(estimator, Scorer(model, str(path)), probes(contract, features))


def _suffix(path: Path) -> str:
    return "" if path.stem == "model" else f"-{path.stem}"
