import { rule as apiService } from "../../../../policies/rules/access/api-service";
import { rule as awsAuth } from "../../../../policies/rules/access/aws-auth";
import { rule as imageAccount } from "../../../../policies/rules/access/image-account";
import { rule as extension } from "../../../../policies/rules/access/mesh-extension";
import { rule as proxy } from "../../../../policies/rules/access/pod-proxy";
import { rule as aggregation } from "../../../../policies/rules/access/rbac-aggregation";
import { rule as takeover } from "../../../../policies/rules/access/rbac-takeover";
import { rule as webhook } from "../../../../policies/rules/access/webhook-service";
import { provider } from "../../../support/baselines/aws";
import { clusterRole, configMap } from "../../../support/baselines/platform";
import { changedAt, resource } from "../../../support/baselines/resource";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";
import { goodDeployment, goodImage } from "../workloads/good";

for (const kind of ["ConfigMap", "ConfigMapPatch"])
  ruleSuite(awsAuth, {
    type: `kubernetes:core/v1:${kind}`,
    good: configMap,
    deviations: {
      "people of a cluster in a ConfigMap": (good) => ({
        deviant: set(good, "metadata", { name: "aws-auth", namespace: "kube-system" }),
        message: new RegExp(`^${kind} "aws-auth" must not exist: access entries say who may reach`),
      }),
    },
  });

const metrics = {
  metadata: { name: "v1beta1.metrics.k8s.io" },
  spec: {
    group: "metrics.k8s.io",
    version: "v1beta1",
    service: { name: "metrics-server", namespace: "kube-system" },
    caBundle: "Q0E=",
  },
};
ruleSuite(apiService, {
  type: "kubernetes:apiregistration.k8s.io/v1:APIService",
  good: metrics,
  deviations: {
    "an API that answers for roles": (good) => ({
      deviant: set(good, "spec.group", "rbac.authorization.k8s.io"),
      message: /must answer for one of metrics\.k8s\.io, .*, got "rbac\.authorization\.k8s\.io"$/,
    }),
    "an API that answers for the core group": (good) => unset(good, "spec.group"),
    "an API whose certificate nobody checks": (good) => ({
      deviant: set(good, "spec.insecureSkipTLSVerify", true),
      message: /^APIService "v1beta1\.metrics\.k8s\.io" must not set insecureSkipTLSVerify$/,
    }),
  },
  configured: [
    {
      title: "a group that an adopter lists",
      parameters: { groups: ["things.example.com"] },
      subject: (good) => set(good, "spec.group", "things.example.com"),
      fires: false,
    },
  ],
});

const webhooks = {
  metadata: { name: "certificates" },
  webhooks: [
    {
      name: "certificates.example.com",
      failurePolicy: "Fail",
      clientConfig: { service: { name: "certificates", namespace: "cert-manager" } },
    },
  ],
};
const outside = (good: Props) => ({
  deviant: set(good, "webhooks.0.clientConfig", { url: "https://hooks.example.net/" }),
  message:
    /^webhook "certificates\.example\.com" of \w+ "certificates" must be a service of the cluster, got https:\/\/hooks\.example\.net\/$/,
});
ruleSuite(webhook, {
  type: "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
  good: set(webhooks, "webhooks.0.failurePolicy", "Ignore"),
  deviations: { "an address outside the cluster": outside },
});
ruleSuite(webhook, {
  type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
  good: webhooks,
  deviations: {
    "an address outside the cluster": outside,
    "a check that lets all pass where it does not answer": (good) => ({
      deviant: set(good, "webhooks.0.failurePolicy", "Ignore"),
      message: /must have failurePolicy Fail, got "Ignore"$/,
    }),
  },
  configured: [
    {
      title: "the default policy of failure",
      parameters: {},
      subject: (good) => unset(good, "webhooks.0.failurePolicy"),
      fires: false,
    },
  ],
});

for (const type of [
  "kubernetes:networking.istio.io/v1alpha3:EnvoyFilter",
  "kubernetes:extensions.istio.io/v1alpha1:WasmPlugin",
  "kubernetes:networking.istio.io/v1beta1:ProxyConfig",
])
  ruleSuite(extension, {
    type,
    forbidden: true,
    good: { metadata: { name: "shortcut", namespace: "causeway-models" }, spec: {} },
    deviations: {
      "whatever it says": (good) => ({
        deviant: good,
        message: /"shortcut" must not exist: it changes what proxies check$/,
      }),
    },
  });

const adding = (good: Props, rule: Props) => ({ ...good, rules: [...clusterRole.rules, rule] });
const granting = (group: string, name: string, verb: string, more: Props = {}) => ({
  apiGroups: [group],
  resources: [name],
  verbs: [verb],
  ...more,
});
ruleSuite(aggregation, {
  type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  good: clusterRole,
  deviations: {
    "a role that gathers the rules of others": (good) => ({
      deviant: set(good, "aggregationRule", {
        clusterRoleSelectors: [{ matchLabels: { gather: "true" } }],
      }),
      message: /^ClusterRole "causeway-auditors" must list its rules, got an aggregationRule$/,
    }),
    "a role that gathers nothing yet": (good) => set(good, "aggregationRule", {}),
    "rules for everybody who may edit": (good) => ({
      deviant: set(good, "metadata", {
        name: "causeway-auditors",
        labels: { "rbac.authorization.k8s.io/aggregate-to-edit": "true" },
      }),
      message: /must not add its rules to the ClusterRole edit$/,
    }),
  },
  configured: [
    {
      title: "rules for the role that reads",
      parameters: { allowed: ["view"] },
      subject: (good) =>
        set(good, "metadata", {
          name: "causeway-auditors",
          labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" },
        }),
      fires: false,
    },
  ],
});

for (const kind of ["ClusterRole", "Role"])
  ruleSuite(takeover, {
    type: `kubernetes:rbac.authorization.k8s.io/v1:${kind}`,
    good: clusterRole,
    deviations: {
      "tokens of any account": (good) => ({
        deviant: adding(good, granting("", "serviceaccounts/token", "create")),
        message: new RegExp(
          `^rule 2 of ${kind} "causeway-auditors" must not grant create of serviceaccounts/token$`,
        ),
      }),
      "secrets that become tokens": (good) => adding(good, granting("", "secrets", "create")),
      "labels of namespaces": (good) => adding(good, granting("", "namespaces", "patch")),
      "webhooks of admission": (good) => ({
        deviant: adding(
          good,
          granting("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create"),
        ),
        message: /must not grant create of mutatingwebhookconfigurations$/,
      }),
      "policies of admission": (good) =>
        adding(
          good,
          granting("admissionregistration.k8s.io", "validatingadmissionpolicies", "delete"),
        ),
      "certificates for anybody": (good) =>
        adding(
          good,
          granting("certificates.k8s.io", "certificatesigningrequests/approval", "update"),
        ),
      "an API of its own": (good) =>
        adding(good, granting("apiregistration.k8s.io", "apiservices", "create")),
      "definitions of kinds": (good) =>
        adding(good, granting("apiextensions.k8s.io", "customresourcedefinitions", "patch")),
      "bindings of others": (good) =>
        adding(good, granting("rbac.authorization.k8s.io", "rolebindings", "delete")),
    },
    configured: [
      {
        title: "a secret of its own, by name",
        parameters: {},
        subject: (good) =>
          adding(good, granting("", "secrets", "update", { resourceNames: ["certificate"] })),
        fires: false,
      },
    ],
  });

const annotations = "spec.template.metadata.annotations";
ruleSuite(proxy, {
  type: "kubernetes:apps/v1:Deployment",
  good: set(goodDeployment(), annotations, {
    "sidecar.istio.io/proxyCPU": "100m",
    "proxy.istio.io/config": "terminationDrainDuration: 30s",
  }),
  deviations: {
    "a proxy of somebody else": (good) => ({
      deviant: set(good, annotations, { "sidecar.istio.io/proxyImage": "proxy.example.net/x" }),
      message:
        /^Deployment "scorer" must not set the annotation sidecar\.istio\.io\/proxyImage, got "proxy\.example\.net\/x"$/,
    }),
    "a way out past the proxy": (good) =>
      set(good, annotations, { "traffic.sidecar.istio.io/excludeOutboundPorts": "443" }),
    "another control plane of the mesh": (good) => ({
      deviant: set(good, annotations, {
        "proxy.istio.io/config": JSON.stringify({ discoveryAddress: "istiod.example.net:15012" }),
      }),
      message: /must set nothing of its proxy but .*, got discoveryAddress$/,
    }),
    "an environment of the proxy": (good) =>
      set(good, annotations, {
        "proxy.istio.io/config": "proxyMetadata:\n  PROXY_CONFIG_XDS_AGENT: 'true'\n",
      }),
    "settings that are no YAML": (good) =>
      set(good, annotations, { "proxy.istio.io/config": "a: [" }),
  },
  configured: [
    {
      title: "an annotation that an adopter lists",
      parameters: { allowed: ["sidecar.istio.io/logLevel"] },
      subject: (good) => set(good, annotations, { "sidecar.istio.io/logLevel": "debug" }),
      fires: false,
    },
  ],
});

const image = "spec.template.spec.containers.0.image";
const foreign = goodImage.replace("111122223333", "999988887777");
ruleSuite(imageAccount, {
  good: [
    resource("pulumi:providers:aws", "eu-west-1", {
      ...provider,
      allowedAccountIds: JSON.stringify(["111122223333"]),
    }),
    resource("kubernetes:apps/v1:Deployment", "scorer", goodDeployment()),
  ],
  deviations: {
    "an image of another account": (good) => ({
      deviant: changedAt(good, "scorer", image, foreign),
      message:
        /^container "server" of Deployment "scorer" must run an image of 111122223333, got 999988887777\./,
    }),
  },
  configured: [
    {
      title: "an image of an account that an adopter trusts",
      parameters: { accounts: ["999988887777"] },
      subject: (good) => changedAt(good, "scorer", image, foreign),
      fires: false,
    },
  ],
});
