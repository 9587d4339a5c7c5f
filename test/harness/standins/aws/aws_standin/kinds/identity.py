"""IAM roles and policies."""

from __future__ import annotations

from ..account import Account
from ..kind import Properties, kind, picked, tag_list


def _create_role(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["iam"].create_role(
        RoleName=inputs["name"],
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Tags=tag_list(aws.tags(inputs)),
        **picked(inputs, "description", "maxSessionDuration", "permissionsBoundary"),
    )["Role"]
    return inputs["name"], {"arn": made["Arn"], "uniqueId": made["RoleId"]}


def _update_role(aws: Account, old: Properties, new: Properties) -> Properties:
    role = old["id"]
    if old["assumeRolePolicy"] != new["assumeRolePolicy"]:
        aws["iam"].update_assume_role_policy(RoleName=role, PolicyDocument=new["assumeRolePolicy"])
    if any(old.get(key) != new.get(key) for key in ("description", "maxSessionDuration")):
        aws["iam"].update_role(RoleName=role, **picked(new, "description", "maxSessionDuration"))
    if old.get("permissionsBoundary") != new.get("permissionsBoundary"):
        if new.get("permissionsBoundary"):
            aws["iam"].put_role_permissions_boundary(
                RoleName=role, PermissionsBoundary=new["permissionsBoundary"]
            )
        else:
            aws["iam"].delete_role_permissions_boundary(RoleName=role)
    _retag(aws, "role", {"RoleName": role}, old, new)
    return {}


def _retag(aws: Account, what: str, who: Properties, old: Properties, new: Properties) -> None:
    aws.retag(
        old,
        new,
        tag=lambda tags: getattr(aws["iam"], f"tag_{what}")(**who, Tags=tag_list(tags)),
        untag=lambda keys: getattr(aws["iam"], f"untag_{what}")(**who, TagKeys=keys),
    )


kind(
    "iam/role:Role",
    create=_create_role,
    update=_update_role,
    delete=lambda aws, old: aws["iam"].delete_role(RoleName=old["id"]),
    exists=lambda aws, old: aws["iam"].get_role(RoleName=old["id"]),
    replace="name path",
    name=("name", 64),
)


def _put_inline(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["iam"].put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return f"{inputs['role']}:{inputs['name']}", {}


kind(
    "iam/rolePolicy:RolePolicy",
    create=_put_inline,
    delete=lambda aws, old: aws["iam"].delete_role_policy(
        RoleName=old["role"], PolicyName=old["name"]
    ),
    exists=lambda aws, old: aws["iam"].get_role_policy(
        RoleName=old["role"], PolicyName=old["name"]
    ),
    replace="name role",
    name=("name", 128),
)


def _attach(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["iam"].attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return f"{inputs['role']}/{inputs['policyArn']}", {}


def _attached(aws: Account, old: Properties) -> bool:
    pages = aws["iam"].get_paginator("list_attached_role_policies").paginate(RoleName=old["role"])
    return any(
        policy["PolicyArn"] == old["policyArn"]
        for page in pages
        for policy in page["AttachedPolicies"]
    )


kind(
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    create=_attach,
    delete=lambda aws, old: aws["iam"].detach_role_policy(
        RoleName=old["role"], PolicyArn=old["policyArn"]
    ),
    exists=_attached,
    replace="role policyArn",
)


def _create_policy(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["iam"].create_policy(
        PolicyName=inputs["name"],
        PolicyDocument=inputs["policy"],
        Tags=tag_list(aws.tags(inputs)),
        **picked(inputs, "description"),
    )["Policy"]
    return made["Arn"], {"arn": made["Arn"], "policyId": made["PolicyId"]}


def _versions(aws: Account, arn: str) -> list[str]:
    versions = aws["iam"].list_policy_versions(PolicyArn=arn)["Versions"]
    return [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]


def _update_policy(aws: Account, old: Properties, new: Properties) -> Properties:
    if old["policy"] != new["policy"]:
        # A policy has five versions at most, so the provider removes the oldest.
        stale = _versions(aws, old["id"])
        if len(stale) >= 4:
            aws["iam"].delete_policy_version(PolicyArn=old["id"], VersionId=stale[-1])
        aws["iam"].create_policy_version(
            PolicyArn=old["id"], PolicyDocument=new["policy"], SetAsDefault=True
        )
    _retag(aws, "policy", {"PolicyArn": old["id"]}, old, new)
    return {}


def _delete_policy(aws: Account, old: Properties) -> None:
    for version in _versions(aws, old["id"]):
        aws["iam"].delete_policy_version(PolicyArn=old["id"], VersionId=version)
    aws["iam"].delete_policy(PolicyArn=old["id"])


kind(
    "iam/policy:Policy",
    create=_create_policy,
    update=_update_policy,
    delete=_delete_policy,
    exists=lambda aws, old: aws["iam"].get_policy(PolicyArn=old["id"]),
    replace="name path description",
    name=("name", 128),
)
