import { rule as clusterSecrets } from "../../../../policies/rules/encryption/cluster-secrets";
import { rule as listenerRedirect } from "../../../../policies/rules/encryption/listener-redirect";
import { rule as listenerTls } from "../../../../policies/rules/encryption/listener-tls";
import { rule as logGroup } from "../../../../policies/rules/encryption/log-group-kms";
import { rule as queue } from "../../../../policies/rules/encryption/queue-kms";
import { rule as repositoryKms } from "../../../../policies/rules/encryption/repository-kms";
import { rule as secret } from "../../../../policies/rules/encryption/secret-kms";
import { rule as targetGroupTls } from "../../../../policies/rules/encryption/target-group-tls";
import { rule as topic } from "../../../../policies/rules/encryption/topic-kms";
import { rule as trail } from "../../../../policies/rules/encryption/trail-kms";
import { rule as volume } from "../../../../policies/rules/encryption/volume-kms";
import { rule as workspace } from "../../../../policies/rules/encryption/workspace-kms";
import * as good from "../../../support/baselines/aws";
import { ruleSuite, set, unknown, unset } from "../../../support/rule-suite";

ruleSuite(repositoryKms, {
  type: "aws:ecr/repository:Repository",
  good: good.repository,
  deviations: {
    "a repository with ECR's own key": (props) => ({
      deviant: set(props, "encryptionConfigurations.0.encryptionType", "AES256"),
      message: /must have encryptionType KMS, got "AES256"$/,
    }),
    "a repository that does not say": (props) => unset(props, "encryptionConfigurations"),
    "a repository with AWS's key": (props) => ({
      deviant: unset(props, "encryptionConfigurations.0.kmsKey"),
      message: /customer-managed key in kmsKey/,
    }),
  },
});

ruleSuite(clusterSecrets, {
  type: "aws:eks/cluster:Cluster",
  good: good.cluster,
  deviations: {
    "a cluster with plain secrets": (props) => unset(props, "encryptionConfig"),
    "a cluster that encrypts nothing with its key": (props) =>
      set(props, "encryptionConfig.resources", []),
    "a cluster without a key": (props) => ({
      deviant: unset(props, "encryptionConfig.provider.keyArn"),
      message: /^Cluster "subject" must encrypt secrets with the KMS key/,
    }),
  },
});

it("takes a key that is created in the same update, whose ARN is not known yet", () => {
  expect(
    clusterSecrets.check(
      {
        type: "aws:eks/cluster:Cluster",
        name: "subject",
        props: set(good.cluster, "encryptionConfig.provider.keyArn", unknown),
      },
      {},
    ),
  ).toEqual([]);
});

const keyed = [
  {
    rule: logGroup,
    type: "aws:cloudwatch/logGroup:LogGroup",
    props: good.logGroup,
    field: "kmsKeyId",
  },
  { rule: trail, type: "aws:cloudtrail/trail:Trail", props: good.trail, field: "kmsKeyId" },
  {
    rule: workspace,
    type: "aws:amp/workspace:Workspace",
    props: good.workspace,
    field: "kmsKeyArn",
  },
  { rule: secret, type: "aws:secretsmanager/secret:Secret", props: good.secret, field: "kmsKeyId" },
  { rule: topic, type: "aws:sns/topic:Topic", props: good.topic, field: "kmsMasterKeyId" },
  { rule: queue, type: "aws:sqs/queue:Queue", props: good.queue, field: "kmsMasterKeyId" },
  { rule: volume, type: "aws:ebs/volume:Volume", props: good.volume, field: "kmsKeyId" },
];
for (const { rule, type, props, field } of keyed) {
  ruleSuite(rule, {
    type,
    good: props,
    deviations: {
      "no key": (given) => ({
        deviant: unset(given, field),
        message: new RegExp(`must name a .*key in ${field}, got nothing$`),
      }),
      "an empty key": (given) => set(given, field, ""),
    },
  });
}
ruleSuite(volume, {
  type: "aws:ebs/volume:Volume",
  good: good.volume,
  deviations: {
    "a plain volume": (props) => ({
      deviant: set(props, "encrypted", false),
      message: /must set encrypted to true, got false$/,
    }),
  },
});
ruleSuite(volume, {
  type: "aws:ec2/launchTemplate:LaunchTemplate",
  good: good.launchTemplate,
  deviations: {
    "a plain volume": (props) => ({
      deviant: set(props, "blockDeviceMappings.0.ebs.encrypted", "false"),
      message: /must set blockDeviceMappings\.0\.ebs\.encrypted to true, got "false"$/,
    }),
    "a volume as the image has it": (props) => unset(props, "blockDeviceMappings.0.ebs.encrypted"),
    "the account's key": (props) => ({
      deviant: unset(props, "blockDeviceMappings.0.ebs.kmsKeyId"),
      message:
        /must name a customer-managed key in blockDeviceMappings\.0\.ebs\.kmsKeyId, got nothing$/,
    }),
  },
});
ruleSuite(volume, {
  type: "aws:ec2/instance:Instance",
  good: good.instance,
  deviations: {
    "a root volume as the image has it": (props) => ({
      deviant: unset(props, "rootBlockDevice"),
      message: /must set rootBlockDevice\.encrypted to true, got nothing$/,
    }),
    "a root volume with the account's key": (props) => unset(props, "rootBlockDevice.kmsKeyId"),
    "a second volume with the account's key": (props) => ({
      deviant: unset(props, "ebsBlockDevices.0.kmsKeyId"),
      message: /must name a customer-managed key in ebsBlockDevices\.0\.kmsKeyId, got nothing$/,
    }),
  },
});

const listener = "aws:lb/listener:Listener";
ruleSuite(listenerTls, {
  type: listener,
  good: good.httpsListener,
  deviations: {
    "TLS 1.0": (props) => ({
      deviant: set(props, "sslPolicy", "ELBSecurityPolicy-2016-08"),
      message: /must have an sslPolicy of TLS 1.2 or later, got "ELBSecurityPolicy-2016-08"$/,
    }),
    "TLS 1.1 in the newer family": (props) =>
      set(props, "sslPolicy", "ELBSecurityPolicy-TLS13-1-1-2021-06"),
    "the default policy, which admits TLS 1.0": (props) => unset(props, "sslPolicy"),
  },
  configured: [
    {
      title: "TLS 1.2 where only 1.3 will do",
      parameters: { prefixes: ["ELBSecurityPolicy-TLS13-1-3-"] },
      subject: (props) => props,
      fires: true,
    },
  ],
});
ruleSuite(listenerRedirect, {
  type: listener,
  good: good.httpListener,
  deviations: {
    "plain HTTP that is forwarded": (props) => ({
      deviant: set(props, "defaultActions", [{ type: "forward", targetGroupArn: "arn:targets" }]),
      message: /must redirect plain HTTP to HTTPS, got \["forward"\]$/,
    }),
    "a redirect to plain HTTP": (props) => set(props, "defaultActions.0.redirect.protocol", "HTTP"),
    "a forward without a protocol": (props) =>
      unset(set(props, "defaultActions.0.type", "forward"), "protocol"),
  },
});
ruleSuite(targetGroupTls, {
  type: "aws:lb/targetGroup:TargetGroup",
  good: good.targetGroup,
  deviations: {
    "plain HTTP": (props) => ({
      deviant: set(props, "protocol", "HTTP"),
      message: /must have protocol HTTPS, TLS or TCP, got "HTTP"$/,
    }),
    "no protocol": (props) => unset(props, "protocol"),
  },
});
