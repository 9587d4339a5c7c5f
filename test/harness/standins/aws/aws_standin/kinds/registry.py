"""ECR repositories, their lifecycle and the registry's replication."""

from __future__ import annotations

from botocore.exceptions import ClientError

from ..account import Account, gone
from ..kind import Properties, kind, tag_list


def _create(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    name = inputs["name"]
    encryption = (inputs.get("encryptionConfigurations") or [{}])[0]
    made = aws["ecr"].create_repository(
        repositoryName=name,
        imageTagMutability=inputs.get("imageTagMutability", "MUTABLE"),
        imageScanningConfiguration=inputs.get("imageScanningConfiguration") or {},
        tags=tag_list(aws.tags(inputs)),
        **({"encryptionConfiguration": encryption} if encryption else {}),
    )["repository"]
    return name, {
        "arn": made["repositoryArn"],
        "registryId": made["registryId"],
        "repositoryUrl": f"{aws.id}.dkr.ecr.{aws.region}.amazonaws.com/{name}",
    }


def _update(aws: Account, old: Properties, new: Properties) -> Properties:
    name = old["id"]
    if old.get("imageTagMutability") != new.get("imageTagMutability"):
        aws["ecr"].put_image_tag_mutability(
            repositoryName=name, imageTagMutability=new["imageTagMutability"]
        )
    if old.get("imageScanningConfiguration") != new.get("imageScanningConfiguration"):
        aws["ecr"].put_image_scanning_configuration(
            repositoryName=name, imageScanningConfiguration=new["imageScanningConfiguration"]
        )
    arn = old["arn"]
    aws.retag(
        old,
        new,
        tag=lambda tags: aws["ecr"].tag_resource(resourceArn=arn, tags=tag_list(tags)),
        untag=lambda keys: aws["ecr"].untag_resource(resourceArn=arn, tagKeys=keys),
    )
    return {}


kind(
    "ecr/repository:Repository",
    create=_create,
    update=_update,
    delete=lambda aws, old: aws["ecr"].delete_repository(
        repositoryName=old["id"], force=bool(old.get("forceDelete"))
    ),
    exists=lambda aws, old: aws["ecr"].describe_repositories(repositoryNames=[old["id"]]),
    replace="name encryptionConfigurations",
    name=("name", 256),
)


def _put_lifecycle(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["ecr"].put_lifecycle_policy(
        repositoryName=inputs["repository"], lifecyclePolicyText=inputs["policy"]
    )
    return inputs["repository"], {"registryId": aws.id}


kind(
    "ecr/lifecyclePolicy:LifecyclePolicy",
    create=_put_lifecycle,
    delete=lambda aws, old: aws["ecr"].delete_lifecycle_policy(repositoryName=old["repository"]),
    exists=lambda aws, old: aws["ecr"].get_lifecycle_policy(repositoryName=old["repository"]),
    replace="repository",
)


def _put_replication(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["ecr"].put_replication_configuration(
        replicationConfiguration=inputs["replicationConfiguration"]
    )
    return aws.id, {"registryId": aws.id}


def _end_replication(aws: Account, old: Properties) -> None:
    try:
        aws["ecr"].put_replication_configuration(replicationConfiguration={"rules": []})
    except ClientError as error:
        if not gone(error):
            raise


kind(
    "ecr/replicationConfiguration:ReplicationConfiguration",
    create=_put_replication,
    delete=_end_replication,
    exists=lambda aws, old: aws["ecr"].describe_registry()["replicationConfiguration"]["rules"],
)
