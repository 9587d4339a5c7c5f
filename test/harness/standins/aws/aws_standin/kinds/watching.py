"""Logs, metrics, trails, events, topics, detectors and analyzers."""

from __future__ import annotations

from typing import Any

from ..account import Account
from ..kind import Properties, kind, pascal, picked, tag_list


def _create_log_group(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    name = inputs["name"]
    tags = aws.tags(inputs)
    aws["logs"].create_log_group(
        logGroupName=name,
        **({"kmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}),
        **({"tags": tags} if tags else {}),
    )
    _retain(aws, name, inputs)
    return name, {"arn": aws.arn("logs", f"log-group:{name}")}


def _retain(aws: Account, name: str, inputs: Properties) -> None:
    if inputs.get("retentionInDays"):
        aws["logs"].put_retention_policy(
            logGroupName=name, retentionInDays=inputs["retentionInDays"]
        )


def _update_log_group(aws: Account, old: Properties, new: Properties) -> Properties:
    if old.get("retentionInDays") != new.get("retentionInDays"):
        _retain(aws, old["id"], new)
    if old.get("kmsKeyId") != new.get("kmsKeyId"):
        aws["logs"].associate_kms_key(logGroupName=old["id"], kmsKeyId=new["kmsKeyId"])
    name = old["id"]
    aws.retag(
        old,
        new,
        tag=lambda tags: aws["logs"].tag_log_group(logGroupName=name, tags=tags),
        untag=lambda keys: aws["logs"].untag_log_group(logGroupName=name, tags=keys),
    )
    return {}


def _log_group_exists(aws: Account, old: Properties) -> bool:
    found = aws["logs"].describe_log_groups(logGroupNamePrefix=old["id"])["logGroups"]
    return any(group["logGroupName"] == old["id"] for group in found)


kind(
    "cloudwatch/logGroup:LogGroup",
    create=_create_log_group,
    update=_update_log_group,
    delete=lambda aws, old: aws["logs"].delete_log_group(logGroupName=old["id"]),
    exists=_log_group_exists,
    replace="name",
    name=("name", 512),
)


def _create_workspace(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["amp"].create_workspace(
        **{key: inputs[key] for key in ("alias", "kmsKeyArn") if inputs.get(key)},
        tags=aws.tags(inputs),
    )
    workspace = made["workspaceId"]
    logging = inputs.get("loggingConfiguration")
    if logging:
        aws["amp"].create_logging_configuration(
            workspaceId=workspace, logGroupArn=logging["logGroupArn"]
        )
    return workspace, {
        "arn": made["arn"],
        "workspaceId": workspace,
        "prometheusEndpoint": f"https://aps-workspaces.{aws.region}.amazonaws.com/workspaces/{workspace}/",
    }


def _update_workspace(aws: Account, old: Properties, new: Properties) -> Properties:
    if old.get("alias") != new.get("alias"):
        aws["amp"].update_workspace_alias(workspaceId=old["id"], alias=new["alias"])
    if old.get("loggingConfiguration") != new.get("loggingConfiguration"):
        aws["amp"].update_logging_configuration(
            workspaceId=old["id"], logGroupArn=new["loggingConfiguration"]["logGroupArn"]
        )
    if aws.tags(old) != aws.tags(new):
        aws["amp"].tag_resource(resourceArn=old["arn"], tags=aws.tags(new))
    return {}


kind(
    "amp/workspace:Workspace",
    create=_create_workspace,
    update=_update_workspace,
    delete=lambda aws, old: aws["amp"].delete_workspace(workspaceId=old["id"]),
    exists=lambda aws, old: aws["amp"].describe_workspace(workspaceId=old["id"]),
    replace="kmsKeyArn",
)


def _trail(inputs: Properties) -> Properties:
    return {
        "Name": inputs["name"],
        "S3BucketName": inputs["s3BucketName"],
        "IncludeGlobalServiceEvents": inputs.get("includeGlobalServiceEvents", True),
        "IsMultiRegionTrail": bool(inputs.get("isMultiRegionTrail")),
        "EnableLogFileValidation": bool(inputs.get("enableLogFileValidation")),
        **picked(inputs, "s3KeyPrefix", "kmsKeyId"),
    }


def _create_trail(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["cloudtrail"].create_trail(**_trail(inputs), TagsList=tag_list(aws.tags(inputs)))
    _select(aws, inputs)
    return made["TrailARN"], {"arn": made["TrailARN"], "homeRegion": aws.region}


def _select(aws: Account, inputs: Properties) -> None:
    selectors = inputs.get("advancedEventSelectors")
    if selectors:
        aws["cloudtrail"].put_event_selectors(
            TrailName=inputs["name"],
            AdvancedEventSelectors=[
                {
                    "Name": selector["name"],
                    "FieldSelectors": [
                        {
                            "Field": one["field"],
                            **picked(one, "equals"),
                            **({"StartsWith": one["startsWiths"]} if "startsWiths" in one else {}),
                        }
                        for one in selector["fieldSelectors"]
                    ],
                }
                for selector in selectors
            ],
        )
    call = "start_logging" if inputs.get("enableLogging", True) else "stop_logging"
    getattr(aws["cloudtrail"], call)(Name=inputs["name"])


def _update_trail(aws: Account, old: Properties, new: Properties) -> Properties:
    aws["cloudtrail"].update_trail(**_trail(new))
    _select(aws, new)
    return {}


kind(
    "cloudtrail/trail:Trail",
    create=_create_trail,
    update=_update_trail,
    delete=lambda aws, old: aws["cloudtrail"].delete_trail(Name=old["name"]),
    exists=lambda aws, old: aws["cloudtrail"].get_trail(Name=old["name"]),
    replace="name",
    name=("name", 128),
)


def _put_rule(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["events"].put_rule(
        Name=inputs["name"],
        Tags=tag_list(aws.tags(inputs)),
        **picked(inputs, "description", "eventPattern", "state", "scheduleExpression"),
    )
    return inputs["name"], {"arn": made["RuleArn"]}


kind(
    "cloudwatch/eventRule:EventRule",
    create=_put_rule,
    delete=lambda aws, old: aws["events"].delete_rule(Name=old["id"]),
    exists=lambda aws, old: aws["events"].describe_rule(Name=old["id"]),
    replace="name",
    name=("name", 64),
)


def _put_target(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    target = inputs.get("targetId") or "pulumi"
    aws["events"].put_targets(Rule=inputs["rule"], Targets=[{"Id": target, "Arn": inputs["arn"]}])
    return f"{inputs['rule']}-{target}", {"targetId": target}


def _target_exists(aws: Account, old: Properties) -> bool:
    found = aws["events"].list_targets_by_rule(Rule=old["rule"])["Targets"]
    return any(target["Id"] == old["targetId"] for target in found)


kind(
    "cloudwatch/eventTarget:EventTarget",
    create=_put_target,
    delete=lambda aws, old: aws["events"].remove_targets(Rule=old["rule"], Ids=[old["targetId"]]),
    exists=_target_exists,
    replace="rule targetId",
)


def _create_topic(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    key = inputs.get("kmsMasterKeyId")
    made = aws["sns"].create_topic(
        Name=inputs["name"],
        Attributes={"KmsMasterKeyId": key} if key else {},
        Tags=tag_list(aws.tags(inputs)),
    )
    return made["TopicArn"], {"arn": made["TopicArn"]}


def _update_topic(aws: Account, old: Properties, new: Properties) -> Properties:
    if old.get("kmsMasterKeyId") != new.get("kmsMasterKeyId"):
        aws["sns"].set_topic_attributes(
            TopicArn=old["id"],
            AttributeName="KmsMasterKeyId",
            AttributeValue=new.get("kmsMasterKeyId") or "",
        )
    if aws.tags(old) != aws.tags(new):
        aws["sns"].tag_resource(ResourceArn=old["id"], Tags=tag_list(aws.tags(new)))
    return {}


kind(
    "sns/topic:Topic",
    create=_create_topic,
    update=_update_topic,
    delete=lambda aws, old: aws["sns"].delete_topic(TopicArn=old["id"]),
    exists=lambda aws, old: aws["sns"].get_topic_attributes(TopicArn=old["id"]),
    replace="name",
    name=("name", 256),
)


def _put_topic_policy(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["sns"].set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {"owner": aws.id}


# The provider puts AWS's default policy in its place; the topic goes next.
kind(
    "sns/topicPolicy:TopicPolicy",
    create=_put_topic_policy,
    delete=lambda aws, old: None,
    exists=lambda aws, old: aws["sns"].get_topic_attributes(TopicArn=old["arn"]),
    replace="arn",
)


def _subscribe(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["sns"].subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return made, {"arn": made, "pendingConfirmation": True}


kind(
    "sns/topicSubscription:TopicSubscription",
    create=_subscribe,
    delete=lambda aws, old: aws["sns"].unsubscribe(SubscriptionArn=old["id"]),
    exists=lambda aws, old: aws["sns"].get_subscription_attributes(SubscriptionArn=old["id"]),
    replace="topic protocol endpoint",
)


def _create_detector(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made = aws["guardduty"].create_detector(
        Enable=inputs.get("enable", True),
        Tags=aws.tags(inputs),
        **picked(inputs, "findingPublishingFrequency"),
    )["DetectorId"]
    return made, {"arn": aws.arn("guardduty", f"detector/{made}"), "accountId": aws.id}


def _update_detector(aws: Account, old: Properties, new: Properties) -> Properties:
    aws["guardduty"].update_detector(
        DetectorId=old["id"],
        Enable=new.get("enable", True),
        **picked(new, "findingPublishingFrequency"),
    )
    return {}


kind(
    "guardduty/detector:Detector",
    create=_create_detector,
    update=_update_detector,
    delete=lambda aws, old: aws["guardduty"].delete_detector(DetectorId=old["id"]),
    exists=lambda aws, old: aws["guardduty"].get_detector(DetectorId=old["id"]),
)


def _feature(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    aws["guardduty"].update_detector(
        DetectorId=inputs["detectorId"], Features=[pascal(picked(inputs, "name", "status"))]
    )
    return f"{inputs['detectorId']}/{inputs['name']}", {}


# A feature cannot be removed from a detector; the provider leaves it as it is.
kind(
    "guardduty/detectorFeature:DetectorFeature",
    create=_feature,
    delete=lambda aws, old: None,
    exists=lambda aws, old: aws["guardduty"].get_detector(DetectorId=old["detectorId"]),
    replace="detectorId name",
)


def _create_analyzer(aws: Account, inputs: Properties) -> tuple[str, Properties]:
    made: dict[str, Any] = aws["accessanalyzer"].create_analyzer(
        analyzerName=inputs["analyzerName"],
        type=inputs.get("type", "ACCOUNT"),
        tags=aws.tags(inputs),
    )
    return inputs["analyzerName"], {"arn": made["arn"]}


kind(
    "accessanalyzer/analyzer:Analyzer",
    create=_create_analyzer,
    delete=lambda aws, old: aws["accessanalyzer"].delete_analyzer(analyzerName=old["analyzerName"]),
    exists=lambda aws, old: aws["accessanalyzer"].get_analyzer(analyzerName=old["analyzerName"]),
    replace="analyzerName type",
)
