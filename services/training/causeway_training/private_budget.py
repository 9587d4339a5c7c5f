"""The budget of differential privacy: what was published from a dataset, and what each publication
spent of its epsilon.

Under sequential composition (Dwork et al. 2006) epsilons add up, so a release that would go beyond
the contract's budget is refused. The same inputs give the same noise: publishing the very same
bytes again tells nothing new and spends nothing. Records lie in a folder or under `
s3://bucket/prefix`,
one object for each publication; the caller sees to it that one run spends at a time.
"""

from __future__ import annotations

from .contract import Contract
from .digests import canonical_json
from .errors import InputError
from .gates import demand, gate
from .json_reader import parse_json
from .object_locations import location_at

#: Characters of a digest in a record's name.
_SHORT = 24


def spend(
    contract: Contract,
    location: str | None,
    step: str,
    dataset: str,
    published: str,
    epsilon: float,
) -> dict:
    """Records that `published` (a digest) was made from `dataset` (a digest) for `epsilon`; returns
    what is spent and the budget.

    Raises GateFailure, and records nothing, when the contract's budget does not reach.
    """
    if location is None:
        raise InputError(
            "--budget",
            [
                "got nothing, allowed: a folder or s3://bucket/prefix that keeps what was spent,"
                " because the contract asks for differential privacy"
            ],
        )
    store = location_at(location, "--budget")
    budget = contract.privacy.budget if contract.privacy else None
    spent = {name: _epsilon(store.get(name) or b"", name) for name in store.names(_short(dataset))}
    name = f"{_short(dataset)}-{step}-{_short(published)}.json"
    total = sum(spent.values()) + (0 if name in spent else epsilon)
    demand(
        step,
        [gate("privacy budget: epsilon spent on this dataset", round(total, 9), maximum=budget)],
    )
    if name not in spent:
        record = {
            "model": contract.name,
            "step": step,
            "dataset": dataset,
            "published": published,
            "epsilon": epsilon,
        }
        store.put(name, canonical_json(record).encode())
    return {"epsilon": epsilon, "spent": round(total, 9), "budget": budget}


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHORT]


def _epsilon(data: bytes, name: str) -> float:
    try:
        return float(parse_json(data)["epsilon"])
    except (KeyError, TypeError, ValueError):
        raise InputError(name, ["not the record of a publication"]) from None
