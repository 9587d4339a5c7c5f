"""S3 buckets and what is set on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient

from ..account import Account
from ..kind import Properties, kind, pascal, tag_list


def _create_bucket(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    name = inputs["bucket"]
    placed = (
        {}
        if aws.region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    )
    aws["s3"].create_bucket(
        Bucket=name, ObjectLockEnabledForBucket=bool(inputs.get("objectLockEnabled")), **placed
    )
    _tag(aws, name, inputs)
    return name, {
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{aws.region}.amazonaws.com",
        "bucketRegion": aws.region,
    }


def _tag(aws: Account, name: str, inputs: Properties) -> None:
    tags = aws.tags(inputs)
    if tags:
        aws["s3"].put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})


def _update_bucket(aws: Account, old: Properties, new: Properties) -> Properties:
    _tag(aws, old["id"], new)
    return {}


def _delete_bucket(aws: Account, old: Properties) -> None:
    if old.get("forceDestroy"):
        pages = aws["s3"].get_paginator("list_object_versions").paginate(Bucket=old["id"])
        for page in pages:
            for found in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                aws["s3"].delete_object(
                    Bucket=old["id"], Key=found["Key"], VersionId=found["VersionId"]
                )
    aws["s3"].delete_bucket(Bucket=old["id"])


kind(
    "s3/bucket:Bucket",
    create=_create_bucket,
    update=_update_bucket,
    delete=_delete_bucket,
    exists=lambda aws, old: aws["s3"].head_bucket(Bucket=old["id"]),
    replace="bucket objectLockEnabled",
    name=("bucket", 63),
)


def _setting(
    token: str,
    put: Callable[[BaseClient, Properties], Any],
    *,
    get: str,
    delete: Callable[[BaseClient, Properties], Any] = lambda s3, old: None,
) -> None:
    """Something that is set on a bucket: its id is the bucket's, a new value replaces the old."""

    def create(aws: Account, inputs: Properties) -> tuple[str, Properties]:
        put(aws["s3"], inputs)
        return inputs["bucket"], {}

    kind(
        f"s3/{token}",
        create=create,
        delete=lambda aws, old: delete(aws["s3"], old),
        exists=lambda aws, old: getattr(aws["s3"], get)(Bucket=old["bucket"]),
        replace="bucket",
    )


def _named(inputs: Properties, spelling: dict[str, str] | None = None) -> Properties:
    """The inputs but for the bucket, as S3 spells them."""
    given = {key: value for key, value in inputs.items() if key not in ("bucket", "id")}
    return _renamed(pascal(given), spelling or {})


def _renamed(value: Any, spelling: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {spelling.get(key, key): _renamed(item, spelling) for key, item in value.items()}
    return [_renamed(item, spelling) for item in value] if isinstance(value, list) else value


_setting(
    "bucketVersioning:BucketVersioning",
    lambda s3, inputs: s3.put_bucket_versioning(
        Bucket=inputs["bucket"], VersioningConfiguration=pascal(inputs["versioningConfiguration"])
    ),
    get="get_bucket_versioning",
    # AWS knows no bucket without versions again; the provider suspends them.
    delete=lambda s3, old: s3.put_bucket_versioning(
        Bucket=old["bucket"], VersioningConfiguration={"Status": "Suspended"}
    ),
)
_setting(
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    lambda s3, inputs: s3.put_public_access_block(
        Bucket=inputs["bucket"], PublicAccessBlockConfiguration=_named(inputs)
    ),
    get="get_public_access_block",
    delete=lambda s3, old: s3.delete_public_access_block(Bucket=old["bucket"]),
)
_setting(
    "bucketOwnershipControls:BucketOwnershipControls",
    lambda s3, inputs: s3.put_bucket_ownership_controls(
        Bucket=inputs["bucket"], OwnershipControls={"Rules": [pascal(inputs["rule"])]}
    ),
    get="get_bucket_ownership_controls",
    delete=lambda s3, old: s3.delete_bucket_ownership_controls(Bucket=old["bucket"]),
)
_setting(
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    lambda s3, inputs: s3.put_bucket_encryption(
        Bucket=inputs["bucket"],
        ServerSideEncryptionConfiguration=_named(
            inputs, {"KmsMasterKeyId": "KMSMasterKeyID", "SseAlgorithm": "SSEAlgorithm"}
        ),
    ),
    get="get_bucket_encryption",
    delete=lambda s3, old: s3.delete_bucket_encryption(Bucket=old["bucket"]),
)
_setting(
    "bucketPolicy:BucketPolicy",
    lambda s3, inputs: s3.put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"]),
    get="get_bucket_policy",
    delete=lambda s3, old: s3.delete_bucket_policy(Bucket=old["bucket"]),
)
_setting(
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    lambda s3, inputs: s3.put_bucket_lifecycle_configuration(
        Bucket=inputs["bucket"],
        LifecycleConfiguration={"Rules": _renamed(pascal(inputs["rules"]), {"Id": "ID"})},
    ),
    get="get_bucket_lifecycle_configuration",
    delete=lambda s3, old: s3.delete_bucket_lifecycle(Bucket=old["bucket"]),
)
_setting(
    "bucketLogging:BucketLogging",
    lambda s3, inputs: s3.put_bucket_logging(
        Bucket=inputs["bucket"],
        BucketLoggingStatus={
            "LoggingEnabled": {
                "TargetBucket": inputs["targetBucket"],
                "TargetPrefix": inputs["targetPrefix"],
            }
        },
    ),
    get="get_bucket_logging",
    delete=lambda s3, old: s3.put_bucket_logging(Bucket=old["bucket"], BucketLoggingStatus={}),
)
_setting(
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    lambda s3, inputs: s3.put_object_lock_configuration(
        Bucket=inputs["bucket"],
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": pascal(inputs["rule"]),
        },
    ),
    get="get_object_lock_configuration",
)
_setting(
    "bucketReplicationConfig:BucketReplicationConfig",
    lambda s3, inputs: s3.put_bucket_replication(
        Bucket=inputs["bucket"],
        ReplicationConfiguration={
            "Role": inputs["role"],
            "Rules": _renamed(
                pascal(inputs["rules"]),
                {"Id": "ID", "ReplicaKmsKeyId": "ReplicaKmsKeyID"},
            ),
        },
    ),
    get="get_bucket_replication",
    delete=lambda s3, old: s3.delete_bucket_replication(Bucket=old["bucket"]),
)
