import type { ResourceView } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { judge } from "../../policies/judge";
import { packConfig } from "../../cli/plan/judgement";
import { viewOf, type RecordedResource } from "../../cli/plan/resource";
import { join } from "node:path";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import { loadRelease } from "../../services/evidence/load";
import { planOf } from "../support/stacks";
import { verdict } from "../support/verdicts";
import { accessRows } from "./access-mutations";
import { gone, mutated, type Mutation } from "./mutation";
import { trustRows } from "./trust-mutations";

const pod = "spec/template/spec";
const server = `${pod}/containers/0`;
const rollout = "eu-west-1-loan-approval-rollout :Rollout";
const service = "eu-west-1-loan-approval :ModelService";
const scaler = "eu-west-1-loan-approval-autoscaler :ScaledObject";
const retraining = "eu-west-1-retraining-loan-approval-template :WorkflowTemplate";
const erasure = "eu-west-1-erasure-template :WorkflowTemplate";
const sensor = "eu-west-1-retraining-loan-approval-sensor :Sensor";
/** Task and template of a step, by their places: the DAG comes first, the suspended node second. */
const promotion = { task: "spec/templates/0/dag/tasks/14", template: "spec/templates/15" };
const cluster = "eu-west-1-cluster eks/cluster:Cluster";
const alb = "eu-west-1-entry-alb :LoadBalancer";
const key = "foundation-keys-data kms/key:Key";
const data = (part: string) => `foundation-buckets-data-eu-west-1-${part}`;
const audit = (part: string) => `foundation-buckets-audit-eu-west-1-${part}`;

/** A statement added to a policy document that is kept as JSON. */
const withStatement = (statement: object) => (text: string) => {
  const document = JSON.parse(text) as { Statement: object[] };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
};
const withoutStatements = (text: string) =>
  JSON.stringify({ ...(JSON.parse(text) as object), Statement: [] });
const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const anyone = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
const logs = "eu-west-1-logs-elasticsearch :Elasticsearch";
const logSettings = "eu-west-1-logs-settings :ConfigMap";
const shipper = "eu-west-1-logs-shipper :Beat";
const shipperPod = "spec/daemonSet/podTemplate/spec";
const withRule = (rule: object) => (existing: object[]) => [...existing, rule];

const rows: [rule: string, target: string, path?: string, value?: unknown][] = [
  // Retraining
  ["workloads-workflow-deadline", retraining, "spec/activeDeadlineSeconds", gone],
  ["workloads-workflow-retries", retraining, "spec/templates/2/retryStrategy/limit", 100],
  ["workloads-workflow-retries", retraining, "spec/templates/2/retryStrategy/expression", gone],
  ["workloads-workflow-concurrency", retraining, "spec/synchronization", gone],
  [
    "workloads-workflow-concurrency",
    "eu-west-1-retraining-loan-approval-schedule :CronWorkflow",
    "spec/concurrencyPolicy",
    "Allow",
  ],
  ["workloads-sensor-reference", sensor, "spec/template/serviceAccountName", "default"],
  [
    "workloads-sensor-reference",
    sensor,
    "spec/triggers/0/template/k8s/source/resource/spec/templates",
    [{ name: "main", container: { image: "busybox" } }],
  ],
  ["governance-retraining-approval", retraining, `${promotion.task}/when`, gone],
  [
    "governance-retraining-approval",
    retraining,
    `${promotion.task}/depends`,
    "candidate.Succeeded",
  ],
  [
    "governance-retraining-approval",
    retraining,
    "spec/templates",
    (templates: { name: string }[]) =>
      templates.map((template) =>
        template.name === "record"
          ? { ...template, serviceAccountName: "retraining-promoter" }
          : template,
      ),
  ],
  [
    "workloads-pod-image-digest",
    retraining,
    `${promotion.template}/container/image`,
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/example-causeway-prod/delivery:1.0.0",
  ],
  ["workloads-pod-limits", retraining, "spec/templates/2/container/resources/limits/memory", gone],
  [
    "workloads-pod-service-account",
    retraining,
    `${promotion.template}/serviceAccountName`,
    "default",
  ],
  [
    "workloads-pod-automount-token",
    retraining,
    `${promotion.template}/serviceAccountName`,
    "default",
  ],
  [
    "workloads-pod-host-path",
    retraining,
    "spec/volumes",
    [{ name: "tmp", hostPath: { path: "/" } }],
  ],
  ["workloads-pod-run-as-non-root", retraining, "spec/securityContext/runAsNonRoot", false],
  [
    "access-service-account-token",
    "eu-west-1-retraining-retraining-promoter :ServiceAccount",
    "metadata/annotations",
    gone,
  ],
  [
    "access-rbac-wildcard",
    "eu-west-1-retraining-promoter :Role",
    "rules",
    withRule({ apiGroups: ["argoproj.io"], resources: ["rollouts"], verbs: ["*"] }),
  ],
  // Erasure
  ["governance-erasure-approval", erasure, "spec/templates/0/dag/tasks/2/when", gone],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/2/depends",
    "find.Succeeded",
  ],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/3/depends",
    "find.Succeeded",
  ],
  [
    "governance-erasure-approval",
    erasure,
    "spec/templates/0/dag/tasks/4/depends",
    "find.Succeeded",
  ],
  ["workloads-workflow-concurrency", erasure, "spec/synchronization", gone],
  [
    "access-service-account-token",
    "eu-west-1-erasure-account :ServiceAccount",
    "metadata/annotations",
    gone,
  ],
  // Encryption
  ["encryption-key-rotation", key, "enableKeyRotation", false],
  ["encryption-key-multi-region", key, "multiRegion", false],
  ["encryption-key-deletion-window", key, "deletionWindowInDays", 7],
  [
    "encryption-bucket-kms",
    `${data("encryption")} `,
    "rules/0/applyServerSideEncryptionByDefault/sseAlgorithm",
    "AES256",
  ],
  ["encryption-bucket-kms", `${data("encryption")} `],
  ["encryption-bucket-tls", `${data("policy")} :BucketPolicy`, "policy", withoutStatements],
  ["encryption-bucket-tls", `${audit("policy")} :BucketPolicy`],
  [
    "encryption-bucket-replication",
    "foundation-buckets-data-replication :BucketReplicationConfig",
    "rules/0/destination/encryptionConfiguration",
    gone,
  ],
  ["encryption-cluster-secrets", cluster, "encryptionConfig", gone],
  ["encryption-log-group-kms", "eu-west-1-network-flow-logs :LogGroup", "kmsKeyId", gone],
  [
    "encryption-repository-kms",
    "foundation-registry-training-eu-west-1 :Repository",
    "encryptionConfigurations/0/encryptionType",
    "AES256",
  ],
  ["encryption-trail-kms", "foundation-trail :Trail", "kmsKeyId", gone],
  ["encryption-workspace-kms", "foundation-metrics :Workspace", "kmsKeyArn", gone],
  [
    "encryption-listener-tls",
    "eu-west-1-entry-https :Listener",
    "sslPolicy",
    "ELBSecurityPolicy-2016-08",
  ],
  [
    "encryption-listener-redirect",
    "eu-west-1-entry-http :Listener",
    "defaultActions/0",
    {
      type: "forward",
      targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:444455556666:targetgroup/x/1",
    },
  ],
  ["encryption-target-group-tls", "eu-west-1-entry-tg :TargetGroup", "protocol", "HTTP"],
  [
    "encryption-mesh-strict",
    "eu-west-1-mesh-mutual-tls :PeerAuthentication",
    "spec/mtls/mode",
    "PERMISSIVE",
  ],
  [
    "encryption-destination-tls",
    "eu-west-1-loan-approval-stable-rule :DestinationRule",
    "spec/trafficPolicy/tls/mode",
    "DISABLE",
  ],
  [
    "encryption-gateway-tls",
    "eu-west-1-mesh-gateway :Gateway",
    "spec/servers/0/tls/minProtocolVersion",
    "TLSV1_0",
  ],
  [
    "encryption-storage-class-kms",
    "eu-west-1-tenancy-encrypted :StorageClass",
    "parameters/encrypted",
    "false",
  ],
  [
    "encryption-node-class-storage",
    "eu-west-1-cluster-nodes-general :NodeClass",
    "spec/ephemeralStorage/kmsKeyID",
    gone,
  ],
  ["encryption-log-store-tls", logs, "spec/http/tls/selfSignedCertificate/disabled", true],
  [
    "encryption-log-store-tls",
    "eu-west-1-logs-kibana :Kibana",
    "spec/http/tls/selfSignedCertificate/disabled",
    true,
  ],
  [
    "encryption-log-store-tls",
    shipper,
    "spec/config/output.elasticsearch/ssl.verification_mode",
    "none",
  ],
  [
    "encryption-log-store-volumes",
    logs,
    "spec/nodeSets/0/volumeClaimTemplates/0/spec/storageClassName",
    "gp2",
  ],
  // Access
  [
    "access-log-store-anonymous",
    logs,
    "spec/nodeSets/0/config/xpack.security.authc.anonymous.roles",
    "viewer",
  ],
  ["access-log-store-anonymous", logs, "spec/nodeSets/0/config/xpack.security.enabled", false],
  ["access-log-store-superuser", logs, "spec/auth/disableElasticUser", false],
  [
    "access-policy-wildcard",
    "foundation-roles-auditor-permissions :RolePolicy",
    "policy",
    withStatement(everything),
  ],
  ["access-resource-public", `${data("policy")} :BucketPolicy`, "policy", withStatement(anyone)],
  [
    "access-key-policy",
    key,
    "policy",
    withStatement({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::444455556666:role/MlEngineer" },
      Action: "kms:*",
      Resource: "*",
    }),
  ],
  [
    "access-role-trust",
    "foundation-roles-pipeline :Role",
    "assumeRolePolicy",
    withStatement({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }),
  ],
  [
    "access-role-mfa",
    "foundation-roles-platform-admin :Role",
    "assumeRolePolicy",
    (text: string) =>
      text.replace(/,"Condition":\{"Bool":\{"aws:MultiFactorAuthPresent":"true"\}\}/, ""),
  ],
  ["access-role-session", "foundation-roles-platform-admin :Role", "maxSessionDuration", 43_200],
  ["access-bucket-public", `${data("public-access")} `, "blockPublicPolicy", false],
  ["access-bucket-public", `${data("public-access")} `, "restrictPublicBuckets", false],
  ["access-bucket-ownership", `${data("ownership")} `, "rule/objectOwnership", "ObjectWriter"],
  ["access-cluster-endpoint", cluster, "vpcConfig/endpointPublicAccess", true],
  ["access-cluster-entries", cluster, "accessConfig/authenticationMode", "CONFIG_MAP"],
  [
    "access-repository-immutable",
    "foundation-registry-training-eu-west-1 :Repository",
    "imageTagMutability",
    "MUTABLE",
  ],
  [
    "access-repository-scan",
    "foundation-registry-training-eu-west-1 :Repository",
    "imageScanningConfiguration/scanOnPush",
    false,
  ],
  ["access-analyzer-region", "foundation-detection-eu-west-1-analyzer :Analyzer"],
  [
    "access-policy-attachment",
    "eu-west-1-cluster-nodes-AmazonEKSWorkerNodeMinimalPolicy :RolePolicyAttachment",
    "policyArn",
    "arn:aws:iam::aws:policy/AdministratorAccess",
  ],
  [
    "access-binding-cluster-admin",
    "eu-west-1-tenancy-causeway-auditor :ClusterRoleBinding",
    "roleRef/name",
    "cluster-admin",
  ],
  [
    "access-binding-anonymous",
    "eu-west-1-tenancy-causeway-auditor :ClusterRoleBinding",
    "subjects/0/name",
    "system:anonymous",
  ],
  [
    "access-rbac-wildcard",
    "eu-west-1-tenancy-causeway-auditor :ClusterRole",
    "rules",
    withRule({ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }),
  ],
  [
    "access-rbac-secrets",
    "eu-west-1-tenancy-causeway-auditor :ClusterRole",
    "rules",
    withRule({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }),
  ],
  [
    "access-rbac-exec",
    "eu-west-1-tenancy-causeway-ml-engineer-causeway-models :Role",
    "rules",
    withRule({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }),
  ],
  [
    "access-rbac-escalation",
    "eu-west-1-tenancy-causeway-ml-engineer-causeway-models :Role",
    "rules",
    withRule({
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["roles"],
      verbs: ["bind", "escalate"],
    }),
  ],
  [
    "access-service-account-token",
    "eu-west-1-loan-approval-account :ServiceAccount",
    "automountServiceAccountToken",
    true,
  ],
  ["access-mesh-default-deny", "eu-west-1-mesh-default-deny :AuthorizationPolicy"],
  [
    "access-mesh-allow-all",
    "eu-west-1-loan-approval-authorization :AuthorizationPolicy",
    "spec/rules",
    [{}],
  ],
  ["access-mesh-jwt", "eu-west-1-mesh-tokens :RequestAuthentication"],
  [
    "access-jwt-issuer",
    "eu-west-1-mesh-tokens :RequestAuthentication",
    "spec/jwtRules/0/issuer",
    "http://login.example.com/",
  ],
  [
    "access-env-secret",
    rollout,
    `${server}/env`,
    (env: object[]) => [...env, { name: "DB_PASSWORD", value: "correct horse" }],
  ],
  ...accessRows,
  ...trustRows,
  // Workloads
  ["workloads-pod-privileged", rollout, `${server}/securityContext/privileged`, true],
  [
    "workloads-pod-privilege-escalation",
    rollout,
    `${server}/securityContext/allowPrivilegeEscalation`,
    true,
  ],
  ["workloads-pod-run-as-non-root", rollout, `${pod}/securityContext/runAsNonRoot`, false],
  ["workloads-pod-run-as-user", rollout, `${pod}/securityContext/runAsUser`, 0],
  [
    "workloads-pod-read-only-root",
    rollout,
    `${server}/securityContext/readOnlyRootFilesystem`,
    false,
  ],
  ["workloads-pod-capabilities", rollout, `${server}/securityContext/capabilities`, gone],
  [
    "workloads-pod-capabilities-baseline",
    rollout,
    `${server}/securityContext/capabilities/add`,
    ["NET_ADMIN"],
  ],
  ["workloads-pod-seccomp", rollout, `${pod}/securityContext/seccompProfile`, gone],
  [
    "workloads-pod-seccomp-unconfined",
    rollout,
    `${pod}/securityContext/seccompProfile/type`,
    "Unconfined",
  ],
  ["workloads-pod-host-namespaces", rollout, `${pod}/hostNetwork`, true],
  [
    "workloads-pod-host-path",
    rollout,
    `${pod}/volumes`,
    (volumes: object[]) => [...volumes, { name: "host", hostPath: { path: "/" } }],
  ],
  ["workloads-pod-host-path", shipper, `${shipperPod}/volumes/0/hostPath/path`, "/"],
  ["workloads-pod-host-path", shipper, `${shipperPod}/containers/0/volumeMounts/0/readOnly`, false],
  ["workloads-pod-host-path", shipper, `${shipperPod}/volumes/1/hostPath/path`, "/var/lib"],
  [
    "workloads-pod-capabilities",
    shipper,
    `${shipperPod}/containers/0/securityContext/capabilities`,
    gone,
  ],
  [
    "workloads-pod-image-digest",
    logs,
    "spec/image",
    "docker.elastic.co/elasticsearch/elasticsearch:9.5.3",
  ],
  [
    "workloads-pod-run-as-non-root",
    logs,
    "spec/nodeSets/0/podTemplate/spec/securityContext/runAsNonRoot",
    false,
  ],
  ["workloads-pod-host-ports", rollout, `${server}/ports/0/hostPort`, 8080],
  [
    "workloads-pod-apparmor",
    rollout,
    `${pod}/securityContext/appArmorProfile`,
    { type: "Unconfined" },
  ],
  ["workloads-pod-selinux", rollout, `${pod}/securityContext/seLinuxOptions`, { type: "spc_t" }],
  [
    "workloads-pod-sysctls",
    rollout,
    `${pod}/securityContext/sysctls`,
    [{ name: "kernel.msgmax", value: "1" }],
  ],
  ["workloads-pod-proc-mount", rollout, `${server}/securityContext/procMount`, "Unmasked"],
  [
    "workloads-pod-host-process",
    rollout,
    `${pod}/securityContext/windowsOptions`,
    { hostProcess: true },
  ],
  ["workloads-pod-host-probes", rollout, `${server}/livenessProbe/httpGet/host`, "169.254.169.254"],
  ["workloads-pod-limits", rollout, `${server}/resources/limits/memory`, gone],
  ["workloads-pod-requests", rollout, `${server}/resources/requests/cpu`, gone],
  [
    "workloads-pod-image-digest",
    rollout,
    `${server}/image`,
    "444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval:1.0.0",
  ],
  [
    "workloads-pod-image-latest",
    rollout,
    `${server}/image`,
    "444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval:latest",
  ],
  [
    "workloads-pod-image-registry",
    rollout,
    `${server}/image`,
    (image: string) => `registry.example.com/x@${image.split("@")[1]}`,
  ],
  ["workloads-pod-probes", rollout, `${server}/readinessProbe`, gone],
  ["workloads-pod-service-account", rollout, `${pod}/serviceAccountName`, "default"],
  ["workloads-pod-automount-token", rollout, `${pod}/automountServiceAccountToken`, true],
  ["workloads-pod-namespace", rollout, "metadata/namespace", "default"],
  [
    "workloads-pod-volume-types",
    rollout,
    `${pod}/volumes`,
    (volumes: object[]) => [...volumes, { name: "disk", gcePersistentDisk: { pdName: "disk" } }],
  ],
  [
    "workloads-namespace-pod-security",
    "eu-west-1-tenancy-models :Namespace",
    "metadata/labels/pod-security.kubernetes.io%2Fenforce",
    "privileged",
  ],
  ["workloads-namespace-quota", "eu-west-1-tenancy-models-quota :ResourceQuota"],
  ["workloads-namespace-limit-range", "eu-west-1-tenancy-models-limits :LimitRange"],
  ["workloads-release-catalogue", "eu-west-1-addons-keda :Release", "version", "2.17.0"],
  [
    "workloads-release-catalogue",
    "eu-west-1-addons-keda :Release",
    "repositoryOpts/repo",
    "https://charts.example.com",
  ],
  // Network
  [
    "network-security-group-ingress",
    "eu-west-1-entry-in-443 :SecurityGroupIngressRule",
    "fromPort",
    22,
  ],
  ["network-security-group-default", "eu-west-1-network-default :DefaultSecurityGroup"],
  [
    "network-subnet-public-address",
    "eu-west-1-network-private-eu-west-1a ec2/subnet:Subnet",
    "mapPublicIpOnLaunch",
    true,
  ],
  ["network-namespace-default-deny", "eu-west-1-tenancy-models-default-deny :NetworkPolicy"],
  [
    "network-policy-allow-all",
    "eu-west-1-tenancy-models-metrics :NetworkPolicy",
    "spec/ingress",
    [{}],
  ],
  [
    "network-service-type",
    "eu-west-1-loan-approval-stable core/v1:Service",
    "spec/type",
    "LoadBalancer",
  ],
  ["network-load-balancer-headers", alb, "dropInvalidHeaderFields", false],
  ["network-load-balancer-firewall", "eu-west-1-entry-firewall-association :WebAclAssociation"],
  ["network-firewall-rules", "eu-west-1-entry-firewall-acl :WebAcl", "rules", []],
  ["network-gateway-hosts", "eu-west-1-mesh-gateway :Gateway", "spec/servers/0/hosts", ["*"]],
  [
    "network-virtual-service-hosts",
    "eu-west-1-loan-approval-routes :VirtualService",
    "spec/hosts",
    ["*"],
  ],
  ["network-vpc-endpoints", "eu-west-1-network-ecr-api :VpcEndpoint"],
  // Reliability
  ["reliability-cluster-deletion-protection", cluster, "deletionProtection", false],
  ["reliability-load-balancer-deletion-protection", alb, "enableDeletionProtection", false],
  ["reliability-load-balancer-zones", alb, "subnets", ["subnet-1"]],
  ["reliability-nat-per-zone", "eu-west-1-network-nat-eu-west-1a :NatGateway"],
  [
    "reliability-bucket-versioning",
    `${data("versioning")} `,
    "versioningConfiguration/status",
    "Suspended",
  ],
  [
    "reliability-bucket-replication",
    "foundation-buckets-audit-replication :BucketReplicationConfig",
  ],
  [
    "reliability-health-check-detection",
    "entry-eu-west-1-check :HealthCheck",
    "failureThreshold",
    10,
  ],
  ["reliability-record-failover", "entry-eu-west-1-primary :Record", "healthCheckId", gone],
  ["reliability-scaled-object-replicas", scaler, "spec/minReplicaCount", 1],
  ["reliability-scaled-object-fallback", scaler, "spec/fallback", gone],
  [
    "reliability-scaled-object-null-values",
    scaler,
    "spec/triggers/2/metadata/ignoreNullValues",
    "true",
  ],
  [
    "reliability-scaled-object-scale-up",
    scaler,
    "spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleUp/stabilizationWindowSeconds",
    600,
  ],
  ["reliability-rollout-disruption-budget", "eu-west-1-loan-approval-budget :PodDisruptionBudget"],
  ["reliability-rollout-replicas", rollout, "spec/replicas", 3],
  ["reliability-rollout-zone-spread", rollout, `${pod}/topologySpreadConstraints`, gone],
  ["reliability-rollout-graceful-termination", rollout, `${server}/lifecycle`, gone],
  [
    "reliability-rollout-analysis",
    rollout,
    "spec/strategy/canary",
    { steps: [{ setWeight: 50 }, { pause: {} }] },
  ],
  [
    "reliability-analysis-conditions",
    "eu-west-1-loan-approval-watch :AnalysisTemplate",
    "spec/metrics/0/failureCondition",
    gone,
  ],
  [
    "reliability-analysis-conditions",
    "eu-west-1-loan-approval-proof :AnalysisTemplate",
    "spec/metrics/0/successCondition",
    "len(result) == 0 || result[0] < 1",
  ],
  ["reliability-rollout-canary-steps", rollout, "spec/strategy/canary/steps/0/setWeight", 80],
  [
    "reliability-destination-rule-outlier-detection",
    "eu-west-1-loan-approval-stable-rule :DestinationRule",
    "spec/trafficPolicy/outlierDetection",
    gone,
  ],
  [
    "reliability-destination-rule-connection-pool",
    "eu-west-1-loan-approval-stable-rule :DestinationRule",
    "spec/trafficPolicy/connectionPool",
    gone,
  ],
  [
    "reliability-virtual-service-timeout",
    "eu-west-1-loan-approval-routes :VirtualService",
    "spec/http/0/timeout",
    gone,
  ],
  [
    "reliability-target-group-health-check",
    "eu-west-1-entry-tg :TargetGroup",
    "healthCheck/enabled",
    false,
  ],
  ["reliability-entry-recovery-time", "entry :GlobalEntry", "recovery/rto", "30 seconds"],
  [
    "reliability-entry-drained",
    "entry :GlobalEntry",
    "regions",
    (regions: object[]) =>
      regions.map((region) => ({ ...region, drained: { reason: "maintenance" } })),
  ],
  ["reliability-entry-drained", "entry :GlobalEntry", "regions/0/drained", { reason: "" }],
  ["reliability-region-loss", "entry-eu-west-1-check :HealthCheck", "failureThreshold", 8],
  ["reliability-region-loss", "entry-eu-west-1-check :HealthCheck"],
  [
    "reliability-region-loss",
    "eu-central-1-loan-approval-autoscaler :ScaledObject",
    "spec/maxReplicaCount",
    2,
  ],
  [
    "reliability-region-loss",
    "eu-central-1-cluster-nodes-general :NodePool",
    "spec/limits/cpu",
    "2",
  ],
  [
    "reliability-region-loss",
    "entry :GlobalEntry",
    "regions/0/peakRequestsPerSecond/loan-approval",
    6_000,
  ],
  ["reliability-region-loss", "entry :GlobalEntry", "recovery/rpo", "5 minutes"],
  [
    "reliability-region-loss",
    "foundation-buckets-artifacts-replication :BucketReplicationConfig",
    "rules/0/destination/replicationTime",
    gone,
  ],
  ["reliability-log-store-nodes", logs, "spec/nodeSets/0/count", 1],
  // Observability
  ["observability-cluster-logs", cluster, "enabledClusterLogTypes", ["api"]],
  ["observability-vpc-flow-logs", "eu-west-1-network-flow-logs :FlowLog"],
  ["observability-trail-regions", "foundation-trail :Trail", "isMultiRegionTrail", false],
  ["observability-trail-validation", "foundation-trail :Trail", "enableLogFileValidation", false],
  ["observability-trail-data-events", "foundation-trail :Trail", "advancedEventSelectors", []],
  ["observability-trail-present", "foundation-trail :Trail"],
  [
    "observability-threat-detection",
    "foundation-detection-eu-west-1-detector :Detector",
    "enable",
    false,
  ],
  ["observability-load-balancer-logs", alb, "accessLogs/enabled", false],
  ["observability-bucket-logs", `${data("logging")} `],
  ["observability-firewall-logs", "eu-west-1-entry-firewall-logging :WebAclLoggingConfiguration"],
  ["observability-rollout-metrics", "eu-west-1-loan-approval-monitor :PodMonitor"],
  [
    "observability-monitor-scope",
    "eu-west-1-observability-istiod-monitor :ServiceMonitor",
    "spec/namespaceSelector",
    { any: true },
  ],
  [
    "observability-monitor-scope",
    "eu-west-1-observability-rollouts-monitor :PodMonitor",
    "spec/podMetricsEndpoints/0/basicAuth",
    { username: { name: "s", key: "u" } },
  ],
  ["observability-mesh-telemetry", "eu-west-1-mesh-access-logs :Telemetry"],
  [
    "observability-alert-annotations",
    "eu-west-1-loan-approval-rules :PrometheusRule",
    "spec/groups/1/rules/0/annotations/runbook_url",
    gone,
  ],
  [
    "observability-alert-annotations",
    "eu-west-1-loan-approval-rules :PrometheusRule",
    "spec/groups/1/rules/0/annotations/runbook_url",
    "docs/runbooks/error-budget-burn.md",
  ],
  // Governance
  ["governance-audit-lock", `${audit("lock")} `],
  ["governance-audit-lock-mode", `${audit("lock")} `, "rule/defaultRetention/mode", "GOVERNANCE"],
  ["governance-audit-retention", `${audit("lock")} `, "rule/defaultRetention/days", 90],
  [
    "governance-data-classification",
    "foundation-buckets-artifacts-eu-west-1 s3/bucket:Bucket",
    "tags/causeway:classification",
    gone,
  ],
  [
    "governance-data-classification",
    "foundation-registry-training-eu-west-1 :Repository",
    "tags",
    gone,
  ],
  [
    "governance-data-classification",
    "foundation-metrics :Workspace",
    "tags",
    { "causeway:classification": "secret" },
  ],
  ["governance-data-classification", logs, "metadata/labels", gone],
  [
    "governance-data-retention",
    `${data("lifecycle")} `,
    "rules",
    (rules: { id: string }[]) => rules.filter(({ id }) => id !== "superseded"),
  ],
  [
    "governance-data-retention",
    `${data("lifecycle")} `,
    "rules",
    (rules: { id: string; expiration?: { days?: number } }[]) =>
      rules.map((rule) =>
        rule.id === "end-of-retention" ? { ...rule, expiration: { days: 9_000 } } : rule,
      ),
  ],
  [
    "governance-log-group-retention",
    "eu-west-1-network-flow-logs :LogGroup",
    "retentionInDays",
    30,
  ],
  [
    "governance-log-lifecycle",
    logSettings,
    "data/lifecycle-predictions.json",
    (text: string) => text.replace('"min_age":"400d"', '"min_age":"90d"'),
  ],
  ["governance-log-lifecycle", logSettings],
  [
    "governance-log-snapshots",
    logSettings,
    "data/requests",
    (text: string) => text.replace(/^PUT \/_snapshot.*\n/, ""),
  ],
  ["governance-model-owner", service, "ownerTeam", gone],
  ["governance-model-risk-tier", service, "riskTier", "prohibited"],
  ["governance-model-card", service, "release/digests/card", gone],
  ["governance-model-data", service, "release/digests/data", gone],
  ["governance-model-code", service, "release/digests/code", gone],
  ["governance-model-artifact", service, "release/digests/model", "latest"],
  [
    "governance-model-attestation",
    service,
    "verification/problems",
    ["digest of model.onnx: got another"],
  ],
  ["governance-model-attestation", service, "verification", gone],
  ["governance-model-signature", service, "release/published", true],
  ["governance-model-signature", service, "verification/signature", "untrusted"],
  ["governance-model-scan", service, "release/published", true],
  ["governance-model-format", service, "verification/format", "pickle"],
  ["governance-model-age", service, "verification/expired", true],
  ["governance-model-evaluation", service, "release/evaluation/rows", 0],
  [
    "governance-model-intervals",
    service,
    "release/evaluation/metrics/auc",
    { value: 0.8, low: 0.9, high: 0.7 },
  ],
  ["governance-model-fairness", service, "release/fairness/0/passed", false],
  ["governance-model-explanation", service, "release/explanation", gone],
  ["governance-model-approval-channel", service, "channel", "automatic"],
  ["governance-model-log-retention", service, "logRetention", "30 days"],
  [
    "governance-model-verdict",
    service,
    "verdicts",
    [verdict({ digest: loadRelease(modelsFolder, "loan-approval").image.digest })],
  ],
  [
    "governance-model-verdict",
    service,
    "verdicts",
    [
      verdict({
        digest: loadRelease(modelsFolder, "loan-approval").image.digest,
        outcome: "aborted",
        region: "eu-central-1",
      }),
    ],
  ],
  ["governance-model-assessment", service, "governance/impactAssessment/named", gone],
  ["governance-model-assessment", service, "governance/impactAssessment/found", gone],
  [
    "governance-model-assessment",
    service,
    "governance/impactAssessment/found",
    `sha256:${"0".repeat(64)}`,
  ],
  ["governance-model-notice", service, "notice", gone],
  ["governance-model-bias-audit", service, "release/published", true],
  ["governance-route-kill-switch", "eu-west-1-loan-approval-routes :VirtualService"],
  [
    "governance-route-kill-switch",
    "eu-west-1-loan-approval-routes :VirtualService",
    "spec/http",
    [],
  ],
  [
    "governance-rollout-human-gate",
    rollout,
    "spec/strategy/canary/steps",
    (steps: { pause?: { duration?: string } }[]) =>
      steps.filter((step) => step.pause?.duration !== undefined || step.pause === undefined),
  ],
  ["governance-pod-pickle", rollout, `${server}/args`, ["--model", "/models/model.pkl"]],
  // Cost
  ["cost-platform-budget", "cost :StackCost", "estimatedMonthlyUsd", 1_000_000],
  ["cost-bucket-lifecycle", `${data("lifecycle")} `],
  [
    "cost-repository-lifecycle",
    "foundation-registry-training-eu-west-1-lifecycle :LifecyclePolicy",
  ],
  ["cost-node-pool-limits", "eu-west-1-cluster-nodes-general :NodePool", "spec/limits", gone],
  ["cost-provider-tags", "eu-west-1 pulumi:providers:aws", "defaultTags", gone],
];

let good: readonly RecordedResource[] = [];
const views = new Map<RecordedResource, ResourceView>();
beforeAll(async () => {
  good = (await planOf("prod")).resources;
  for (const resource of good) views.set(resource, viewOf(resource));
});

const config = packConfig(join(fixtureProject, "policies", "config", "prod.json"));

/** Mandatory violations of one rule over some resources. */
function fires(name: string, resources: readonly RecordedResource[]): number {
  const rule = rules.filter((candidate) => candidate.name === name);
  expect(rule).toHaveLength(1);
  const judged = resources.map((resource) => views.get(resource) ?? viewOf(resource));
  return judge(rule, judged, config).filter(({ enforcement }) => enforcement === "mandatory")
    .length;
}

test(`the table changes at least 120 fields (${rows.length})`, () =>
  expect(rows.length).toBeGreaterThanOrEqual(120));

/** Jest fills a short row with its own callback, so each row gets all four columns. */
const table = rows.map(([rule, target, path, value]) => [rule, target, path, value] as const);

test.each([...new Set(rows.map(([rule]) => rule))])("%s is silent on the good stack", (rule) => {
  expect(fires(rule, good)).toBe(0);
});

test.each(table)("%s fires on %s %s", (rule, target, path, value) => {
  const mutation: Mutation = { rule, target, ...(path === undefined ? {} : { path }), value };
  expect(fires(rule, mutated(good, mutation))).toBeGreaterThan(0);
});
