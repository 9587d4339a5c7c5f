"""What the stand-in knows of one type of resource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .account import Account

Properties = dict[str, Any]


class Create(Protocol):
    def __call__(self, aws: Account, inputs: Properties) -> tuple[str, Properties]:
        """Makes a resource; gives its id and outputs beyond the inputs."""


@dataclass(frozen=True)
class Kind:
    """How a type is made, found, changed and deleted; each part calls the emulator."""

    create: Create
    delete: Callable[[Account, Properties], None]
    exists: Callable[[Account, Properties], Any]
    """Asks for the resource; an error that says that it is not there means just that."""
    update: Callable[[Account, Properties, Properties], Properties | None] | None = None
    """Changes old properties into new inputs; None: the creation is also the update (a put)."""
    replace: frozenset[str] = field(default_factory=frozenset)
    """Inputs that the provider's documentation says force a new resource."""
    name: tuple[str, int] | None = None
    """Input that is named automatically and the longest name that AWS takes."""


KINDS: dict[str, Kind] = {}


def kind(
    token: str,
    *,
    create: Create,
    delete: Callable[[Account, Properties], None],
    exists: Callable[[Account, Properties], Any],
    update: Callable[[Account, Properties, Properties], Properties | None] | None = None,
    replace: str = "",
    name: tuple[str, int] | None = None,
) -> None:
    """Adds a type; `replace` are the names of inputs, with blanks between them."""
    KINDS[f"aws:{token}"] = Kind(create, delete, exists, update, frozenset(replace.split()), name)


def pascal(value: Any) -> Any:
    """Keys of nested values as EC2, S3, WAF and others spell them: with a capital."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    return value


def tag_list(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def picked(inputs: Properties, *names: str) -> Properties:
    """The inputs of these names that are given, with capitals."""
    return {
        name[0].upper() + name[1:]: inputs[name] for name in names if inputs.get(name) is not None
    }
