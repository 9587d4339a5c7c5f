"""The instance that sessions to a cluster go through."""

from __future__ import annotations

from ..account import Account
from ..kind import Properties, kind, pascal, picked, tag_list


def _create_profile(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    name = inputs["name"]
    made = aws["iam"].create_instance_profile(
        InstanceProfileName=name, Tags=tag_list(aws.tags(inputs))
    )["InstanceProfile"]
    aws["iam"].add_role_to_instance_profile(InstanceProfileName=name, RoleName=inputs["role"])
    return name, {"arn": made["Arn"], "uniqueId": made["InstanceProfileId"]}


def _delete_profile(aws: Account, old: Properties) -> None:
    aws["iam"].remove_role_from_instance_profile(
        InstanceProfileName=old["id"], RoleName=old["role"]
    )
    aws["iam"].delete_instance_profile(InstanceProfileName=old["id"])


kind(
    "iam/instanceProfile:InstanceProfile",
    create=_create_profile,
    delete=_delete_profile,
    exists=lambda aws, old: aws["iam"].get_instance_profile(InstanceProfileName=old["id"]),
    replace="name role",
    name=("name", 128),
)


def _disk(mapping: Properties) -> Properties:
    # The provider takes these two as texts, because they may also be unset.
    flags = ("encrypted", "deleteOnTermination")
    ebs = {key: value == "true" if key in flags else value for key, value in mapping["ebs"].items()}
    return pascal({**mapping, "ebs": ebs})


def _data(aws: Account, inputs: Properties) -> Properties:
    return {
        **picked(inputs, "imageId", "instanceType"),
        "IamInstanceProfile": pascal(inputs["iamInstanceProfile"]),
        "SecurityGroupIds": inputs["vpcSecurityGroupIds"],
        "MetadataOptions": pascal(inputs["metadataOptions"]),
        "BlockDeviceMappings": [_disk(mapping) for mapping in inputs["blockDeviceMappings"]],
        "TagSpecifications": [
            {"ResourceType": one["resourceType"], "Tags": tag_list(one["tags"])}
            for one in inputs["tagSpecifications"]
        ],
    }


def _create_template(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["ec2"].create_launch_template(
        LaunchTemplateName=inputs["name"], LaunchTemplateData=_data(aws, inputs)
    )["LaunchTemplate"]
    return made["LaunchTemplateId"], {"latestVersion": 1, "defaultVersion": 1}


def _update_template(aws: Account, old: Properties, new: Properties) -> Properties:
    made = aws["ec2"].create_launch_template_version(
        LaunchTemplateId=old["id"], LaunchTemplateData=_data(aws, new)
    )["LaunchTemplateVersion"]
    return {"latestVersion": made["VersionNumber"], "defaultVersion": 1}


kind(
    "ec2/launchTemplate:LaunchTemplate",
    create=_create_template,
    update=_update_template,
    delete=lambda aws, old: aws["ec2"].delete_launch_template(LaunchTemplateId=old["id"]),
    exists=lambda aws, old: aws["ec2"].describe_launch_templates(LaunchTemplateIds=[old["id"]]),
    replace="name",
    name=("name", 128),
)


def _group(inputs: Properties) -> Properties:
    template = inputs["launchTemplate"]
    return {
        "AutoScalingGroupName": inputs["name"],
        "MinSize": inputs["minSize"],
        "MaxSize": inputs["maxSize"],
        "LaunchTemplate": {"LaunchTemplateId": template["id"], "Version": template["version"]},
        "VPCZoneIdentifier": ",".join(inputs["vpcZoneIdentifiers"]),
        "MaxInstanceLifetime": inputs["maxInstanceLifetime"],
    }


def _create_group(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["autoscaling"].create_auto_scaling_group(
        **_group(inputs), Tags=[pascal(tag) for tag in inputs["tags"]]
    )
    return inputs["name"], {"desiredCapacity": inputs["minSize"]}


def _groups(aws: Account, old: Properties) -> list:
    found = aws["autoscaling"].describe_auto_scaling_groups(AutoScalingGroupNames=[old["id"]])
    return found["AutoScalingGroups"]


kind(
    "autoscaling/group:Group",
    create=_create_group,
    update=lambda aws, old, new: aws["autoscaling"].update_auto_scaling_group(**_group(new)) and {},
    delete=lambda aws, old: aws["autoscaling"].delete_auto_scaling_group(
        AutoScalingGroupName=old["id"], ForceDelete=True
    ),
    exists=_groups,
    replace="name",
    name=("name", 255),
)
