import { rule as principals } from "../../../../policies/rules/access/cluster-principals";
import { rule as auditKey } from "../../../../policies/rules/governance/audit-key";
import { document, key, trail } from "../../../support/baselines/aws";
import { changedAt, resource } from "../../../support/baselines/resource";
import { ruleSuite } from "../../../support/rule-suite";

const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const entry = (name: string, group: string) =>
  resource("aws:eks/accessEntry:AccessEntry", `entry-${name}`, {
    clusterName: "causeway",
    principalArn: arn(name),
    kubernetesGroups: [group],
  });
const duties = [
  entry("DeliveryPipeline", "causeway:pipelines"),
  entry("ModelRisk", "causeway:approvers"),
  entry("DataProtection", "causeway:erasers"),
  resource("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "association", {
    clusterName: "causeway",
    principalArn: arn("DeliveryPipeline"),
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
  }),
];

const pods = (namespace: string, account: string) => ({
  Sid: "Pods",
  Effect: "Allow",
  Action: ["sts:AssumeRole", "sts:TagSession"],
  Principal: { Service: "pods.eks.amazonaws.com" },
  Condition: {
    StringEquals: {
      "aws:RequestTag/kubernetes-namespace": namespace,
      "aws:RequestTag/kubernetes-service-account": account,
    },
  },
});
ruleSuite(principals, {
  good: [
    ...duties,
    resource("aws:iam/policy:Policy", "boundary", {
      name: "boundary",
      policy: document({
        Sid: "Read",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::example-data/*"],
      }),
    }),
    resource("aws:iam/role:Role", "trainer", {
      name: "trainer",
      permissionsBoundary: "boundary",
      assumeRolePolicy: document(pods("training", "trainer")),
    }),
    resource("aws:eks/podIdentityAssociation:PodIdentityAssociation", "identity", {
      clusterName: "causeway",
      namespace: "training",
      serviceAccount: "trainer",
      roleArn: "trainer",
    }),
  ],
  deviations: {
    "a user name of its own": (good) => ({
      deviant: changedAt(good, "entry-DataProtection", "userName", "system:admin"),
      message: /^AccessEntry "entry-DataProtection" must have the user name that EKS gives/,
    }),
    "a group that nobody knows": (good) =>
      changedAt(good, "entry-DataProtection", "kubernetesGroups", ["system:masters"]),
    "an entry of another type": (good) =>
      changedAt(good, "entry-DataProtection", "type", "HYBRID_LINUX"),
    "an administrator who is no pipeline": (good) => ({
      deviant: changedAt(good, "association", "principalArn", arn("Engineer")),
      message: /must give administration to causeway:pipelines alone, got arn:.*Engineer$/,
    }),
    "another policy of EKS": (good) =>
      changedAt(
        good,
        "association",
        "policyArn",
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
      ),
    "the role of other pods": (good) => ({
      deviant: changedAt(good, "identity", "serviceAccount", "other"),
      message: /must have a role that trusts training\/other alone, got Role "trainer"$/,
    }),
    "a role that no pod's stack made": (good) =>
      changedAt(good, "identity", "roleArn", arn("Anybody")),
    "a further role": (good) => changedAt(good, "identity", "targetRoleArn", arn("Anybody")),
  },
  configured: [
    {
      title: "a group that an adopter knows",
      parameters: { groups: ["causeway:pipelines", "causeway:approvers", "team-x"] },
      subject: (good) => changedAt(good, "entry-DataProtection", "kubernetesGroups", ["team-x"]),
      fires: false,
    },
  ],
});

const ofKey = (...actions: string[]) =>
  document(
    {
      Sid: "Use",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Action: actions,
      Resource: "*",
    },
    {
      Sid: "EncryptTrail",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["kms:GenerateDataKey", "kms:DescribeKey"],
      Resource: "*",
    },
  );
const kept = (...actions: string[]) => [
  resource("aws:cloudtrail/trail:Trail", "trail", {
    ...trail,
    kmsKeyId: "kept",
  }),
  resource("aws:kms/key:Key", "key", {
    ...key,
    keyId: "kept",
    policy: ofKey(...actions),
  }),
];

ruleSuite(auditKey, {
  good: kept("kms:Decrypt"),
  deviations: {
    "a key that its policy lets somebody delete": (good) => ({
      deviant: changedAt(good, "key", "policy", ofKey("kms:ScheduleKeyDeletion")),
      message: /^Key "key" must let nobody kms:ScheduleKeyDeletion, because it protects/,
    }),
    "a key that its policy lets somebody end by a pattern": (good) =>
      changedAt(good, "key", "policy", ofKey("kms:Disable*")),
  },
  configured: [
    {
      title: "a key that ends with its stack",
      parameters: { required: false },
      subject: (good) => changedAt(good, "key", "policy", ofKey("kms:*")),
      fires: false,
    },
  ],
});

it("lets nobody end the key of a trail, under any pattern, unless the stack may end it", () => {
  const found = (actions: string[], given = {}) =>
    auditKey.check(kept(...actions), given).map(({ message }) => message);
  expect(found(["kms:Decrypt"])).toEqual([]);
  expect(found(["kms:ScheduleKeyDeletion"])).toEqual([
    'Key "key" must let nobody kms:ScheduleKeyDeletion, because it protects an audit trail',
  ]);
  expect(found(["kms:Disable*"])).toHaveLength(1);
  expect(found(["kms:*"])).toHaveLength(1);
  expect(found(["kms:*"], { required: false })).toEqual([]);
});
