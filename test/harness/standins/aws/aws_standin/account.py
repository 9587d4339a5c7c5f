"""The account and region that one provider is configured for, and its clients."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from . import key_limits, limits  # noqa: F401
from .models import Refused, problems_of

ENDPOINT = "CAUSEWAY_AWS_ENDPOINT"
"""Variable with the address of the emulator: the stand-in talks to nothing else."""


class Account:
    """Clients of one region, whose every call is held against the models and `limits`."""

    def __init__(self, region: str, default_tags: dict[str, str]) -> None:
        self.region = region
        self.default_tags = default_tags
        self._session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=region
        )
        # Making a client reads the service's model; sessions make one at a time.
        self._clients: dict[tuple[str, str, bool], BaseClient] = {}
        self._lock = Lock()

    def __getitem__(self, service: str) -> BaseClient:
        return self._client(service, self.region, judged=True)

    def unjudged(self, service: str, region: str | None = None) -> BaseClient:
        """A client for questions of the stand-in itself."""
        return self._client(service, region or self.region, judged=False)

    @cached_property
    def id(self) -> str:
        return self.unjudged("sts").get_caller_identity()["Account"]

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.id}:{rest}"

    def tags(self, inputs: dict[str, Any]) -> dict[str, str]:
        """Tags of a resource over the provider's default ones."""
        return {**self.default_tags, **(inputs.get("tags") or {})}

    def retag(
        self,
        old: dict[str, Any],
        new: dict[str, Any],
        *,
        tag: Callable[[dict[str, str]], object],
        untag: Callable[[list[str]], object],
    ) -> None:
        """Takes away tags that a resource no longer has, and sets the others where they differ."""
        before, after = self.tags(old), self.tags(new)
        removed = [key for key in before if key not in after]
        if removed:
            untag(removed)
        if after and after != before:
            tag(after)

    def _client(self, service: str, region: str, *, judged: bool) -> BaseClient:
        with self._lock:
            known = self._clients.get((service, region, judged))
            if known is not None:
                return known
            made = self._session.client(
                service,
                region_name=region,
                endpoint_url=os.environ[ENDPOINT],
                config=Config(
                    retries={"total_max_attempts": 1},
                    max_pool_connections=32,
                    s3={"addressing_style": "path"},
                ),
            )
            if judged:
                made.meta.events.register("provide-client-params.*.*", self._judge)
            self._clients[service, region, judged] = made
            return made

    def _judge(self, params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        call = f"{model.service_model.service_name}:{model.name}"
        problems = list(problems_of(params, model.input_shape)) if model.input_shape else []
        problems += limits.refusals(call, params, self)
        if problems:
            raise Refused(call, problems)


def gone(error: ClientError) -> bool:
    """Whether an error says that what was asked for is not there."""
    code = str(error.response["Error"]["Code"])
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    # GuardDuty has no error of its own for a detector that is not there.
    foreign = "is not owned by the current account" in str(error)
    return (
        foreign
        or status == 404
        or any(word in code.lower() for word in ("notfound", "nosuch", "nonexist"))
    )
