"""Application load balancers, their listeners and target groups."""

from __future__ import annotations

from ..account import Account
from ..kind import Properties, kind, pascal, picked, tag_list

#: Inputs that are attributes of a load balancer, by
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
_ATTRIBUTES = {
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(inputs: Properties) -> list[dict[str, str]]:
    found = {key: inputs[name] for name, key in _ATTRIBUTES.items() if name in inputs}
    for name, prefix in (("accessLogs", "access_logs"), ("connectionLogs", "connection_logs")):
        logs = inputs.get(name)
        if logs:
            found[f"{prefix}.s3.enabled"] = logs["enabled"]
            found[f"{prefix}.s3.bucket"] = logs["bucket"]
            if logs.get("prefix"):
                found[f"{prefix}.s3.prefix"] = logs["prefix"]
    return [{"Key": key, "Value": _text(value)} for key, value in found.items()]


def _create(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["elbv2"].create_load_balancer(
        Name=inputs["name"],
        Subnets=inputs["subnets"],
        SecurityGroups=inputs.get("securityGroups") or [],
        Scheme="internal" if inputs.get("internal") else "internet-facing",
        Type=inputs.get("loadBalancerType", "application"),
        Tags=tag_list(aws.tags(inputs)),
    )["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    attributes = _attributes(inputs)
    if attributes:
        aws["elbv2"].modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
    return arn, {
        "arn": arn,
        "arnSuffix": arn.split(":loadbalancer/")[1],
        "dnsName": made["DNSName"],
        "zoneId": made["CanonicalHostedZoneId"],
        "vpcId": made["VpcId"],
    }


def _update(aws: Account, old: Properties, new: Properties) -> Properties:
    arn = old["id"]
    if _attributes(old) != _attributes(new):
        aws["elbv2"].modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=_attributes(new)
        )
    if old.get("securityGroups") != new.get("securityGroups"):
        aws["elbv2"].set_security_groups(LoadBalancerArn=arn, SecurityGroups=new["securityGroups"])
    if old.get("subnets") != new.get("subnets"):
        aws["elbv2"].set_subnets(LoadBalancerArn=arn, Subnets=new["subnets"])
    _retag(aws, old, new)
    return {}


def _retag(aws: Account, old: Properties, new: Properties) -> None:
    own = [old["id"]]
    aws.retag(
        old,
        new,
        tag=lambda tags: aws["elbv2"].add_tags(ResourceArns=own, Tags=tag_list(tags)),
        untag=lambda keys: aws["elbv2"].remove_tags(ResourceArns=own, TagKeys=keys),
    )


kind(
    "lb/loadBalancer:LoadBalancer",
    create=_create,
    update=_update,
    delete=lambda aws, old: aws["elbv2"].delete_load_balancer(LoadBalancerArn=old["id"]),
    exists=lambda aws, old: aws["elbv2"].describe_load_balancers(LoadBalancerArns=[old["id"]]),
    replace="name internal loadBalancerType",
    name=("name", 32),
)


def _health(inputs: Properties) -> Properties:
    check = inputs.get("healthCheck") or {}
    names = {
        "enabled": "HealthCheckEnabled",
        "healthyThreshold": "HealthyThresholdCount",
        "interval": "HealthCheckIntervalSeconds",
        "path": "HealthCheckPath",
        "port": "HealthCheckPort",
        "protocol": "HealthCheckProtocol",
        "timeout": "HealthCheckTimeoutSeconds",
        "unhealthyThreshold": "UnhealthyThresholdCount",
    }
    asked = {names[key]: value for key, value in check.items() if key in names}
    return {**asked, **({"Matcher": {"HttpCode": check["matcher"]}} if "matcher" in check else {})}


def _group_attributes(inputs: Properties) -> list[dict[str, str]]:
    names = {
        "deregistrationDelay": "deregistration_delay.timeout_seconds",
        "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    }
    return [
        {"Key": key, "Value": _text(inputs[name])} for name, key in names.items() if name in inputs
    ]


def _create_group(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["elbv2"].create_target_group(
        **picked(inputs, "name", "port", "protocol", "protocolVersion", "targetType", "vpcId"),
        **_health(inputs),
        Tags=tag_list(aws.tags(inputs)),
    )["TargetGroups"][0]
    arn = made["TargetGroupArn"]
    aws["elbv2"].modify_target_group_attributes(
        TargetGroupArn=arn, Attributes=_group_attributes(inputs)
    )
    return arn, {"arn": arn, "arnSuffix": arn.split(":")[5]}


def _update_group(aws: Account, old: Properties, new: Properties) -> Properties:
    if _health(old) != _health(new):
        aws["elbv2"].modify_target_group(TargetGroupArn=old["id"], **_health(new))
    if _group_attributes(old) != _group_attributes(new):
        aws["elbv2"].modify_target_group_attributes(
            TargetGroupArn=old["id"], Attributes=_group_attributes(new)
        )
    _retag(aws, old, new)
    return {}


kind(
    "lb/targetGroup:TargetGroup",
    create=_create_group,
    update=_update_group,
    delete=lambda aws, old: aws["elbv2"].delete_target_group(TargetGroupArn=old["id"]),
    exists=lambda aws, old: aws["elbv2"].describe_target_groups(TargetGroupArns=[old["id"]]),
    replace="name port protocol protocolVersion targetType vpcId",
    name=("name", 32),
)


def _listener(inputs: Properties) -> Properties:
    certificate = inputs.get("certificateArn")
    return {
        **picked(inputs, "port", "protocol", "sslPolicy"),
        **({"Certificates": [{"CertificateArn": certificate}]} if certificate else {}),
        "DefaultActions": [_action(action) for action in inputs["defaultActions"]],
    }


def _action(action: Properties) -> Properties:
    spelled = pascal(action)
    if "Redirect" in spelled:
        spelled["RedirectConfig"] = spelled.pop("Redirect")
    if "FixedResponse" in spelled:
        spelled["FixedResponseConfig"] = spelled.pop("FixedResponse")
    return spelled


#: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html
_LISTENER_ATTRIBUTES = {
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        "routing.http.response.strict_transport_security.header_value"
    ),
}


def _listener_attributes(inputs: Properties) -> list[dict[str, str]]:
    return [
        {"Key": key, "Value": _text(inputs[name])}
        for name, key in _LISTENER_ATTRIBUTES.items()
        if name in inputs
    ]


def _create_listener(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["elbv2"].create_listener(
        LoadBalancerArn=inputs["loadBalancerArn"],
        Tags=tag_list(aws.tags(inputs)),
        **_listener(inputs),
    )["Listeners"][0]["ListenerArn"]
    attributes = _listener_attributes(inputs)
    if attributes:
        aws["elbv2"].modify_listener_attributes(ListenerArn=made, Attributes=attributes)
    return made, {"arn": made}


def _update_listener(aws: Account, old: Properties, new: Properties) -> Properties:
    if _listener(old) != _listener(new):
        aws["elbv2"].modify_listener(ListenerArn=old["id"], **_listener(new))
    if _listener_attributes(old) != _listener_attributes(new):
        aws["elbv2"].modify_listener_attributes(
            ListenerArn=old["id"], Attributes=_listener_attributes(new)
        )
    _retag(aws, old, new)
    return {}


kind(
    "lb/listener:Listener",
    create=_create_listener,
    update=_update_listener,
    delete=lambda aws, old: aws["elbv2"].delete_listener(ListenerArn=old["id"]),
    exists=lambda aws, old: aws["elbv2"].describe_listeners(ListenerArns=[old["id"]]),
    replace="loadBalancerArn",
)
