"""What every step is given."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from .champion import Champion
from .contract import Contract
from .errors import InputError, one_line
from .provenance import code_digest
from .run import Run


@dataclass(frozen=True)
class Options:
    """Arguments that change what a step does; all of them are part of the step's inputs.

    `source` overrides the contract's data source; `mitigation` is auto, on or off; `parameters`
    override those of `train.py`; `subject_key` is the secret behind pseudonyms and privacy noise;
    `created_at` is a UTC time such as 2026-11-24T03:00:00Z; `budget` is where the spending of
    differential privacy is kept; `attempt` is which challenger of its champion the run makes, from
    1.
    """

    seed: int = 0
    source: str | None = None
    mitigation: str = "auto"
    parameters: Mapping[str, Any] | None = None
    holdout: float = 0.3
    subject_key: bytes | None = None
    created_at: str | None = None
    version: str | None = None
    repository: str | None = None
    signing_key: str | Path | None = None
    to: str | None = None
    trusted_key: Path | None = None
    budget: str | None = None
    base: str | None = None
    attempt: int = 1


@dataclass(frozen=True)
class Context:
    contract: Contract
    run: Run
    options: Options
    champion: Champion | None = None

    @cached_property
    def code(self) -> str:
        return code_digest(self.contract.folder)

    def inputs(self, *after: str, **more: Any) -> dict[str, Any]:
        """Inputs that every step has, the digests of what earlier steps wrote, and what the step
        adds."""
        base = {"contract": self.contract.digest, "code": self.code, "seed": self.options.seed}
        return {**base, **{step: self.run.outputs_digest(step) for step in after}, **more}

    def training_code(self) -> ModuleType:
        """The model's own `train.py`.

        Raises InputError when it is missing or lacks what a train.py must have.
        """
        path = self.contract.folder / "train.py"
        spec = importlib.util.spec_from_file_location(
            f"causeway_model_{self.contract.name.replace('-', '_')}", path
        )
        if spec is None or spec.loader is None or not path.exists():
            raise InputError(
                str(path), ["no such file: a model has a train.py beside its model.yaml"]
            )
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # the model's own code may raise anything
            raise InputError(str(path), [f"cannot be imported: {one_line(error)}"]) from None
        missing = [name for name in ("PARAMETERS", "estimator") if not hasattr(module, name)]
        if missing:
            raise InputError(str(path), [f"{name} is missing" for name in missing])
        return module

    def parameters(self, module: ModuleType) -> dict[str, Any]:
        """Hyperparameters: defaults of `train.py` with the overrides.

        Raises InputError for a name that it does not know.
        """
        given = dict(self.options.parameters or {})
        unknown = sorted(set(given) - set(module.PARAMETERS))
        if unknown:
            raise InputError(
                "--parameter",
                [f"got {name}, allowed: {', '.join(module.PARAMETERS)}" for name in unknown],
            )
        return {**module.PARAMETERS, **given}
