"""VPC, subnets, routes, gateways, endpoints and security groups."""

from __future__ import annotations

import zlib
from typing import Any

from ..account import Account
from ..kind import Properties, kind, picked, tag_list


def _tagged(kind_of: str, aws: Account, inputs: Properties) -> list[dict[str, Any]]:
    tags = tag_list(aws.tags(inputs))
    return [{"ResourceType": kind_of, "Tags": tags}] if tags else []


def _retag(aws: Account, old: Properties, new: Properties) -> None:
    own = [old["id"]]
    aws.retag(
        old,
        new,
        tag=lambda tags: aws["ec2"].create_tags(Resources=own, Tags=tag_list(tags)),
        untag=lambda keys: aws["ec2"].delete_tags(
            Resources=own, Tags=[{"Key": key} for key in keys]
        ),
    )


def _ec2(
    token: str,
    tag_type: str,
    *,
    create: Any,
    delete: Any,
    describe: Any,
    replace: str = "",
    update: Any = None,
    name: tuple[str, int] | None = None,
) -> None:
    """A type of EC2: `create` gives the answer's object, ids and ARNs follow from it."""

    def made(aws: Account, inputs: Properties) -> tuple[str, Properties]:
        answer = create(aws, inputs, _tagged(tag_type, aws, inputs))
        return answer["id"], {"arn": aws.arn("ec2", f"{tag_type}/{answer['id']}"), **answer}

    def changed(aws: Account, old: Properties, new: Properties) -> Properties | None:
        _retag(aws, old, new)
        return update(aws, old, new) if update else {}

    kind(
        f"ec2/{token}",
        create=made,
        delete=delete,
        exists=describe,
        update=changed,
        replace=replace,
        name=name,
    )


def _create_vpc(aws: Account, inputs: Properties, tags: list) -> Properties:
    vpc = aws["ec2"].create_vpc(CidrBlock=inputs["cidrBlock"], TagSpecifications=tags)["Vpc"][
        "VpcId"
    ]
    _vpc_attributes(aws, {"id": vpc}, inputs)

    def first(call: str, key: str, identifier: str, **filters: str) -> str:
        asked = [
            {"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()
        ]
        return getattr(aws["ec2"], call)(Filters=[{"Name": "vpc-id", "Values": [vpc]}, *asked])[
            key
        ][0][identifier]

    table = first("describe_route_tables", "RouteTables", "RouteTableId")
    return {
        "id": vpc,
        "defaultSecurityGroupId": first(
            "describe_security_groups", "SecurityGroups", "GroupId", group_name="default"
        ),
        "defaultNetworkAclId": first("describe_network_acls", "NetworkAcls", "NetworkAclId"),
        "defaultRouteTableId": table,
        "mainRouteTableId": table,
        "ownerId": aws.id,
    }


def _vpc_attributes(aws: Account, old: Properties, new: Properties) -> None:
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        if name in new and new[name] != old.get(name):
            attribute = name[0].upper() + name[1:]
            aws["ec2"].modify_vpc_attribute(VpcId=old["id"], **{attribute: {"Value": new[name]}})


_ec2(
    "vpc:Vpc",
    "vpc",
    create=_create_vpc,
    update=_vpc_attributes,
    delete=lambda aws, old: aws["ec2"].delete_vpc(VpcId=old["id"]),
    describe=lambda aws, old: aws["ec2"].describe_vpcs(VpcIds=[old["id"]]),
    replace="cidrBlock",
)


def _create_subnet(aws: Account, inputs: Properties, tags: list) -> Properties:
    subnet = aws["ec2"].create_subnet(
        **picked(inputs, "vpcId", "cidrBlock", "availabilityZone"), TagSpecifications=tags
    )["Subnet"]["SubnetId"]
    if inputs.get("mapPublicIpOnLaunch") is not None:
        aws["ec2"].modify_subnet_attribute(
            SubnetId=subnet, MapPublicIpOnLaunch={"Value": inputs["mapPublicIpOnLaunch"]}
        )
    return {"id": subnet}


def _update_subnet(aws: Account, old: Properties, new: Properties) -> None:
    if old.get("mapPublicIpOnLaunch") != new.get("mapPublicIpOnLaunch"):
        aws["ec2"].modify_subnet_attribute(
            SubnetId=old["id"],
            MapPublicIpOnLaunch={"Value": bool(new.get("mapPublicIpOnLaunch"))},
        )


_ec2(
    "subnet:Subnet",
    "subnet",
    create=_create_subnet,
    update=_update_subnet,
    delete=lambda aws, old: aws["ec2"].delete_subnet(SubnetId=old["id"]),
    describe=lambda aws, old: aws["ec2"].describe_subnets(SubnetIds=[old["id"]]),
    replace="cidrBlock vpcId availabilityZone",
)


def _create_gateway(aws: Account, inputs: Properties, tags: list) -> Properties:
    gateway = aws["ec2"].create_internet_gateway(TagSpecifications=tags)["InternetGateway"]
    aws["ec2"].attach_internet_gateway(
        InternetGatewayId=gateway["InternetGatewayId"], VpcId=inputs["vpcId"]
    )
    return {"id": gateway["InternetGatewayId"]}


def _delete_gateway(aws: Account, old: Properties) -> None:
    aws["ec2"].detach_internet_gateway(InternetGatewayId=old["id"], VpcId=old["vpcId"])
    aws["ec2"].delete_internet_gateway(InternetGatewayId=old["id"])


_ec2(
    "internetGateway:InternetGateway",
    "internet-gateway",
    create=_create_gateway,
    delete=_delete_gateway,
    describe=lambda aws, old: aws["ec2"].describe_internet_gateways(InternetGatewayIds=[old["id"]]),
    replace="vpcId",
)


def _create_address(aws: Account, inputs: Properties, tags: list) -> Properties:
    made = aws["ec2"].allocate_address(Domain=inputs.get("domain", "vpc"), TagSpecifications=tags)
    return {
        "id": made["AllocationId"],
        "allocationId": made["AllocationId"],
        "publicIp": made["PublicIp"],
    }


_ec2(
    "eip:Eip",
    "elastic-ip",
    create=_create_address,
    delete=lambda aws, old: aws["ec2"].release_address(AllocationId=old["id"]),
    describe=lambda aws, old: aws["ec2"].describe_addresses(AllocationIds=[old["id"]]),
    replace="domain",
)


def _create_nat(aws: Account, inputs: Properties, tags: list) -> Properties:
    asked = picked(inputs, "allocationId", "subnetId", "connectivityType")
    made = aws["ec2"].create_nat_gateway(**asked, TagSpecifications=tags)["NatGateway"]
    aws["ec2"].get_waiter("nat_gateway_available").wait(NatGatewayIds=[made["NatGatewayId"]])
    return {"id": made["NatGatewayId"]}


def _nat_exists(aws: Account, old: Properties) -> bool:
    found = aws["ec2"].describe_nat_gateways(NatGatewayIds=[old["id"]])["NatGateways"]
    return any(gateway["State"] not in ("deleting", "deleted") for gateway in found)


_ec2(
    "natGateway:NatGateway",
    "natgateway",
    create=_create_nat,
    delete=lambda aws, old: aws["ec2"].delete_nat_gateway(NatGatewayId=old["id"]),
    describe=_nat_exists,
    replace="allocationId subnetId connectivityType",
)

_ec2(
    "routeTable:RouteTable",
    "route-table",
    create=lambda aws, inputs, tags: {
        "id": aws["ec2"].create_route_table(VpcId=inputs["vpcId"], TagSpecifications=tags)[
            "RouteTable"
        ]["RouteTableId"]
    },
    delete=lambda aws, old: aws["ec2"].delete_route_table(RouteTableId=old["id"]),
    describe=lambda aws, old: aws["ec2"].describe_route_tables(RouteTableIds=[old["id"]]),
    replace="vpcId",
)


def _create_route(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["ec2"].create_route(
        **picked(inputs, "routeTableId", "destinationCidrBlock", "gatewayId", "natGatewayId")
    )
    return f"r-{inputs['routeTableId']}{zlib.crc32(inputs['destinationCidrBlock'].encode())}", {}


def _routes(aws: Account, old: Properties) -> bool:
    tables = aws["ec2"].describe_route_tables(RouteTableIds=[old["routeTableId"]])["RouteTables"]
    return any(
        route.get("DestinationCidrBlock") == old["destinationCidrBlock"]
        for table in tables
        for route in table["Routes"]
    )


def _update_route(aws: Account, old: Properties, new: Properties) -> None:
    aws["ec2"].replace_route(
        **picked(new, "routeTableId", "destinationCidrBlock", "gatewayId", "natGatewayId")
    )


kind(
    "ec2/route:Route",
    create=_create_route,
    update=_update_route,
    delete=lambda aws, old: aws["ec2"].delete_route(
        RouteTableId=old["routeTableId"], DestinationCidrBlock=old["destinationCidrBlock"]
    ),
    exists=_routes,
    replace="routeTableId destinationCidrBlock",
)


def _associate(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    answer = aws["ec2"].associate_route_table(**picked(inputs, "routeTableId", "subnetId"))
    return answer["AssociationId"], {}


kind(
    "ec2/routeTableAssociation:RouteTableAssociation",
    create=_associate,
    update=lambda aws, old, new: (
        aws["ec2"].replace_route_table_association(
            AssociationId=old["id"], RouteTableId=new["routeTableId"]
        )
        and {}
    ),
    delete=lambda aws, old: aws["ec2"].disassociate_route_table(AssociationId=old["id"]),
    exists=lambda aws, old: aws["ec2"].describe_route_tables(RouteTableIds=[old["routeTableId"]]),
    replace="subnetId",
)


def _create_endpoint(aws: Account, inputs: Properties, tags: list) -> Properties:
    asked = picked(
        inputs,
        *("vpcId", "serviceName", "vpcEndpointType", "routeTableIds", "subnetIds"),
        *("securityGroupIds", "privateDnsEnabled"),
    )
    made = aws["ec2"].create_vpc_endpoint(**asked, TagSpecifications=tags)["VpcEndpoint"]
    return {
        "id": made["VpcEndpointId"],
        "dnsEntries": [],
        "prefixListId": made["VpcEndpointId"].replace("vpce", "pl"),
    }


def _endpoint_exists(aws: Account, old: Properties) -> bool:
    found = aws["ec2"].describe_vpc_endpoints(VpcEndpointIds=[old["id"]])["VpcEndpoints"]
    return any(endpoint.get("State") not in ("deleting", "deleted") for endpoint in found)


_ec2(
    "vpcEndpoint:VpcEndpoint",
    "vpc-endpoint",
    create=_create_endpoint,
    delete=lambda aws, old: aws["ec2"].delete_vpc_endpoints(VpcEndpointIds=[old["id"]]),
    describe=_endpoint_exists,
    replace="vpcId serviceName vpcEndpointType",
)


def _create_flow_log(aws: Account, inputs: Properties, tags: list) -> Properties:
    made = aws["ec2"].create_flow_logs(
        ResourceIds=[inputs["vpcId"]],
        ResourceType="VPC",
        TrafficType=inputs["trafficType"],
        LogDestinationType=inputs["logDestinationType"],
        # The emulator takes the name alone, AWS an ARN as well.
        LogGroupName=inputs["logDestination"].split(":log-group:")[1].removesuffix(":*"),
        DeliverLogsPermissionArn=inputs["iamRoleArn"],
        MaxAggregationInterval=inputs["maxAggregationInterval"],
        TagSpecifications=tags,
    )
    return {"id": made["FlowLogIds"][0]}


_ec2(
    "flowLog:FlowLog",
    "vpc-flow-log",
    create=_create_flow_log,
    delete=lambda aws, old: aws["ec2"].delete_flow_logs(FlowLogIds=[old["id"]]),
    describe=lambda aws, old: aws["ec2"].describe_flow_logs(FlowLogIds=[old["id"]])["FlowLogs"],
    replace="vpcId trafficType logDestination logDestinationType iamRoleArn maxAggregationInterval",
)


def _no_rules(aws: Account, group: str) -> None:
    found = aws["ec2"].describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if found["IpPermissions"]:
        aws["ec2"].revoke_security_group_ingress(
            GroupId=group, IpPermissions=found["IpPermissions"]
        )
    if found["IpPermissionsEgress"]:
        aws["ec2"].revoke_security_group_egress(
            GroupId=group, IpPermissions=found["IpPermissionsEgress"]
        )


def _create_group(aws: Account, inputs: Properties, tags: list) -> Properties:
    group = aws["ec2"].create_security_group(
        GroupName=inputs["name"],
        Description=inputs.get("description", "Managed by Pulumi"),
        VpcId=inputs["vpcId"],
        TagSpecifications=tags,
    )["GroupId"]
    _no_rules(aws, group)
    return {"id": group, "ownerId": aws.id}


_ec2(
    "securityGroup:SecurityGroup",
    "security-group",
    create=_create_group,
    delete=lambda aws, old: aws["ec2"].delete_security_group(GroupId=old["id"]),
    describe=lambda aws, old: aws["ec2"].describe_security_groups(GroupIds=[old["id"]]),
    replace="name description vpcId",
    name=("name", 255),
)


def _adopt_default(aws: Account, inputs: Properties, tags: list) -> Properties:
    found = aws["ec2"].describe_security_groups(
        Filters=[
            {"Name": "vpc-id", "Values": [inputs["vpcId"]]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    )["SecurityGroups"][0]["GroupId"]
    _no_rules(aws, found)
    return {"id": found}


# The default group goes with its VPC; the provider leaves it as it is.
_ec2(
    "defaultSecurityGroup:DefaultSecurityGroup",
    "security-group",
    create=_adopt_default,
    delete=lambda aws, old: None,
    describe=lambda aws, old: aws["ec2"].describe_security_groups(GroupIds=[old["id"]]),
    replace="vpcId",
)


def _permission(inputs: Properties) -> dict[str, Any]:
    protocol = inputs["ipProtocol"]
    note = {"Description": inputs["description"]} if inputs.get("description") else {}
    rule: dict[str, Any] = {"IpProtocol": protocol}
    if protocol != "-1":
        rule |= {"FromPort": inputs["fromPort"], "ToPort": inputs["toPort"]}
    if inputs.get("cidrIpv4"):
        rule["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], **note}]
    if inputs.get("referencedSecurityGroupId"):
        rule["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"], **note}]
    return rule


def _rule(direction: str) -> None:
    ingress = direction == "Ingress"
    word = "ingress" if ingress else "egress"

    def create(aws: Account, inputs: Properties) -> tuple[str, Properties]:
        answer = getattr(aws["ec2"], f"authorize_security_group_{word}")(
            GroupId=inputs["securityGroupId"], IpPermissions=[_permission(inputs)]
        )
        rule = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return rule, {
            "securityGroupRuleId": rule,
            "arn": aws.arn("ec2", f"security-group-rule/{rule}"),
        }

    def delete(aws: Account, old: Properties) -> None:
        getattr(aws["ec2"], f"revoke_security_group_{word}")(
            GroupId=old["securityGroupId"], SecurityGroupRuleIds=[old["id"]]
        )

    def update(aws: Account, old: Properties, new: Properties) -> Properties:
        rule = picked(new, "ipProtocol", "cidrIpv4", "description", "referencedSecurityGroupId")
        group = rule.pop("ReferencedSecurityGroupId", None)
        ports = {"FromPort": new["fromPort"], "ToPort": new["toPort"]}
        aws["ec2"].modify_security_group_rules(
            GroupId=new["securityGroupId"],
            SecurityGroupRules=[
                {
                    "SecurityGroupRuleId": old["id"],
                    "SecurityGroupRule": {
                        **rule,
                        **({} if new["ipProtocol"] == "-1" else ports),
                        **({"ReferencedGroupId": group} if group else {}),
                    },
                }
            ],
        )
        return {}

    kind(
        f"vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule",
        create=create,
        update=update,
        delete=delete,
        exists=lambda aws, old: aws["ec2"].describe_security_group_rules(
            SecurityGroupRuleIds=[old["id"]]
        ),
        replace="securityGroupId",
    )


_rule("Ingress")
_rule("Egress")
