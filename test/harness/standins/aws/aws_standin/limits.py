"""What AWS documents and the emulator lets pass; each refusal names its source."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .key_use import listed
from .policies import policy_problems

if TYPE_CHECKING:
    from .account import Account

Parameters = dict[str, Any]
Limit = Callable[[Parameters, "Account"], Iterator[str]]

_LIMITS: dict[str, list[Limit]] = {}


def limit(*calls: str) -> Callable[[Limit], Limit]:
    """Adds a limit of calls, as `<service of botocore>:<operation>`."""

    def add(limit: Limit) -> Limit:
        for call in calls:
            _LIMITS.setdefault(call, []).append(limit)
        return limit

    return add


def refusals(call: str, parameters: Parameters, aws: Account) -> list[str]:
    """Why AWS would refuse a call whose parameters fit the service's model."""
    found = [*_policies(parameters)]
    for limit in _LIMITS.get(call, []):
        found += limit(parameters, aws)
    return found


def input_problems(token: str, inputs: Parameters) -> Iterator[tuple[str, str]]:
    """What the provider itself refuses of a resource's inputs, before any call."""
    for key in ("policy", "assumeRolePolicy"):
        text = inputs.get(key)
        if isinstance(text, str) and text.startswith("{"):
            try:
                json.loads(text)
            except ValueError as error:
                yield key, f"contains an invalid JSON policy: {error}"


#: Parameters that hold a policy document.
_DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument", "Policy", "policy")


def _policies(parameters: Parameters) -> Iterator[str]:
    for name in _DOCUMENTS:
        text = parameters.get(name)
        if isinstance(text, str) and '"Statement"' in text:
            yield from policy_problems(text)
    if parameters.get("AttributeName") == "Policy":
        yield from policy_problems(parameters["AttributeValue"])


@limit("iam:CreateRole", "iam:UpdateAssumeRolePolicy")
def existing_principals(parameters: Parameters, aws: Account) -> Iterator[str]:
    """IAM refuses a trust policy that names a role that does not exist.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-policies.html
    """
    text = parameters.get("AssumeRolePolicyDocument") or parameters.get("PolicyDocument") or "{}"
    for statement in json.loads(text).get("Statement", []):
        principal = statement.get("Principal")
        named = principal.get("AWS") if isinstance(principal, dict) else None
        for arn in listed(named):
            if ":role/" not in arn:
                continue
            try:
                aws.unjudged("iam").get_role(RoleName=arn.split("/")[-1])
            except ClientError:
                yield f'MalformedPolicyDocument: Invalid principal in policy: "AWS":"{arn}"'


@limit("s3:PutObjectLockConfiguration")
def lock_needs_versions(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Object Lock needs a bucket with versions.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """
    status = aws.unjudged("s3").get_bucket_versioning(Bucket=parameters["Bucket"]).get("Status")
    if status != "Enabled":
        yield f"Bucket: {parameters['Bucket']} keeps no versions, allowed: one that does"


@limit("eks:CreateCluster", "eks:UpdateClusterConfig")
def equal_switches(parameters: Parameters, aws: Account) -> Iterator[str]:
    """Auto Mode's three switches are all on or all off.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_ComputeConfigRequest.html
    """
    compute = (parameters.get("computeConfig") or {}).get("enabled", False)
    storage = ((parameters.get("storageConfig") or {}).get("blockStorage") or {}).get(
        "enabled", False
    )
    network = (parameters.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}
    switches = (compute, storage, network.get("enabled", False))
    if len(set(switches)) > 1:
        yield (
            "computeConfig, storageConfig and kubernetesNetworkConfig must all be enabled or all"
            f" be disabled, got {switches}"
        )


@limit("eks:DeleteCluster")
def protected_cluster(parameters: Parameters, aws: Account) -> Iterator[str]:
    """A cluster with deletion protection is not deleted.

    https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html
    """
    found = aws.unjudged("eks").describe_cluster(name=parameters["name"])["cluster"]
    if found.get("deletionProtection"):
        yield f"name: {parameters['name']} has deletion protection, allowed: a cluster without"


@limit("elasticloadbalancing:DeleteLoadBalancer", "elbv2:DeleteLoadBalancer")
def protected_balancer(parameters: Parameters, aws: Account) -> Iterator[str]:
    """A load balancer with deletion protection is not deleted.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
    """
    found = aws.unjudged("elbv2").describe_load_balancer_attributes(
        LoadBalancerArn=parameters["LoadBalancerArn"]
    )["Attributes"]
    if {"Key": "deletion_protection.enabled", "Value": "true"} in found:
        yield "LoadBalancerArn: it has deletion protection, allowed: a load balancer without"


@limit("ec2:DeleteSubnet")
def used_subnet(parameters: Parameters, aws: Account) -> Iterator[str]:
    """A subnet with a gateway, an endpoint or a load balancer in it is not deleted.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html
    """
    subnet = parameters["SubnetId"]
    ec2 = aws.unjudged("ec2")
    for gateway in ec2.describe_nat_gateways()["NatGateways"]:
        if gateway["SubnetId"] == subnet and gateway["State"] not in ("deleted", "deleting"):
            yield f"DependencyViolation: {subnet} has {gateway['NatGatewayId']}"
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        if subnet in (endpoint.get("SubnetIds") or []) and endpoint.get("State") != "deleted":
            yield f"DependencyViolation: {subnet} has {endpoint['VpcEndpointId']}"
    for balancer in aws.unjudged("elbv2").describe_load_balancers()["LoadBalancers"]:
        if any(zone["SubnetId"] == subnet for zone in balancer["AvailabilityZones"]):
            yield f"DependencyViolation: {subnet} has {balancer['LoadBalancerName']}"
    eks = aws.unjudged("eks")
    for name in eks.list_clusters()["clusters"]:
        if subnet in eks.describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]["subnetIds"]:
            yield f"DependencyViolation: {subnet} has interfaces of the cluster {name}"


@limit("ec2:DeleteVpc")
def used_vpc(parameters: Parameters, aws: Account) -> Iterator[str]:
    """A VPC goes after its subnets, gateways, endpoints and security groups.

    https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
    """
    vpc = parameters["VpcId"]
    ec2 = aws.unjudged("ec2")
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
        yield f"DependencyViolation: {vpc} has {subnet['SubnetId']}"
    for group in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]:
        if group["GroupName"] != "default":
            yield f"DependencyViolation: {vpc} has {group['GroupId']} ({group['GroupName']})"
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        yield f"DependencyViolation: {vpc} has {gateway['InternetGatewayId']}"
