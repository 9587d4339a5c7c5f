"""Whether the policy of a key lets somebody use it, as IAM evaluates it.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Context = dict[str, str]
Statement = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """Who calls KMS: a service by itself, or an identity of the account."""

    name: str
    """Name of the service's principal, or ARN of the identity."""
    context: Context = field(default_factory=dict)
    """Condition keys that all its calls have."""
    permitted: bool = True
    """Whether the identity's own policies allow the use: the account as principal says no more."""

    @property
    def is_service(self) -> bool:
        return not self.name.startswith("arn:")


@dataclass(frozen=True)
class Use:
    """Actions of one caller under the same condition keys."""

    caller: Caller
    actions: tuple[str, ...]
    context: Context = field(default_factory=dict)


def refused(policy: str, use: Use) -> Iterator[str]:
    """The actions of a use that a key policy does not allow, or denies."""
    statements = json.loads(policy)["Statement"]
    context = {**use.caller.context, **use.context}
    for action in use.actions:
        effects = {
            statement["Effect"]
            for statement in statements
            if _names(statement, use.caller)
            and any(fnmatch.fnmatchcase(action, one) for one in listed(statement["Action"]))
            and _holds(statement, context)
        }
        if "Allow" not in effects or "Deny" in effects:
            yield action


def listed(value: Any) -> list[Any]:
    """A value, a list of them or nothing, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _names(statement: Statement, caller: Caller) -> bool:
    principal = statement["Principal"]
    if principal == "*":
        return True
    if caller.is_service:
        return caller.name in listed(principal.get("Service"))
    account = caller.name.split(":")[4]
    named = listed(principal.get("AWS"))
    by_account = {account, f"arn:aws:iam::{account}:root"}
    return (
        "*" in named
        or caller.name in named
        or (bool(by_account.intersection(named)) and caller.permitted)
    )


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": fnmatch.fnmatchcase,
    "ArnEquals": fnmatch.fnmatchcase,
    "ArnLike": fnmatch.fnmatchcase,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def _holds(statement: Statement, context: Context) -> bool:
    """Whether each condition has its key in the context with one of its values."""
    return all(
        key in context and any(_OPERATORS[operator](context[key], one) for one in listed(wanted))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )
