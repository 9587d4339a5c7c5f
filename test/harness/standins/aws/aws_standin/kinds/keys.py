"""KMS keys, their replicas and aliases."""

from __future__ import annotations

from ..account import Account
from ..kind import Properties, kind, picked, tag_list


def _tags(aws: Account, inputs: Properties) -> list[dict[str, str]]:
    return tag_list(aws.tags(inputs), "TagKey", "TagValue")


def _create_key(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["kms"].create_key(
        Policy=inputs["policy"],
        Tags=_tags(aws, inputs),
        **picked(inputs, "description", "multiRegion", "keyUsage"),
        **(
            {"KeySpec": inputs["customerMasterKeySpec"]}
            if "customerMasterKeySpec" in inputs
            else {}
        ),
    )["KeyMetadata"]
    key = made["KeyId"]
    _rotation(aws, {"id": key}, inputs)
    return key, {"arn": made["Arn"], "keyId": key}


def _rotation(aws: Account, old: Properties, new: Properties) -> None:
    wanted = bool(new.get("enableKeyRotation"))
    period = new.get("rotationPeriodInDays")
    if wanted and (not old.get("enableKeyRotation") or old.get("rotationPeriodInDays") != period):
        days = {"RotationPeriodInDays": period} if period else {}
        aws["kms"].enable_key_rotation(KeyId=old["id"], **days)
    if not wanted and old.get("enableKeyRotation"):
        aws["kms"].disable_key_rotation(KeyId=old["id"])


def _update(aws: Account, old: Properties, new: Properties) -> Properties:
    key = old["id"]
    if old["policy"] != new["policy"]:
        aws["kms"].put_key_policy(KeyId=key, PolicyName="default", Policy=new["policy"])
    if old.get("description") != new.get("description"):
        aws["kms"].update_key_description(KeyId=key, Description=new.get("description", ""))
    aws.retag(
        old,
        new,
        tag=lambda _: aws["kms"].tag_resource(KeyId=key, Tags=_tags(aws, new)),
        untag=lambda keys: aws["kms"].untag_resource(KeyId=key, TagKeys=keys),
    )
    return {}


def _update_key(aws: Account, old: Properties, new: Properties) -> Properties:
    _rotation(aws, old, new)
    return _update(aws, old, new)


def _delete(aws: Account, old: Properties) -> None:
    aws["kms"].schedule_key_deletion(
        KeyId=old["id"], PendingWindowInDays=old.get("deletionWindowInDays", 30)
    )


def _exists(aws: Account, old: Properties) -> bool:
    metadata = aws["kms"].describe_key(KeyId=old["id"])["KeyMetadata"]
    return metadata["KeyState"] not in ("PendingDeletion", "PendingReplicaDeletion")


kind(
    "kms/key:Key",
    create=_create_key,
    update=_update_key,
    delete=_delete,
    exists=_exists,
    replace="multiRegion keyUsage customerMasterKeySpec",
)


def _replicate(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    home, key = inputs["primaryKeyArn"].split(":")[3], inputs["primaryKeyArn"].split("/")[1]
    # Replication is asked of the region of the primary.
    primary = Account(home, aws.default_tags)
    made = primary["kms"].replicate_key(
        KeyId=key,
        ReplicaRegion=aws.region,
        Policy=inputs["policy"],
        Tags=_tags(aws, inputs),
        **picked(inputs, "description"),
    )["ReplicaKeyMetadata"]
    # The emulator copies neither the policy nor the description that it is given.
    aws["kms"].put_key_policy(KeyId=key, PolicyName="default", Policy=inputs["policy"])
    return key, {"arn": made["Arn"], "keyId": key}


kind(
    "kms/replicaKey:ReplicaKey",
    create=_replicate,
    update=_update,
    delete=_delete,
    exists=_exists,
    replace="primaryKeyArn",
)


def _create_alias(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["kms"].create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return inputs["name"], {
        "arn": aws.arn("kms", inputs["name"]),
        "targetKeyArn": aws.arn("kms", f"key/{inputs['targetKeyId']}"),
    }


def _alias_exists(aws: Account, old: Properties) -> bool:
    pages = aws["kms"].get_paginator("list_aliases").paginate()
    return any(alias["AliasName"] == old["id"] for page in pages for alias in page["Aliases"])


kind(
    "kms/alias:Alias",
    create=_create_alias,
    update=lambda aws, old, new: (
        aws["kms"].update_alias(AliasName=old["id"], TargetKeyId=new["targetKeyId"]) and {}
    ),
    delete=lambda aws, old: aws["kms"].delete_alias(AliasName=old["id"]),
    exists=_alias_exists,
    replace="name",
)
