import { gone } from "./mutation";

/** A statement added to a policy document that is kept as JSON. */
const withStatement = (statement: object) => (text: string) => {
  const document = JSON.parse(text) as { Statement: object[] };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
};
const withRule = (rule: object) => (existing: object[]) => [...existing, rule];

/** Mutations of who may do what, and of what happens in an emergency. */
export const accessRows: [rule: string, target: string, path?: string, value?: unknown][] = [
  [
    "access-separation-of-duties",
    "eu-west-1-cluster-access-444455556666-modelrisk :AccessEntry",
    "kubernetesGroups",
    ["causeway:approvers", "causeway:pipelines"],
  ],
  [
    "access-separation-of-duties",
    "eu-west-1-cluster-access-444455556666-dataprotection :AccessEntry",
    "kubernetesGroups",
    ["causeway:erasers", "causeway:approvers"],
  ],
  [
    "access-separation-of-duties",
    "eu-west-1-cluster-access-444455556666-deliverypipeline :AccessPolicyAssociation",
    "principalArn",
    "arn:aws:iam::444455556666:role/ModelRisk",
  ],
  [
    "access-separation-of-duties",
    "foundation-roles-pipeline-permissions :RolePolicy",
    "policy",
    withStatement({
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: "arn:aws:s3:::example-causeway-prod-audit-*/approvals/*",
    }),
  ],
  [
    "access-separation-of-duties",
    "foundation-roles-promoter-permissions :RolePolicy",
    "policy",
    withStatement({ Effect: "Allow", Action: "ecr:PutImage", Resource: "*" }),
  ],
  [
    "access-separation-of-duties",
    "foundation-roles-promoter-permissions :RolePolicy",
    "policy",
    withStatement({
      Effect: "Allow",
      Action: ["s3:Delete*"],
      Resource: "arn:aws:s3:::example-causeway-prod-data-*/*",
    }),
  ],
  [
    "access-separation-of-duties",
    "eu-west-1-retraining-trainer-identity :RolePolicy",
    "policy",
    withStatement({
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: "arn:aws:s3:::example-causeway-prod-artifacts-*/erasures/*",
    }),
  ],
  [
    "access-separation-of-duties",
    "eu-west-1-retraining-promoter-identity :RolePolicy",
    "policy",
    withStatement({
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: "arn:aws:s3:::example-causeway-prod-artifacts-*/*",
    }),
  ],
  [
    "access-separation-of-duties",
    "eu-central-1-promotion-identity :RolePolicy",
    "policy",
    withStatement({
      Effect: "Allow",
      Action: ["s3:Put*"],
      Resource: "arn:aws:s3:::example-causeway-prod-artifacts-*/erasures/orders/*",
    }),
  ],
  [
    "access-separation-of-duties",
    "eu-central-1-erasure-identity :RolePolicy",
    "policy",
    withStatement({ Effect: "Allow", Action: ["ecr:PutImage"], Resource: "*" }),
  ],
  [
    "access-separation-of-duties",
    "foundation-roles-promoter :Role",
    "assumeRolePolicy",
    (text: string) => text.replace("role/ModelRisk", "role/DeliveryPipeline"),
  ],
  [
    "access-approval-role",
    "foundation-roles-promoter-permissions :RolePolicy",
    "policy",
    (text: string) => text.replace("${aws:PrincipalTag/approval-role}/", ""),
  ],
  [
    "access-approval-role",
    "foundation-roles-promoter :Role",
    "assumeRolePolicy",
    (text: string) =>
      text.replace(
        '"aws:RequestTag/approval-role":"ethics-board"',
        '"aws:RequestTag/approval-role":["ethics-board","model-risk"]',
      ),
  ],
  ["access-admission-duties", "eu-west-1-tenancy-causeway-approval :ValidatingAdmissionPolicy"],
  [
    "access-admission-duties",
    "eu-central-1-tenancy-causeway-workflows :ValidatingAdmissionPolicyBinding",
  ],
  [
    "access-admission-duties",
    "eu-west-1-tenancy-causeway-what-runs :ValidatingAdmissionPolicy",
    "spec/failurePolicy",
    "Ignore",
  ],
  [
    "access-admission-duties",
    "eu-west-1-tenancy-causeway-elevation :ValidatingAdmissionPolicyBinding",
    "spec/validationActions",
    ["Audit"],
  ],
  ["access-break-glass-alarm", "foundation-break-glass-eu-west-1 :EventRule"],
  [
    "access-break-glass-alarm",
    "foundation-break-glass-eu-central-1-subscription-0 :TopicSubscription",
  ],
  ["access-break-glass-alarm", "foundation-break-glass-eu-west-1 :EventRule", "state", "DISABLED"],
  ["access-break-glass-alarm", "foundation-roles-break-glass :Role", "maxSessionDuration", 14_400],
  [
    "access-break-glass-alarm",
    "foundation-roles-break-glass :Role",
    "assumeRolePolicy",
    (text: string) => text.replace(/,"StringEquals":\{"aws:RequestedRegion":\[[^\]]*\]\}/, ""),
  ],
  [
    "access-role-mfa",
    "foundation-roles-break-glass :Role",
    "assumeRolePolicy",
    (text: string) => text.replace('"Bool":{"aws:MultiFactorAuthPresent":"true"},', ""),
  ],
  [
    "access-rbac-escalation",
    "eu-west-1-tenancy-causeway-elevation :ClusterRole",
    "rules",
    withRule({
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["clusterroles"],
      verbs: ["bind"],
    }),
  ],
  [
    "access-service-account-secret",
    "eu-west-1-secrets-grafana core/v1:Secret",
    "type",
    "kubernetes.io/service-account-token",
  ],
  ["encryption-topic-kms", "foundation-break-glass-eu-west-1 :Topic", "kmsMasterKeyId", gone],
];
