"""Certificates, records, health checks and firewalls: what callers come through."""

from __future__ import annotations

from typing import Any

from ..account import Account
from ..kind import Properties, kind, pascal, picked, tag_list


def _import_certificate(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    arn = aws["acm"].import_certificate(
        Certificate=inputs["certificateBody"].encode(),
        PrivateKey=inputs["privateKey"].encode(),
        Tags=tag_list(aws.tags(inputs)),
    )["CertificateArn"]
    return arn, {"arn": arn, "domainValidationOptions": [], "status": "ISSUED"}


def _create_certificate(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    if "certificateBody" in inputs:
        return _import_certificate(aws, inputs)
    arn = aws["acm"].request_certificate(
        **picked(
            inputs, "domainName", "validationMethod", "subjectAlternativeNames", "keyAlgorithm"
        ),
        Options=pascal(inputs.get("options") or {}),
        Tags=tag_list(aws.tags(inputs)),
    )["CertificateArn"]
    found = aws["acm"].describe_certificate(CertificateArn=arn)["Certificate"]
    return arn, {
        "arn": arn,
        "domainValidationOptions": [
            {
                "domainName": option["DomainName"],
                "resourceRecordName": option["ResourceRecord"]["Name"],
                "resourceRecordType": option["ResourceRecord"]["Type"],
                "resourceRecordValue": option["ResourceRecord"]["Value"],
            }
            for option in found["DomainValidationOptions"]
        ],
        "status": found["Status"],
    }


def _retag_certificate(aws: Account, old: Properties, new: Properties) -> Properties:
    if aws.tags(old) != aws.tags(new):
        aws["acm"].add_tags_to_certificate(CertificateArn=old["id"], Tags=tag_list(aws.tags(new)))
    return {}


kind(
    "acm/certificate:Certificate",
    create=_create_certificate,
    update=_retag_certificate,
    delete=lambda aws, old: aws["acm"].delete_certificate(CertificateArn=old["id"]),
    exists=lambda aws, old: aws["acm"].describe_certificate(CertificateArn=old["id"]),
    replace="domainName subjectAlternativeNames validationMethod keyAlgorithm",
)


def _validated(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["acm"].describe_certificate(CertificateArn=inputs["certificateArn"])
    return "0001-01-01 00:00:00 +0000 UTC", {}


kind(
    "acm/certificateValidation:CertificateValidation",
    create=_validated,
    delete=lambda aws, old: None,
    exists=lambda aws, old: aws["acm"].describe_certificate(CertificateArn=old["certificateArn"]),
    replace="certificateArn validationRecordFqdns",
)


def _record_set(inputs: Properties) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": inputs["name"].rstrip("."), "Type": inputs["type"]}
    if inputs.get("records"):
        record["TTL"] = inputs.get("ttl", 300)
        record["ResourceRecords"] = [{"Value": value} for value in inputs["records"]]
    for alias in inputs.get("aliases") or []:
        record["AliasTarget"] = {
            "HostedZoneId": alias["zoneId"],
            "DNSName": alias["name"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    for policy in inputs.get("failoverRoutingPolicies") or []:
        record["Failover"] = policy["type"]
    for policy in inputs.get("latencyRoutingPolicies") or []:
        record["Region"] = policy["region"]
    record |= picked(inputs, "setIdentifier", "healthCheckId")
    return record


def _change(aws: Account, action: str, inputs: Properties) -> None:
    aws["route53"].change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": _record_set(inputs)}]},
    )


def _create_record(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    _change(aws, "UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs)
    parts = [inputs["zoneId"], inputs["name"], inputs["type"], inputs.get("setIdentifier")]
    return "_".join(part for part in parts if part), {"fqdn": inputs["name"].rstrip(".")}


def _update_record(aws: Account, old: Properties, new: Properties) -> Properties:
    _change(aws, "UPSERT", new)
    return {}


def _record_exists(aws: Account, old: Properties) -> bool:
    pages = (
        aws["route53"]
        .get_paginator("list_resource_record_sets")
        .paginate(HostedZoneId=old["zoneId"])
    )
    wanted = (old["name"].rstrip("."), old["type"], old.get("setIdentifier"))
    return any(
        (found["Name"].replace("\\052", "*").rstrip("."), found["Type"], found.get("SetIdentifier"))
        == wanted
        for page in pages
        for found in page["ResourceRecordSets"]
    )


kind(
    "route53/record:Record",
    create=_create_record,
    update=_update_record,
    delete=lambda aws, old: _change(aws, "DELETE", old),
    exists=_record_exists,
    replace="zoneId name setIdentifier",
)


def _health_check(inputs: Properties) -> dict[str, Any]:
    return {
        "Type": inputs["type"],
        "FullyQualifiedDomainName": inputs["fqdn"],
        "EnableSNI": bool(inputs.get("enableSni")),
        **picked(
            inputs, "failureThreshold", "measureLatency", "port", "requestInterval", "resourcePath"
        ),
    }


def _create_health_check(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["route53"].create_health_check(
        CallerReference=f"{inputs['fqdn']}-{aws.region}", HealthCheckConfig=_health_check(inputs)
    )["HealthCheck"]["Id"]
    aws["route53"].change_tags_for_resource(
        ResourceType="healthcheck", ResourceId=made, AddTags=tag_list(aws.tags(inputs))
    )
    return made, {"arn": f"arn:aws:route53:::healthcheck/{made}"}


def _update_health_check(aws: Account, old: Properties, new: Properties) -> Properties:
    changed = {
        key: value
        for key, value in _health_check(new).items()
        if _health_check(old).get(key) != value
    }
    if changed:
        aws["route53"].update_health_check(HealthCheckId=old["id"], **changed)
    if aws.tags(old) != aws.tags(new):
        aws["route53"].change_tags_for_resource(
            ResourceType="healthcheck", ResourceId=old["id"], AddTags=tag_list(aws.tags(new))
        )
    return {}


kind(
    "route53/healthCheck:HealthCheck",
    create=_create_health_check,
    update=_update_health_check,
    delete=lambda aws, old: aws["route53"].delete_health_check(HealthCheckId=old["id"]),
    exists=lambda aws, old: aws["route53"].get_health_check(HealthCheckId=old["id"]),
    replace="type requestInterval measureLatency",
)


def _web_acl(inputs: Properties) -> dict[str, Any]:
    return {
        **picked(inputs, "name", "scope", "description"),
        "DefaultAction": pascal(inputs["defaultAction"]),
        "Rules": _spelled(pascal(inputs["rules"])),
        "VisibilityConfig": _spelled(pascal(inputs["visibilityConfig"])),
    }


#: What WAF spells otherwise than with a capital at the front.
_WAF_NAMES = {"CloudwatchMetricsEnabled": "CloudWatchMetricsEnabled"}


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {_WAF_NAMES.get(key, key): _spelled(item) for key, item in value.items()}
    return [_spelled(item) for item in value] if isinstance(value, list) else value


def _create_acl(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["wafv2"].create_web_acl(
        **_web_acl(inputs),
        **({"Tags": tag_list(aws.tags(inputs))} if aws.tags(inputs) else {}),
    )["Summary"]
    return made["Id"], {"arn": made["ARN"], "capacity": 100, "lockToken": made["LockToken"]}


def _acl(aws: Account, old: Properties) -> Properties:
    return aws["wafv2"].get_web_acl(Name=old["name"], Scope=old["scope"], Id=old["id"])


def _update_acl(aws: Account, old: Properties, new: Properties) -> Properties:
    asked = _web_acl(new)
    aws["wafv2"].update_web_acl(Id=old["id"], LockToken=_acl(aws, old)["LockToken"], **asked)
    return {}


kind(
    "wafv2/webAcl:WebAcl",
    create=_create_acl,
    update=_update_acl,
    delete=lambda aws, old: aws["wafv2"].delete_web_acl(
        Name=old["name"],
        Scope=old["scope"],
        Id=old["id"],
        LockToken=_acl(aws, old)["LockToken"],
    ),
    exists=_acl,
    replace="name scope",
    name=("name", 128),
)


def _associate_acl(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["wafv2"].associate_web_acl(WebACLArn=inputs["webAclArn"], ResourceArn=inputs["resourceArn"])
    return f"{inputs['webAclArn']},{inputs['resourceArn']}", {}


kind(
    "wafv2/webAclAssociation:WebAclAssociation",
    create=_associate_acl,
    delete=lambda aws, old: aws["wafv2"].disassociate_web_acl(ResourceArn=old["resourceArn"]),
    exists=lambda aws, old: (
        aws["wafv2"].get_web_acl_for_resource(ResourceArn=old["resourceArn"]).get("WebACL")
    ),
    replace="resourceArn webAclArn",
)


def _put_logging(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["wafv2"].put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": inputs["resourceArn"],
            "LogDestinationConfigs": inputs["logDestinationConfigs"],
            "RedactedFields": pascal(inputs.get("redactedFields") or []),
        }
    )
    return inputs["resourceArn"], {}


kind(
    "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    create=_put_logging,
    delete=lambda aws, old: aws["wafv2"].delete_logging_configuration(
        ResourceArn=old["resourceArn"]
    ),
    exists=lambda aws, old: aws["wafv2"].get_logging_configuration(ResourceArn=old["resourceArn"]),
    replace="resourceArn",
)
