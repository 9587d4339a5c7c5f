"""EKS clusters, who may enter them, and the identities of their pods."""

from __future__ import annotations

from ..account import Account
from ..kind import Properties, kind


def _create(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    name = inputs["name"]
    access = inputs["accessConfig"]
    aws["eks"].create_cluster(
        name=name,
        version=inputs["version"],
        roleArn=inputs["roleArn"],
        resourcesVpcConfig=inputs["vpcConfig"],
        kubernetesNetworkConfig=inputs["kubernetesNetworkConfig"],
        logging={"clusterLogging": [{"types": inputs["enabledClusterLogTypes"], "enabled": True}]},
        encryptionConfig=[inputs["encryptionConfig"]],
        accessConfig=access,
        bootstrapSelfManagedAddons=inputs["bootstrapSelfManagedAddons"],
        computeConfig=inputs["computeConfig"],
        storageConfig=inputs["storageConfig"],
        upgradePolicy=inputs["upgradePolicy"],
        zonalShiftConfig=inputs["zonalShiftConfig"],
        deletionProtection=bool(inputs.get("deletionProtection")),
        tags=aws.tags(inputs),
    )
    aws["eks"].get_waiter("cluster_active").wait(name=name)
    return name, _outputs(aws, name, inputs)


def _outputs(aws: Account, name: str, inputs: Properties) -> Properties:
    found = aws["eks"].describe_cluster(name=name)["cluster"]
    return {
        "arn": found["arn"],
        "status": found["status"],
        "platformVersion": found["platformVersion"],
        "endpoint": found["endpoint"],
        "certificateAuthority": found["certificateAuthority"],
        "identities": [{"oidcs": [found["identity"]["oidc"]]}],
        "vpcConfig": {
            **inputs["vpcConfig"],
            "clusterSecurityGroupId": found["resourcesVpcConfig"]["clusterSecurityGroupId"],
            "vpcId": found["resourcesVpcConfig"].get("vpcId"),
        },
    }


def _update(aws: Account, old: Properties, new: Properties) -> Properties:
    name = old["id"]
    if old["version"] != new["version"]:
        aws["eks"].update_cluster_version(name=name, version=new["version"])
    asked = {
        "enabledClusterLogTypes": lambda types: {
            "logging": {"clusterLogging": [{"types": types, "enabled": True}]}
        },
        "vpcConfig": lambda vpc: {
            "resourcesVpcConfig": {
                key: vpc[key]
                for key in ("endpointPublicAccess", "endpointPrivateAccess", "publicAccessCidrs")
                if key in vpc
            }
        },
        "computeConfig": lambda value: {
            "computeConfig": value,
            "kubernetesNetworkConfig": {
                "elasticLoadBalancing": new["kubernetesNetworkConfig"]["elasticLoadBalancing"]
            },
            "storageConfig": new["storageConfig"],
        },
        "deletionProtection": lambda value: {"deletionProtection": value},
        "upgradePolicy": lambda value: {"upgradePolicy": value},
        "zonalShiftConfig": lambda value: {"zonalShiftConfig": value},
    }
    for key, parameters in asked.items():
        if _given(old, new, key) != new.get(key):
            aws["eks"].update_cluster_config(name=name, **parameters(new[key]))
    before, after = aws.tags(old), aws.tags(new)
    if after != before:
        aws["eks"].tag_resource(resourceArn=old["arn"], tags=after)
    return _outputs(aws, name, new)


def _given(old: Properties, new: Properties, key: str) -> object:
    """The old value without what EKS added to it."""
    value, wanted = old.get(key), new.get(key)
    if isinstance(value, dict) and isinstance(wanted, dict):
        return {name: value[name] for name in wanted if name in value}
    return value


kind(
    "eks/cluster:Cluster",
    create=_create,
    update=_update,
    delete=lambda aws, old: aws["eks"].delete_cluster(name=old["id"]),
    exists=lambda aws, old: aws["eks"].describe_cluster(name=old["id"]),
    replace="name roleArn encryptionConfig bootstrapSelfManagedAddons",
    name=("name", 100),
)


def _enter(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["eks"].create_access_entry(
        clusterName=inputs["clusterName"],
        principalArn=inputs["principalArn"],
        kubernetesGroups=inputs.get("kubernetesGroups") or [],
        type=inputs.get("type", "STANDARD"),
        tags=aws.tags(inputs),
    )["accessEntry"]
    return f"{inputs['clusterName']}:{inputs['principalArn']}", {
        "accessEntryArn": made["accessEntryArn"],
        "userName": made.get("username", ""),
    }


def _which(old: Properties) -> Properties:
    return {"clusterName": old["clusterName"], "principalArn": old["principalArn"]}


kind(
    "eks/accessEntry:AccessEntry",
    create=_enter,
    update=lambda aws, old, new: (
        aws["eks"].update_access_entry(
            **_which(old), kubernetesGroups=new.get("kubernetesGroups") or []
        )
        and {}
    ),
    delete=lambda aws, old: aws["eks"].delete_access_entry(**_which(old)),
    exists=lambda aws, old: aws["eks"].describe_access_entry(**_which(old)),
    replace="clusterName principalArn type",
)


def _associate_policy(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["eks"].associate_access_policy(
        **_which(inputs), policyArn=inputs["policyArn"], accessScope=inputs["accessScope"]
    )
    return "#".join([inputs["clusterName"], inputs["principalArn"], inputs["policyArn"]]), {}


def _policy_associated(aws: Account, old: Properties) -> bool:
    found = aws["eks"].list_associated_access_policies(**_which(old))["associatedAccessPolicies"]
    return any(policy["policyArn"] == old["policyArn"] for policy in found)


kind(
    "eks/accessPolicyAssociation:AccessPolicyAssociation",
    create=_associate_policy,
    delete=lambda aws, old: aws["eks"].disassociate_access_policy(
        **_which(old), policyArn=old["policyArn"]
    ),
    exists=_policy_associated,
    replace="clusterName principalArn policyArn",
)


def _identify(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["eks"].create_pod_identity_association(
        clusterName=inputs["clusterName"],
        namespace=inputs["namespace"],
        serviceAccount=inputs["serviceAccount"],
        roleArn=inputs["roleArn"],
        tags=aws.tags(inputs),
    )["association"]
    return made["associationId"], {
        "associationArn": made["associationArn"],
        "associationId": made["associationId"],
    }


kind(
    "eks/podIdentityAssociation:PodIdentityAssociation",
    create=_identify,
    update=lambda aws, old, new: (
        aws["eks"].update_pod_identity_association(
            clusterName=old["clusterName"], associationId=old["id"], roleArn=new["roleArn"]
        )
        and {}
    ),
    delete=lambda aws, old: aws["eks"].delete_pod_identity_association(
        clusterName=old["clusterName"], associationId=old["id"]
    ),
    exists=lambda aws, old: aws["eks"].describe_pod_identity_association(
        clusterName=old["clusterName"], associationId=old["id"]
    ),
    replace="clusterName namespace serviceAccount",
)
