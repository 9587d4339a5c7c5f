"""moto on loopback, with the calls of the plan that it lacks.

Arguments are what an account has before the platform comes: `--zone <domain>` and `--role <name>`,
each as often as wanted. Prints one line of JSON once it answers: the port, and the id of each zone.

EKS access entries, access policies, Pod Identity and cluster settings, and Access Analyzer are kept
here by what AWS documents of them:
https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations_Amazon_Elastic_Kubernetes_Service.html
"""

from __future__ import annotations

import argparse
import base64
import fnmatch
import io
import json
import os
import re
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

import flask
import moto.route53.models as route53_models
import moto.s3.models as s3_models
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from moto.ec2.models import ec2_backends
from moto.ecr.models import ECRBackend, ecr_backends
from moto.eks.models import eks_backends
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.models import iam_backends
from moto.kms.exceptions import ValidationException
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.route53.models import route53_backends
from moto.sts.models import sts_backends
from werkzeug.serving import make_server

Answer = tuple[int, dict[str, Any]]
Handler = Callable[..., Answer]

ACCOUNT = os.environ["MOTO_ACCOUNT_ID"]
"""The account whose resources moto keeps: its own variable."""

SERVERS = "CAUSEWAY_API_SERVERS"
"""Variable with JSON: by region, `endpoint` and `certificateAuthority` of a real API server."""

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
_LOCK = threading.Lock()


class Missing(Exception):
    """What was asked for is not there."""


class Clusters:
    """What moto keeps of no cluster, by region and name."""

    def __init__(self) -> None:
        self.settings: dict[tuple[str, str], dict[str, Any]] = {}
        self.entries: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
        self.policies: dict[tuple[str, str, str], dict[str, dict[str, Any]]] = {}
        self.identities: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}


CLUSTERS = Clusters()
ANALYZERS: dict[tuple[str, str], dict[str, Any]] = {}


def _cluster(region: str, name: str) -> None:
    backend: Any = eks_backends[ACCOUNT][region]
    if name not in backend.clusters:
        raise Missing(f"No cluster found for name: {name}.")


def _arn(service: str, region: str, rest: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


def _entry(region: str, cluster: str, principal: str) -> dict[str, Any]:
    _cluster(region, cluster)
    found = CLUSTERS.entries.get((region, cluster), {}).get(principal)
    if found is None:
        raise Missing(f"The specified principalArn could not be found: {principal}")
    return found


def create_entry(region: str, body: dict[str, Any], cluster: str) -> Answer:
    _cluster(region, cluster)
    entries = CLUSTERS.entries.setdefault((region, cluster), {})
    principal = body["principalArn"]
    if principal in entries:
        return 409, {"message": "The specified access entry resource is already in use."}
    name = principal.split("/")[-1]
    entries[principal] = {
        "clusterName": cluster,
        "principalArn": principal,
        "kubernetesGroups": body.get("kubernetesGroups", []),
        "type": body.get("type", "STANDARD"),
        "username": body.get("username", principal),
        "tags": body.get("tags", {}),
        "accessEntryArn": _arn("eks", region, f"access-entry/{cluster}/role/{name}"),
    }
    return 200, {"accessEntry": entries[principal]}


def describe_entry(region: str, _: Any, cluster: str, principal: str) -> Answer:
    return 200, {"accessEntry": _entry(region, cluster, principal)}


def update_entry(region: str, body: dict[str, Any], cluster: str, principal: str) -> Answer:
    found = _entry(region, cluster, principal)
    found["kubernetesGroups"] = body.get("kubernetesGroups", found["kubernetesGroups"])
    return 200, {"accessEntry": found}


def delete_entry(region: str, _: Any, cluster: str, principal: str) -> Answer:
    _entry(region, cluster, principal)
    del CLUSTERS.entries[region, cluster][principal]
    CLUSTERS.policies.pop((region, cluster, principal), None)
    return 200, {}


def associate_policy(region: str, body: dict[str, Any], cluster: str, principal: str) -> Answer:
    _entry(region, cluster, principal)
    held = CLUSTERS.policies.setdefault((region, cluster, principal), {})
    held[body["policyArn"]] = {"policyArn": body["policyArn"], "accessScope": body["accessScope"]}
    return 200, {
        "clusterName": cluster,
        "principalArn": principal,
        "associatedAccessPolicy": held[body["policyArn"]],
    }


def list_policies(region: str, _: Any, cluster: str, principal: str) -> Answer:
    _entry(region, cluster, principal)
    held = CLUSTERS.policies.get((region, cluster, principal), {})
    return 200, {
        "clusterName": cluster,
        "principalArn": principal,
        "associatedAccessPolicies": list(held.values()),
    }


def disassociate_policy(region: str, _: Any, cluster: str, principal: str, policy: str) -> Answer:
    _entry(region, cluster, principal)
    if CLUSTERS.policies.get((region, cluster, principal), {}).pop(policy, None) is None:
        raise Missing(f"The policy is not associated: {policy}")
    return 200, {}


def create_identity(region: str, body: dict[str, Any], cluster: str) -> Answer:
    _cluster(region, cluster)
    held = CLUSTERS.identities.setdefault((region, cluster), {})
    for one in held.values():
        if all(one[key] == body[key] for key in ("namespace", "serviceAccount")):
            return 409, {"message": "Association already exists"}
    identifier = f"a-{secrets.token_hex(8)}"
    held[identifier] = {
        **{key: body[key] for key in ("namespace", "serviceAccount", "roleArn")},
        "clusterName": cluster,
        "associationId": identifier,
        "associationArn": _arn("eks", region, f"podidentityassociation/{cluster}/{identifier}"),
        "tags": body.get("tags", {}),
    }
    return 200, {"association": held[identifier]}


def _identity(region: str, cluster: str, identifier: str) -> dict[str, Any]:
    _cluster(region, cluster)
    found = CLUSTERS.identities.get((region, cluster), {}).get(identifier)
    if found is None:
        raise Missing(f"The specified association does not exist: {identifier}")
    return found


def describe_identity(region: str, _: Any, cluster: str, identifier: str) -> Answer:
    return 200, {"association": _identity(region, cluster, identifier)}


def update_identity(region: str, body: dict[str, Any], cluster: str, identifier: str) -> Answer:
    found = _identity(region, cluster, identifier)
    found["roleArn"] = body.get("roleArn", found["roleArn"])
    return 200, {"association": found}


def delete_identity(region: str, _: Any, cluster: str, identifier: str) -> Answer:
    found = _identity(region, cluster, identifier)
    del CLUSTERS.identities[region, cluster][identifier]
    return 200, {"association": found}


def update_config(region: str, body: dict[str, Any], cluster: str) -> Answer:
    _cluster(region, cluster)
    CLUSTERS.settings[region, cluster] |= {
        key: value for key, value in body.items() if key not in ("name", "clientRequestToken")
    }
    return 200, {"update": {"id": secrets.token_hex(8), "status": "Successful"}}


def create_analyzer(region: str, body: dict[str, Any]) -> Answer:
    name = body["analyzerName"]
    if (region, name) in ANALYZERS:
        return 409, {"message": f"Analyzer {name} already exists"}
    arn = _arn("access-analyzer", region, f"analyzer/{name}")
    ANALYZERS[region, name] = {
        "arn": arn,
        "name": name,
        "type": body["type"],
        "status": "ACTIVE",
        "createdAt": "2026-01-01T00:00:00Z",
        "tags": body.get("tags", {}),
    }
    return 200, {"arn": arn}


def list_analyzers(region: str, _: Any) -> Answer:
    return 200, {"analyzers": [one for (at, _), one in ANALYZERS.items() if at == region]}


def get_analyzer(region: str, _: Any, name: str) -> Answer:
    if (region, name) not in ANALYZERS:
        raise Missing(f"Analyzer {name} not found")
    return 200, {"analyzer": ANALYZERS[region, name]}


def delete_analyzer(region: str, _: Any, name: str) -> Answer:
    if ANALYZERS.pop((region, name), None) is None:
        raise Missing(f"Analyzer {name} not found")
    return 200, {}


_ENTRY = "/clusters/([^/]+)/access-entries"
_IDENTITY = "/clusters/([^/]+)/pod-identity-associations"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("eks", "POST", _ENTRY, create_entry),
    ("eks", "GET", f"{_ENTRY}/([^/]+)", describe_entry),
    ("eks", "POST", f"{_ENTRY}/([^/]+)", update_entry),
    ("eks", "DELETE", f"{_ENTRY}/([^/]+)", delete_entry),
    ("eks", "POST", f"{_ENTRY}/([^/]+)/access-policies", associate_policy),
    ("eks", "GET", f"{_ENTRY}/([^/]+)/access-policies", list_policies),
    ("eks", "DELETE", f"{_ENTRY}/([^/]+)/access-policies/([^/]+)", disassociate_policy),
    ("eks", "POST", _IDENTITY, create_identity),
    ("eks", "GET", f"{_IDENTITY}/([^/]+)", describe_identity),
    ("eks", "POST", f"{_IDENTITY}/([^/]+)", update_identity),
    ("eks", "DELETE", f"{_IDENTITY}/([^/]+)", delete_identity),
    ("eks", "POST", "/clusters/([^/]+)/update-config", update_config),
    ("access-analyzer", "PUT", "/analyzer", create_analyzer),
    ("access-analyzer", "GET", "/analyzer", list_analyzers),
    ("access-analyzer", "GET", "/analyzer/([^/]+)", get_analyzer),
    ("access-analyzer", "DELETE", "/analyzer/([^/]+)", delete_analyzer),
]


class Emulator:
    """A WSGI application: the calls above, and moto's for all others."""

    def __init__(self) -> None:
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        if scope is None:
            return self.moto(environ, start)
        region, service = scope.groups()
        path = environ["RAW_URI"].split("?")[0]
        for owner, method, pattern, handler in ROUTES:
            match = re.fullmatch(pattern, path)
            if owner == service and method == environ["REQUEST_METHOD"] and match:
                return self._own(environ, start, handler, region, match)
        if service == "eks" and path.startswith("/clusters"):
            return self._cluster(environ, start, region)
        return self.moto(environ, start)

    def _own(
        self,
        environ: dict[str, Any],
        start: Callable[..., Any],
        handler: Handler,
        region: str,
        match: re.Match[str],
    ) -> Iterable[bytes]:
        text = _body(environ)
        with _LOCK:
            try:
                status, answer = handler(
                    region, json.loads(text or b"{}"), *(unquote(part) for part in match.groups())
                )
            except Missing as error:
                status, answer = 404, {"message": str(error)}
        kind = {404: "ResourceNotFoundException", 409: "ResourceInUseException"}.get(status)
        headers = [("Content-Type", "application/json")]
        start(f"{status} x", [*headers, *([("x-amzn-ErrorType", kind)] if kind else [])])
        return [json.dumps(answer).encode()]

    def _cluster(
        self, environ: dict[str, Any], start: Callable[..., Any], region: str
    ) -> Iterable[bytes]:
        """moto's own calls about clusters, with the settings and the group that it lacks."""
        asked = json.loads(_body(environ) or b"{}")
        told: list[Any] = []
        chunks = b"".join(
            self.moto(environ, lambda status, headers, _=None: told.extend((status, headers)))
        )
        status, headers = told[0], told[1]
        if status.startswith("200") and chunks[:1] == b"{":
            answer = json.loads(chunks)
            cluster = answer.get("cluster")
            if cluster:
                with _LOCK:
                    self._complete(environ["REQUEST_METHOD"], region, asked, cluster)
                chunks = json.dumps(answer).encode()
        start(status, [(k, v) for k, v in headers if k.lower() != "content-length"])
        return [chunks]

    def _complete(self, method: str, region: str, asked: dict, cluster: dict[str, Any]) -> None:
        key = (region, cluster["name"])
        ec2: Any = ec2_backends[ACCOUNT][region]
        if method == "POST":
            vpc = ec2.get_subnet(asked["resourcesVpcConfig"]["subnetIds"][0]).vpc_id
            group = ec2.create_security_group(
                f"eks-cluster-sg-{cluster['name']}", "EKS created security group", vpc
            )
            CLUSTERS.settings[key] = {
                name: asked[name]
                for name in (
                    *("accessConfig", "computeConfig", "storageConfig", "upgradePolicy"),
                    *("zonalShiftConfig", "deletionProtection", "kubernetesNetworkConfig"),
                )
                if name in asked
            }
            CLUSTERS.settings[key]["_vpc"] = {"clusterSecurityGroupId": group.id, "vpcId": vpc}
        held = CLUSTERS.settings.get(key, {})
        cluster |= _reached(region)
        cluster |= {
            name: value
            for name, value in held.items()
            if name not in ("_vpc", "resourcesVpcConfig")
        }
        cluster["resourcesVpcConfig"] |= {
            **held.get("resourcesVpcConfig", {}),
            **held.get("_vpc", {}),
        }
        if method == "DELETE":
            ec2.delete_security_group(group_id=held["_vpc"]["clusterSecurityGroupId"])
            del CLUSTERS.settings[key]


def _reached(region: str) -> dict[str, Any]:
    """Address and authority of the API server that stands for the clusters of a region."""
    servers = json.loads(os.environ.get(SERVERS, "{}"))
    if region not in servers:
        return {}
    data = servers[region]["certificateAuthority"]
    return {"endpoint": servers[region]["endpoint"], "certificateAuthority": {"data": data}}


def _body(environ: dict[str, Any]) -> bytes:
    """The request's body, which the next reader gets again."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    text = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(text)
    return text


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _log_delivery_allowed(target_bucket: Any, target_prefix: str | None) -> bool:
    """moto knows one spelling of the statement; AWS takes any policy that allows the delivery.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    statements = json.loads(target_bucket.policy or b"{}").get("Statement", [])
    wanted = f"arn:aws:s3:::{target_bucket.name}/{target_prefix or ''}log"
    return any(
        statement["Effect"] == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and "logging.s3.amazonaws.com" in _listed(statement["Principal"].get("Service"))
        and "s3:PutObject" in _listed(statement["Action"])
        and any(fnmatch.fnmatchcase(wanted, one) for one in _listed(statement["Resource"]))
        for statement in _listed(statements)
    )


def _with_own_aliases(replicate: Callable[..., Any]) -> Callable[..., Any]:
    """moto hands a replica the aliases of its primary; in AWS each region has its own."""

    def own(self: KmsBackend, key_id: str, replica_region: str) -> Any:
        replica = replicate(self, key_id, replica_region)
        replica.aliases = {}
        return replica

    return own


def _zone_id(make: Callable[..., str]) -> Callable[..., str]:
    """Ids of zones begin with a Z: the stack file takes no other.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
    """
    return lambda *args, **options: f"Z{make(*args, **options)[1:]}"


_ONLY_NEW = {"StringNotEquals": {"s3:if-none-match": "*"}}


def _permission(bucket: s3_models.FakeBucket, action: str, resource: str) -> PermissionResult:
    """moto reads no condition: a statement with one would refuse whatever it names.

    Read here are that which asks for conditional writes and that which lets one role alone write; a
    key that a request lacks is not equal.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    document = json.loads(bucket.policy or b"{}")
    overwrites = flask.request.headers.get("If-None-Match") != "*"
    caller = _assumed_role()

    def applies(condition: dict[str, Any]) -> bool:
        only = condition.get("StringNotEquals", {}).get("aws:PrincipalArn")
        if only is not None and len(condition) == 1:
            return caller not in _listed(only)
        return overwrites and condition == _ONLY_NEW

    statements = [
        {name: value for name, value in one.items() if name != "Condition"}
        for one in _listed(document.get("Statement", []))
        if "Condition" not in one or applies(one["Condition"])
    ]
    if not statements:
        return PermissionResult.NEUTRAL
    policy = IAMPolicy(json.dumps({**document, "Statement": statements}))
    return policy.is_action_permitted(action, resource)


def _assumed_role() -> str | None:
    """ARN of the role that the caller has assumed; nobody's keys are those of a role."""
    key = re.search(r"Credential=([^/]+)/", flask.request.headers.get("Authorization", ""))
    backend = sts_backends[os.environ["MOTO_ACCOUNT_ID"]]["global"]
    role = backend.get_assumed_role_from_access_key(key.group(1)) if key else None
    return role.role_arn if role else None


def _signing_digests(sign: Callable[..., str]) -> Callable[..., str]:
    """moto hashes what it signs, also what AWS takes for a digest already."""

    def signed(self: KmsResponse) -> str:
        if self._get_param("MessageType") != "DIGEST":
            return sign(self)
        backend = self.kms_backend
        key = backend.describe_key(backend.any_id_to_key_id(self._get_param("KeyId")))
        algorithm = self._get_param("SigningAlgorithm")
        if algorithm != "ECDSA_SHA_256":
            raise ValidationException(f"the emulator signs no digest by {algorithm}")
        signature = key.private_key.private_key.sign(
            self._get_param("Message"), ec.ECDSA(utils.Prehashed(hashes.SHA256()))
        )
        answer = {
            "KeyId": key.arn,
            "Signature": base64.b64encode(signature).decode(),
            "SigningAlgorithm": algorithm,
        }
        return json.dumps(answer)

    return signed


def _scanned_and_replicated(put: Callable[..., Any]) -> Callable[..., Any]:
    """moto scans when it is told to and replicates nothing; AWS does both on each push.

    A rule's filters are prefixes of repository names. Lifecycle and tags of the copy are those of
    the repository there, which is made by its own stack here.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
    """

    def pushed(self: ECRBackend, repository_name: str, *given: Any, **more: Any) -> Any:
        image = put(self, repository_name, *given, **more)
        if self.repositories[repository_name].image_scanning_configuration.get("scanOnPush"):
            image.last_scan = datetime.now(tz=timezone.utc)
        for rule in self.replication_config.get("rules", []):
            filters = [one["filter"] for one in rule.get("repositoryFilters", [])] or [""]
            if not repository_name.startswith(tuple(filters)):
                continue
            for destination in rule["destinations"]:
                there = ecr_backends[destination["registryId"]][destination["region"]]
                put(there, repository_name, *given, **more)
        return image

    return pushed


def _without_findings(describe: Callable[..., Any]) -> Callable[..., Any]:
    """moto answers with one example of high severity; nothing was built here to find one in."""

    def found(self: ECRBackend, *given: Any, **more: Any) -> Any:
        answer = describe(self, *given, **more)
        findings = {**answer["imageScanFindings"], "findings": [], "findingSeverityCounts": {}}
        return {**answer, "imageScanFindings": findings}

    return found


def correct_moto() -> None:
    """Mends what moto does otherwise than AWS documents and the platform meets."""
    s3_models.FakeBucket.get_permission = _permission  # type: ignore[method-assign]
    KmsResponse.sign = _signing_digests(KmsResponse.sign)  # type: ignore[method-assign]
    ECRBackend.put_image = _scanned_and_replicated(ECRBackend.put_image)  # type: ignore[method-assign]
    ECRBackend.describe_image_scan_findings = _without_findings(  # type: ignore[method-assign]
        ECRBackend.describe_image_scan_findings
    )
    s3_models.FakeBucket._log_permissions_enabled_policy = staticmethod(_log_delivery_allowed)
    route53_models.create_route53_zone_id = _zone_id(route53_models.create_route53_zone_id)
    KmsBackend.replicate_key = _with_own_aliases(KmsBackend.replicate_key)  # type: ignore[method-assign]


def furnish(zones: list[str], roles: list[str]) -> dict[str, str]:
    """Makes what is there before the platform; gives the ids of zones by domain."""
    iam: Any = iam_backends[ACCOUNT]["aws"]
    for role in roles:
        nobody = '{"Version":"2012-10-17","Statement":[]}'
        iam.create_role(role, nobody, "/", None, "", [], "3600")
    dns: Any = route53_backends[ACCOUNT]["aws"]
    return {zone: dns.create_hosted_zone(zone, False).id.split("/")[-1] for zone in zones}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--zone", action="append", default=[])
    parser.add_argument("--role", action="append", default=[])
    given = parser.parse_args()
    correct_moto()
    zones = furnish(given.zone, given.role)
    server = make_server(
        "127.0.0.1", 0, Emulator(), threaded=True, request_handler=MotoRequestHandler
    )
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: sys.exit(0))
    print(json.dumps({"port": server.server_port, "zones": zones}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
