import {
  admissionPolicies,
  policyBinding,
  policyManifest,
} from "../../../../infra/platform/admission";
import { admissionNames } from "../../../../policies/duties";
import { rule as admission } from "../../../../policies/rules/access/admission-duties";
import { rule as approvalRole } from "../../../../policies/rules/access/approval-role";
import { rule as alarm } from "../../../../policies/rules/access/break-glass-alarm";
import { rule as separation } from "../../../../policies/rules/access/separation-of-duties";
import { document, keyArn, role, trustStatement } from "../../../support/baselines/aws";
import { changedAt, resource } from "../../../support/baselines/resource";
import { ruleSuite } from "../../../support/rule-suite";

const account = "111122223333";
const arn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const rbac = "kubernetes:rbac.authorization.k8s.io/v1";
const api = "kubernetes:admissionregistration.k8s.io/v1";

const entry = (name: string, group: string) =>
  resource("aws:eks/accessEntry:AccessEntry", `entry-${name}`, {
    clusterName: "causeway",
    principalArn: arn(name),
    kubernetesGroups: [group],
  });
const boundary = resource("aws:iam/policy:Policy", "boundary", {
  name: "boundary",
  policy: document({
    Effect: "Allow",
    Action: ["s3:PutObject"],
    Resource: ["arn:aws:s3:::example-causeway-prod-*"],
  }),
});
const promoter = {
  ...role,
  permissionsBoundary: "boundary",
  name: "example-causeway-prod-promoter",
  assumeRolePolicy: document({ ...trustStatement, Principal: { AWS: arn("ModelRisk") } }),
};
const approvals = {
  Sid: "RecordApprovals",
  Effect: "Allow",
  Action: ["s3:PutObject"],
  Resource: [
    "arn:aws:s3:::example-causeway-prod-audit-*/approvals/${aws:PrincipalTag/approval-role}/*",
  ],
};
const duties = [
  entry("DeliveryPipeline", "causeway:pipelines"),
  entry("ModelRisk", "causeway:approvers"),
  entry("DataProtection", "causeway:erasers"),
  resource("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "association", {
    clusterName: "causeway",
    principalArn: arn("DeliveryPipeline"),
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
  }),
  boundary,
  resource("aws:iam/role:Role", "promoter", promoter),
  resource("aws:iam/rolePolicy:RolePolicy", "promoter-permissions", {
    role: promoter.name,
    policy: document(approvals),
  }),
];

ruleSuite(separation, {
  good: duties,
  deviations: {
    "who is in two groups": (good) => ({
      deviant: changedAt(good, "entry-ModelRisk", "kubernetesGroups", [
        "causeway:approvers",
        "causeway:pipelines",
      ]),
      message:
        /^arn:aws:iam::111122223333:role\/ModelRisk must not be able to deploy and approve alone: deploy by Kubernetes group causeway:pipelines; approve by Kubernetes group causeway:approvers$/,
    }),
    "an approver who administers another cluster": (good) => [
      ...good,
      ...[good[0]!, good[3]!].map(({ name, props, ...each }) => ({
        ...each,
        name: `other-${name}`,
        props: { ...props, clusterName: "other", principalArn: arn("ModelRisk") },
      })),
    ],
    "an eraser who is listed to approve as well": (good) => [
      ...good,
      resource("aws:eks/accessEntry:AccessEntry", "second", {
        clusterName: "other",
        principalArn: arn("DataProtection"),
        kubernetesGroups: ["causeway:approvers"],
      }),
    ],
  },
});

const secondFactor = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
const tagging = (more: object = {}) => ({
  Sid: "ApproveAs0",
  Effect: "Allow",
  Action: ["sts:TagSession"],
  Principal: { AWS: arn("ModelRisk") },
  Condition: {
    StringEquals: { "aws:RequestTag/approval-role": "model-risk" },
    ...secondFactor,
    ...more,
  },
});
const trust = (...statements: object[]) =>
  document(
    { ...trustStatement, Principal: { AWS: arn("ModelRisk") } },
    ...(statements as Record<string, unknown>[]),
  );
const write = (...paths: string[]) =>
  document({
    ...approvals,
    Resource: paths.map((path) => `arn:aws:s3:::example-causeway-prod-audit-*/${path}`),
  });

ruleSuite(approvalRole, {
  good: [
    boundary,
    resource("aws:iam/role:Role", "promoter", { ...promoter, assumeRolePolicy: trust(tagging()) }),
    resource("aws:iam/rolePolicy:RolePolicy", "promoter-permissions", {
      role: promoter.name,
      policy: write("approvals/${aws:PrincipalTag/approval-role}/*"),
    }),
  ],
  deviations: {
    "a policy that lets every role be claimed": (good) => ({
      deviant: changedAt(good, "promoter-permissions", "policy", write("approvals/*")),
      message:
        /^example-causeway-prod-promoter must write approvals only under the role of its session tag, got any role$/,
    }),
    "a second path past the tag": (good) =>
      changedAt(
        good,
        "promoter-permissions",
        "policy",
        write("approvals/${aws:PrincipalTag/approval-role}/*", "*"),
      ),
    "a trust that lets the caller choose the tag": (good) => ({
      deviant: changedAt(
        good,
        "promoter",
        "assumeRolePolicy",
        trust(tagging({ StringEquals: {} })),
      ),
      message:
        /must let each of its callers take one role as session tag, got any in statement ApproveAs0$/,
    }),
    "a trust with two values": (good) =>
      changedAt(
        good,
        "promoter",
        "assumeRolePolicy",
        trust(
          tagging({
            StringEquals: { "aws:RequestTag/approval-role": ["model-risk", "ethics-board"] },
          }),
        ),
      ),
    "a trust over another tag": (good) =>
      changedAt(
        good,
        "promoter",
        "assumeRolePolicy",
        trust(tagging({ StringEquals: { "aws:RequestTag/team": "model-risk" } })),
      ),
  },
});

const binding = (name: string, group: string) =>
  resource(`${rbac}:RoleBinding`, name, {
    metadata: { name, namespace: "causeway-models" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "Group", name: group }],
  });
const policies = admissionPolicies.flatMap((policy) => [
  resource(`${api}:ValidatingAdmissionPolicy`, `policy-${policy.name}`, policyManifest(policy)),
  resource(
    `${api}:ValidatingAdmissionPolicyBinding`,
    `binding-${policy.name}`,
    policyBinding(policy),
  ),
]);

ruleSuite(admission, {
  good: [binding("causeway-approver", "causeway:approvers"), ...policies],
  deviations: {
    "a cluster without a policy": (good) => ({
      deviant: good.filter(({ name }) => name !== "policy-causeway-approval"),
      message: /^causeway-approval must be bound in each of 1 clusters, got 0$/,
    }),
    "a policy without a binding": (good) =>
      good.filter(({ name }) => name !== "binding-causeway-workflows"),
    "a second cluster without policies": (good) => [
      ...good,
      binding("causeway-approver", "causeway:approvers"),
    ],
    "a policy that lets through what it cannot judge": (good) =>
      changedAt(good, "policy-causeway-approval", "spec.failurePolicy", "Ignore"),
    "an expression that always holds": (good) => ({
      deviant: changedAt(good, "policy-causeway-approval", "spec.validations.0.expression", "true"),
      message:
        /^ValidatingAdmissionPolicy "causeway-approval" must be as the program makes it, in every/,
    }),
    "a binding that only warns": (good) =>
      changedAt(good, "binding-causeway-what-runs", "spec.validationActions", ["Warn"]),
    "a binding for a few namespaces": (good) =>
      changedAt(good, "binding-causeway-what-runs", "spec.matchResources", {
        namespaceSelector: { matchLabels: { a: "b" } },
      }),
  },
  configured: [
    {
      title: "a stack that does without one",
      parameters: { required: admissionNames.slice(1) },
      subject: (good) => good.filter(({ name }) => !name.endsWith(admissionNames[0])),
      fires: false,
    },
  ],
});

const breakGlass = {
  ...role,
  name: "example-causeway-prod-break-glass",
  assumeRolePolicy: document({
    ...trustStatement,
    Condition: {
      ...trustStatement.Condition,
      StringEquals: { "aws:RequestedRegion": ["eu-west-1"] },
    },
  }),
};
const pattern = (name: string) =>
  JSON.stringify({
    source: ["aws.sts"],
    detail: { eventName: ["AssumeRole"], requestParameters: { roleArn: [arn(name)] } },
  });
const alarmed = [
  boundary,
  resource("aws:iam/role:Role", "break-glass", { ...breakGlass, permissionsBoundary: "boundary" }),
  resource("aws:cloudwatch/eventRule:EventRule", "rule", {
    name: "break-glass",
    eventPattern: pattern(breakGlass.name),
    state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
  }),
  resource("aws:cloudwatch/eventTarget:EventTarget", "target", {
    rule: "break-glass",
    arn: "arn:aws:sns:eu-west-1:111122223333:break-glass",
  }),
  resource("aws:sns/topic:Topic", "topic", {
    name: "break-glass",
    arn: "arn:aws:sns:eu-west-1:111122223333:break-glass",
    kmsMasterKeyId: keyArn,
  }),
  resource("aws:sns/topicSubscription:TopicSubscription", "subscription", {
    topic: "arn:aws:sns:eu-west-1:111122223333:break-glass",
    protocol: "email",
    endpoint: "security@example.com",
  }),
];

ruleSuite(alarm, {
  good: alarmed,
  deviations: {
    "nobody who is told": (good) => ({
      deviant: good.filter(({ name }) => name !== "subscription"),
      message:
        /^Role "break-glass" must be alarmed with somebody who is told in each of 1 regions, got 0$/,
    }),
    "an alarm on another role": (good) =>
      changedAt(good, "rule", "eventPattern", pattern("example-causeway-prod-auditor")),
    "an alarm that is off": (good) => changedAt(good, "rule", "state", "DISABLED"),
    "an alarm that leads nowhere": (good) => good.filter(({ name }) => name !== "target"),
    "a session of four hours": (good) =>
      changedAt(good, "break-glass", "maxSessionDuration", 14_400),
    "a role that is assumed anywhere": (good) =>
      changedAt(good, "break-glass", "assumeRolePolicy", document(trustStatement)),
    "a region where nobody listens": (good) =>
      changedAt(
        good,
        "break-glass",
        "assumeRolePolicy",
        document({
          ...trustStatement,
          Condition: {
            ...trustStatement.Condition,
            StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] },
          },
        }),
      ),
  },
  configured: [
    {
      title: "a session of four hours",
      parameters: { maximumSeconds: 14_400 },
      subject: (good) => changedAt(good, "break-glass", "maxSessionDuration", 14_400),
      fires: false,
    },
    {
      title: "a role of another name",
      parameters: { ending: "-emergency" },
      subject: (good) => good.slice(0, 1),
      fires: false,
    },
  ],
});
