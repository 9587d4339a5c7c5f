"""The plugin protocol: check, diff, create, read, update and delete."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from botocore.exceptions import ClientError
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import kinds  # noqa: F401
from .account import Account, gone
from .kind import KINDS, Kind, Properties
from .limits import input_problems
from .models import Refused
from .names import UNKNOWN, NameTooLong, automatic_name


def decoded(struct: struct_pb2.Struct) -> Properties:
    """A message's properties; whole numbers are whole, since JSON knows no other."""
    return _whole(json_format.MessageToDict(struct))


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        # The engine writes secrets and outputs of others as objects with a signature.
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def encoded(properties: Properties) -> struct_pb2.Struct:
    return json_format.ParseDict(json.loads(json.dumps(properties)), struct_pb2.Struct())


GET_IMAGE = "aws:ecr/getImage:getImage"
GET_DETECTOR = "aws:guardduty/getDetector:getDetector"

REGISTRY = "CAUSEWAY_REGISTRY"
"""Variable with the file of the images that registries hold besides those of the emulator."""


def _held_images() -> list[str]:
    file = Path(os.environ[REGISTRY])
    return json.loads(file.read_text()) if file.exists() else []


class Refusal(Exception):
    """What the engine shows of a resource that cannot be."""


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider: one region of one account."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.account: Account | None = None

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self.version)

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = decoded(request.olds), decoded(request.news)
        replaces = [key for key in ("region",) if old.get(key) != new.get(key)]
        return provider_pb2.DiffResponse(replaces=replaces, changes=_changes(old != new))

    def Configure(self, request: Any, context: Any) -> Any:
        given = {key: _parsed(value) for key, value in decoded(request.args).items()}
        if given.get("region") in (None, UNKNOWN):
            context.abort(grpc.StatusCode.UNKNOWN, "Missing region configuration")
        tags = (given.get("defaultTags") or {}).get("tags") or {}
        self.account = Account(given["region"], tags)
        allowed = given.get("allowedAccountIds") or []
        if allowed and UNKNOWN not in allowed and self.account.id not in allowed:
            context.abort(grpc.StatusCode.UNKNOWN, f"AWS account ID not allowed: {self.account.id}")
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._check(request))

    def Diff(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._diff(request))

    def Create(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._create(request))

    def Read(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._read(request))

    def Update(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._update(request))

    def Delete(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._delete(request))

    def Invoke(self, request: Any, context: Any) -> Any:
        return self._answer(context, lambda: self._invoke(request))

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def _answer(self, context: Any, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (Refusal, Refused, NameTooLong) as error:
            message = str(error)
        except ClientError as error:
            message = f"{error.operation_name}: {error}"
        except Exception:
            message = traceback.format_exc()
        return context.abort(grpc.StatusCode.UNKNOWN, message)

    def _check(self, request: Any) -> Any:
        kind = _kind(request.urn)
        old, new = decoded(request.olds), decoded(request.news)
        if kind.name is not None:
            key, longest = kind.name
            if new.get(key) is None:
                logical = request.urn.split("::")[-1]
                new[key] = old.get(key) or automatic_name(logical, request.randomSeed, longest)
            elif new[key] != UNKNOWN and len(new[key]) > longest:
                raise Refusal(f"{key}: got {new[key]!r}, allowed: at most {longest} characters")
        failures = [
            provider_pb2.CheckFailure(property=key, reason=reason)
            for key, reason in input_problems(_type(request.urn), new)
        ]
        return provider_pb2.CheckResponse(inputs=encoded(new), failures=failures)

    def _diff(self, request: Any) -> Any:
        kind = _kind(request.urn)
        old, new = decoded(request.old_inputs), decoded(request.news)
        changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        replaces = [key for key in changed if key in kind.replace]
        # What keeps its name cannot be there twice, unless the name is what changes.
        fixed = kind.name is not None and kind.name[0] not in changed
        return provider_pb2.DiffResponse(
            replaces=replaces,
            diffs=changed,
            deleteBeforeReplace=bool(replaces) and fixed,
            changes=_changes(bool(changed)),
        )

    def _create(self, request: Any) -> Any:
        kind, inputs = _kind(request.urn), decoded(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        identifier, outputs = kind.create(self._aws, inputs)
        return provider_pb2.CreateResponse(
            id=identifier, properties=encoded(self._state(identifier, inputs, outputs))
        )

    def _state(self, identifier: str, inputs: Properties, outputs: Properties) -> Properties:
        given = {**inputs, **self._all_tags(inputs), **outputs}
        return {**given, "id": identifier, "region": self._aws.region}

    def _all_tags(self, inputs: Properties) -> Properties:
        """Tags with the default ones, which the provider does not add to a list of tags."""
        return {} if isinstance(inputs.get("tags"), list) else {"tagsAll": self._aws.tags(inputs)}

    def _read(self, request: Any) -> Any:
        kind, old = _kind(request.urn), decoded(request.properties)
        try:
            found = kind.exists(self._aws, {**old, "id": request.id})
        except ClientError as error:
            if not gone(error):
                raise
            found = None
        if found in (None, False, []):
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=request.id, properties=request.properties, inputs=request.inputs
        )

    def _update(self, request: Any) -> Any:
        kind, old, new = _kind(request.urn), decoded(request.olds), decoded(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encoded({**old, **new}))
        kept = {key: value for key, value in old.items() if key not in decoded(request.old_inputs)}
        outputs: Properties | None
        if kind.update is None:
            outputs = kind.create(self._aws, new)[1]
        else:
            outputs = kind.update(self._aws, old, new)
        state = self._state(request.id, new, {**kept, **(outputs or {})})
        state |= self._all_tags(new)
        return provider_pb2.UpdateResponse(properties=encoded(state))

    def _delete(self, request: Any) -> Any:
        kind, old = _kind(request.urn), decoded(request.properties)
        try:
            kind.delete(self._aws, {**old, "id": request.id})
        except ClientError as error:
            if not gone(error):
                raise
        return empty_pb2.Empty()

    def _invoke(self, request: Any) -> Any:
        known = {GET_IMAGE: self._image, GET_DETECTOR: self._detector}
        if request.tok not in known:
            raise Refusal(f"the stand-in knows {', '.join(known)}, not {request.tok}")
        answer = known[request.tok](decoded(request.args))
        return provider_pb2.InvokeResponse(**{"return": encoded(answer)})

    def _detector(self, inputs: Properties) -> Properties:
        client = self._aws.unjudged("guardduty")
        found = client.list_detectors()["DetectorIds"]
        if not found:
            raise Refusal("reading GuardDuty Detector: empty result")
        return {
            **inputs,
            "id": found[0],
            "status": client.get_detector(DetectorId=found[0])["Status"],
        }

    def _image(self, inputs: Properties) -> Properties:
        digest = inputs["imageDigest"]
        image = (
            f"{inputs['registryId']}.dkr.ecr.{inputs['region']}.amazonaws.com"
            f"/{inputs['repositoryName']}@{digest}"
        )
        if image not in _held_images():
            found = self._aws.unjudged("ecr", inputs["region"]).describe_images(
                repositoryName=inputs["repositoryName"], imageIds=[{"imageDigest": digest}]
            )
            digest = found["imageDetails"][0]["imageDigest"]
        return {**inputs, "id": digest, "imageDigest": digest}

    @property
    def _aws(self) -> Account:
        if self.account is None:
            raise Refusal("the provider is not configured")
        return self.account


def _type(urn: str) -> str:
    return urn.split("::")[2].split("$")[-1]


def _kind(urn: str) -> Kind:
    token = _type(urn)
    if token not in KINDS:
        raise Refusal(f"the stand-in knows no {token}, allowed: {', '.join(sorted(KINDS))}")
    return KINDS[token]


def _changes(some: bool) -> Any:
    return provider_pb2.DiffResponse.DIFF_SOME if some else provider_pb2.DiffResponse.DIFF_NONE


def _parsed(value: Any) -> Any:
    """Configuration that is no text comes as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value[:1] in "[{tf" else value
    except ValueError:
        return value
