"""Keys that a service may not use by their policies; each refusal names its source.

AWS refuses some of these when the resource is made, and others when the service first uses the
key; here all are refused when the resource is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .key_use import Caller, Use, listed, refused
from .limits import Parameters, limit

if TYPE_CHECKING:
    from .account import Account

_GRANT = {"kms:GrantIsForAWSResource": "true"}
_USE = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
_VOLUME = (*_USE, "kms:DescribeKey")


def _lacking(aws: Account, key: str, *uses: Use) -> Iterator[str]:
    region = key.split(":")[3] if key.startswith("arn:") else None
    kms = aws.unjudged("kms", region)
    text = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    for use in uses:
        for action in refused(text, use):
            yield f"the policy of the key {key} does not let {use.caller.name} use {action}"


def _identity(aws: Account, arn: str, *, permitted: bool = True, via: str = "") -> Caller:
    """An identity that calls KMS itself, or through a service."""
    context = {"kms:CallerAccount": aws.id, "aws:PrincipalArn": arn}
    return Caller(arn, {**context, **({"kms:ViaService": via} if via else {})}, permitted)


def _caller(aws: Account, service: str = "", region: str | None = None) -> Caller:
    """Who runs `pulumi up`: some identity of the account, with the permissions that it needs."""
    via = f"{service}.{region or aws.region}.amazonaws.com" if service else ""
    return _identity(aws, f"arn:aws:iam::{aws.id}:role/caller", via=via)


def _service_role(aws: Account, service: str, role: str, *, permitted: bool) -> Caller:
    arn = f"arn:aws:iam::{aws.id}:role/aws-service-role/{service}/{role}"
    return _identity(aws, arn, permitted=permitted)


@limit("kms:CreateKey", "kms:PutKeyPolicy", "kms:ReplicateKey")
def key_without_administrator(parameters: Parameters, aws: Account) -> Iterator[str]:
    """KMS refuses a policy that its caller could not change again.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    if "Policy" not in parameters:
        return
    for action in refused(parameters["Policy"], Use(_caller(aws), ("kms:PutKeyPolicy",))):
        yield f"MalformedPolicyDocumentException: the policy does not let its caller use {action}"


@limit("logs:CreateLogGroup", "logs:AssociateKmsKey")
def key_of_logs(parameters: Parameters, aws: Account) -> Iterator[str]:
    """CloudWatch Logs refuses a key that it may not use.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    if not parameters.get("kmsKeyId"):
        return
    group = aws.arn("logs", f"log-group:{parameters['logGroupName']}")
    context = {"kms:EncryptionContext:aws:logs:arn": group}
    service = Caller(f"logs.{aws.region}.amazonaws.com")
    yield from _lacking(aws, parameters["kmsKeyId"], Use(service, _USE, context))


@limit("cloudtrail:CreateTrail", "cloudtrail:UpdateTrail")
def key_of_trail(parameters: Parameters, aws: Account) -> Iterator[str]:
    """CloudTrail refuses a key that it may not use; a bucket key takes `kms:Decrypt` as well.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    if not parameters.get("KmsKeyId"):
        return
    trail = aws.arn("cloudtrail", f"trail/{parameters['Name'].split('/')[-1]}")
    service = Caller("cloudtrail.amazonaws.com", {"aws:SourceArn": trail})
    bucket = aws.unjudged("s3").get_bucket_encryption(Bucket=parameters["S3BucketName"])
    rules = bucket["ServerSideEncryptionConfiguration"]["Rules"]
    decrypt = ("kms:Decrypt",) if any(rule.get("BucketKeyEnabled") for rule in rules) else ()
    yield from _lacking(
        aws,
        parameters["KmsKeyId"],
        Use(service, ("kms:GenerateDataKey",), {"kms:EncryptionContext:aws:cloudtrail:arn": trail}),
        Use(service, ("kms:DescribeKey", *decrypt)),
    )


@limit("s3:PutBucketEncryption")
def key_of_bucket(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Who writes and reads objects uses the key through S3.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    for rule in parameters["ServerSideEncryptionConfiguration"]["Rules"]:
        key = rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        if key:
            use = Use(_caller(aws, "s3"), ("kms:GenerateDataKey", "kms:Decrypt"))
            yield from _lacking(aws, key, use)


@limit("s3:PutBucketReplication")
def keys_of_replication(parameters: Parameters, aws: Account) -> Iterator[str]:
    """The role decrypts where objects are, and encrypts where they go.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    configuration = parameters["ReplicationConfiguration"]
    role = configuration["Role"]
    found = aws.unjudged("s3").get_bucket_encryption(Bucket=parameters["Bucket"])
    for rule in found["ServerSideEncryptionConfiguration"]["Rules"]:
        key = rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
        if key:
            reader = _identity(aws, role, via=f"s3.{aws.region}.amazonaws.com")
            yield from _lacking(aws, key, Use(reader, ("kms:Decrypt",)))
    for rule in configuration["Rules"]:
        key = rule["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
        if key:
            writer = _identity(aws, role, via=f"s3.{key.split(':')[3]}.amazonaws.com")
            yield from _lacking(aws, key, Use(writer, ("kms:Encrypt",)))


@limit("ecr:CreateRepository")
def key_of_repository(parameters: Parameters, aws: Account) -> Iterator[str]:
    """ECR grants itself the use of the key as whoever makes the repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
    """
    key = parameters.get("encryptionConfiguration", {}).get("kmsKey")
    if key:
        caller = _caller(aws, "ecr")
        yield from _lacking(
            aws,
            key,
            Use(caller, ("kms:DescribeKey", "kms:RetireGrant")),
            Use(caller, ("kms:CreateGrant",), _GRANT),
        )


@limit("amp:CreateWorkspace")
def key_of_workspace(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Managed Prometheus takes no multi-Region key: its pattern of ARNs has no `mrk-`.

    It uses the key, and grants itself the use, as whoever makes the workspace.
    https://docs.aws.amazon.com/prometheus/latest/userguide/encryption-at-rest-Amazon-Service-Prometheus.html
    """
    key = parameters.get("kmsKeyArn")
    if not key:
        return
    if "/mrk-" in key:
        yield f"kmsKeyArn: got {key}, allowed: a single-Region key"
    caller = _caller(aws, "aps")
    yield from _lacking(
        aws,
        key,
        Use(caller, ("kms:DescribeKey", "kms:GenerateDataKey", "kms:Decrypt")),
        Use(caller, ("kms:CreateGrant",), _GRANT),
    )


@limit("events:PutTargets")
def keys_of_topics(parameters: Parameters, aws: Account) -> Iterator[str]:
    """EventBridge publishes to an encrypted topic as itself.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    for target in parameters["Targets"]:
        if target["Arn"].split(":")[2] != "sns":
            continue
        topic = aws.unjudged("sns").get_topic_attributes(TopicArn=target["Arn"])["Attributes"]
        key = topic.get("KmsMasterKeyId")
        if key:
            use = Use(Caller("events.amazonaws.com"), ("kms:GenerateDataKey", "kms:Decrypt"))
            yield from _lacking(aws, key, use)


@limit("eks:CreateCluster")
def key_of_secrets(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Whoever makes a cluster grants it the use of the key; its role encrypts secrets.

    https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
    """
    for encryption in parameters.get("encryptionConfig") or []:
        yield from _lacking(
            aws,
            encryption["provider"]["keyArn"],
            Use(_caller(aws), ("kms:DescribeKey",)),
            Use(_caller(aws), ("kms:CreateGrant",), _GRANT),
            Use(_identity(aws, parameters["roleArn"]), ("kms:Encrypt", "kms:Decrypt")),
        )


@limit("iam:PutRolePolicy")
def key_of_nodes(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Auto Mode encrypts the volumes of nodes as the cluster's role, by the role itself.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-kms.html
    """
    role = aws.unjudged("iam").get_role(RoleName=parameters["RoleName"])["Role"]
    if not _is_of_clusters(role):
        return
    nodes = _identity(aws, role["Arn"])
    for key in _keys_in(json.loads(parameters["PolicyDocument"])):
        grants = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
        yield from _lacking(aws, key, Use(nodes, _VOLUME), Use(nodes, grants, _GRANT))
        if _scans(aws, key.split(":")[3]):
            yield from _scanner_lacking(aws, key)


@limit("guardduty:UpdateDetector")
def keys_of_scanned_volumes(parameters: Parameters, aws: Account) -> Iterator[str]:
    """GuardDuty scans a copy of a volume, whose key its service-linked role grants it.

    https://docs.aws.amazon.com/guardduty/latest/ug/slr-permissions-malware-protection.html
    """
    if not any(map(_is_scan, parameters.get("Features") or [])):
        return
    iam = aws.unjudged("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in filter(_is_of_clusters, page["Roles"]):
            name = role["RoleName"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                found = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for key in _keys_in(found):
                    if key.split(":")[3] == aws.region:
                        yield from _scanner_lacking(aws, key)


@limit("autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup")
def key_of_group(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Auto Scaling starts instances as its service-linked role, which has no key of a customer.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    template = parameters["LaunchTemplate"]
    found = aws.unjudged("ec2").describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"], Versions=[template["Version"]]
    )
    data = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    role = _service_role(
        aws, "autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", permitted=False
    )
    for mapping in data.get("BlockDeviceMappings") or []:
        key = mapping.get("Ebs", {}).get("KmsKeyId")
        if key:
            copies = ("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext")
            yield from _lacking(
                aws, key, Use(role, (*_VOLUME, *copies)), Use(role, ("kms:CreateGrant",), _GRANT)
            )


def _is_of_clusters(role: Parameters) -> bool:
    principals = [one.get("Principal") for one in role["AssumeRolePolicyDocument"]["Statement"]]
    # A statement that refuses everybody names "*", which is no mapping.
    return any(
        isinstance(one, dict) and "eks.amazonaws.com" in listed(one.get("Service"))
        for one in principals
    )


def _keys_in(document: Parameters) -> list[str]:
    """Keys that a role's policy names, each once."""
    arns = [arn for statement in document["Statement"] for arn in listed(statement["Resource"])]
    return sorted({arn for arn in arns if arn.startswith("arn:aws:kms:") and ":key/" in arn})


def _is_scan(feature: Parameters) -> bool:
    return feature["Name"] == "EBS_MALWARE_PROTECTION" and feature["Status"] == "ENABLED"


def _scans(aws: Account, region: str) -> bool:
    guardduty = aws.unjudged("guardduty", region)
    return any(
        any(map(_is_scan, guardduty.get_detector(DetectorId=one).get("Features") or []))
        for one in guardduty.list_detectors()["DetectorIds"]
    )


def _scanner_lacking(aws: Account, key: str) -> Iterator[str]:
    scanner = _service_role(
        aws,
        "malware-protection.guardduty.amazonaws.com",
        "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
        permitted=True,
    )
    yield from _lacking(
        aws,
        key,
        Use(scanner, ("kms:DescribeKey",)),
        Use(scanner, ("kms:CreateGrant",), _GRANT),
    )
