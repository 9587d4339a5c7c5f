import { rule as destinationTls } from "../../../../policies/rules/encryption/destination-tls";
import { rule as gatewayTls } from "../../../../policies/rules/encryption/gateway-tls";
import { rule as meshDefault } from "../../../../policies/rules/encryption/mesh-default";
import { rule as meshInjection } from "../../../../policies/rules/encryption/mesh-injection";
import { rule as meshStrict } from "../../../../policies/rules/encryption/mesh-strict";
import { rule as nodeClass } from "../../../../policies/rules/encryption/node-class-storage";
import { rule as nodeTransit } from "../../../../policies/rules/encryption/node-transit";
import { rule as storageClass } from "../../../../policies/rules/encryption/storage-class-kms";
import { rule as gatewayApi } from "../../../../policies/rules/encryption/gateway-api-tls";
import * as good from "../../../support/baselines/platform";
import type { ResourceView } from "../../../../policies/rule";
import { changed, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodDeployment } from "../workloads/good";

ruleSuite(storageClass, {
  type: "kubernetes:storage.k8s.io/v1:StorageClass",
  good: good.storageClass,
  deviations: {
    "plain volumes": (props) => ({
      deviant: set(props, "parameters.encrypted", "false"),
      message:
        /^StorageClass "causeway-encrypted" must set parameters.encrypted to "true", got "false"$/,
    }),
    "volumes under AWS's key": (props) => unset(props, "parameters.kmsKeyId"),
    "a class without parameters": (props) => unset(props, "parameters"),
  },
});

it("does not judge volumes that are not EBS", () => {
  expect(
    storageClass.check(
      {
        type: "kubernetes:storage.k8s.io/v1:StorageClass",
        name: "local",
        props: { provisioner: "rancher.io/local-path" },
      },
      {},
    ),
  ).toEqual([]);
});

ruleSuite(nodeClass, {
  type: "kubernetes:eks.amazonaws.com/v1:NodeClass",
  good: good.nodeClass,
  deviations: {
    "storage under AWS's key": (props) => unset(props, "spec.ephemeralStorage.kmsKeyID"),
  },
});

ruleSuite(nodeTransit, {
  type: "kubernetes:karpenter.sh/v1:NodePool",
  good: good.nodePool,
  deviations: {
    "nodes of any type": (props) => ({
      deviant: set(props, "spec.template.spec.requirements", []),
      message:
        /^NodePool "causeway-general" must require eks\.amazonaws\.com\/instance-encryption-in-transit-supported In \["true"\]$/,
    }),
    "nodes that do not encrypt as well": (props) =>
      set(props, "spec.template.spec.requirements.1.values", ["true", "false"]),
    "all but those that encrypt": (props) =>
      set(props, "spec.template.spec.requirements.1.operator", "NotIn"),
  },
});

const server = (metadata: object) =>
  resource("kubernetes:apps/v1:Deployment", "server", {
    metadata: { name: "server", namespace: "causeway-models" },
    spec: {
      template: {
        metadata,
        spec: {
          containers: [
            {
              name: "server",
              ports: [
                { name: "http", containerPort: 8080 },
                { name: "metrics", containerPort: 9090 },
              ],
            },
          ],
        },
      },
    },
  });

const injected = [
  ...good.meshStack,
  resource("kubernetes:networking.istio.io/v1:DestinationRule", "rule", good.destinationRule),
  ...good.namespaceStack,
  resource("kubernetes:apps/v1:Deployment", "server", goodDeployment()),
];
ruleSuite(meshInjection, {
  good: injected,
  deviations: {
    "a namespace of the mesh without proxies": (stack) => ({
      deviant: changed(stack, "models", (props) =>
        set(props, "metadata.labels.istio-injection", "disabled"),
      ),
      message: /^Namespace "causeway-models" must have the label istio-injection: enabled,/,
    }),
    "a port past the proxy": (stack) => ({
      deviant: changed(stack, "server", (props) =>
        set(props, "spec.template.metadata.annotations", {
          "traffic.sidecar.istio.io/excludeInboundPorts": "8080",
        }),
      ),
      message: /^Deployment "scorer" must not take port 8080 past the mesh's proxy$/,
    }),
    "pods without a proxy": (stack) =>
      changed(stack, "server", (props) =>
        set(props, "spec.template.metadata.labels", {
          app: "scorer",
          "sidecar.istio.io/inject": "false",
        }),
      ),
  },
});

describe("encryption-mesh-injection", () => {
  const mesh = [
    ...good.meshStack,
    resource("kubernetes:networking.istio.io/v1:DestinationRule", "rule", good.destinationRule),
    ...good.namespaceStack,
  ];
  const found = (...more: ResourceView[]) =>
    meshInjection.check([...mesh, ...more], {}).map(({ message }) => message);
  const labelled = (labels: object) =>
    resource("kubernetes:core/v1:Namespace", "other", {
      metadata: { name: "causeway-models", labels },
    });

  it("takes a namespace with proxies, by label or by revision, and metrics past them", () => {
    expect(
      found(
        labelled({ "istio.io/rev": "1-31" }),
        server({ annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "9090" } }),
      ),
    ).toEqual([]);
  });

  it("refuses a namespace of the mesh without proxies, in whichever region", () => {
    const message =
      'Namespace "causeway-models" must have the label istio-injection: enabled, because the mesh\'s objects in it do nothing without proxies';
    expect([found(labelled({})), found(labelled({ "istio-injection": "disabled" }))]).toEqual([
      [message],
      [message],
    ]);
    expect(meshInjection.check([labelled({})], {})).toEqual([]);
  });

  it("refuses pods that opt out of their proxy, or take another port than that of their metrics past it", () => {
    expect(found(server({ labels: { "sidecar.istio.io/inject": "false" } }))).toEqual(
      [8080, 9090].map(
        (port) => `Deployment "server" must not take port ${port} past the mesh's proxy`,
      ),
    );
    expect(
      found(
        server({ annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "9090,8080" } }),
      ),
    ).toEqual(['Deployment "server" must not take port 8080 past the mesh\'s proxy']);
  });
});

it("lets no cluster have EKS's own node pools, which nobody can ask for encryption", () => {
  const judged = (nodePools?: string[]) =>
    nodeTransit.check(
      {
        type: "aws:eks/cluster:Cluster",
        name: "cluster",
        props: { computeConfig: { enabled: true, ...(nodePools && { nodePools }) } },
      },
      {},
    );
  expect([judged(), judged([]), judged(["system", "general-purpose"])]).toEqual([
    [],
    [],
    ['Cluster "cluster" must have none of EKS\'s built-in node pools, got system, general-purpose'],
  ]);
});

for (const version of ["v1", "v1beta1"]) {
  ruleSuite(meshStrict, {
    type: `kubernetes:security.istio.io/${version}:PeerAuthentication`,
    good: good.peerAuthentication,
    deviations: {
      "plaintext beside TLS": (props) => ({
        deviant: set(props, "spec.mtls.mode", "PERMISSIVE"),
        message:
          /^PeerAuthentication "default" must have mode STRICT in spec.mtls, got "PERMISSIVE"$/,
      }),
      "no mode": (props) => unset(props, "spec.mtls"),
      "a port that is left out": (props) => ({
        deviant: set(props, "spec.portLevelMtls", { "9090": { mode: "DISABLE" } }),
        message: /in port 9090, got "DISABLE"$/,
      }),
    },
  });
}

ruleSuite(meshDefault, {
  good: good.meshStack,
  deviations: {
    "no mesh-wide setting": (stack) => without(stack, "mutual-tls"),
    "a setting for one namespace": (stack) =>
      changed(stack, "mutual-tls", (props) => set(props, "metadata.namespace", "causeway-models")),
    "a setting for selected workloads": (stack) =>
      changed(stack, "mutual-tls", (props) =>
        set(props, "spec.selector", { matchLabels: { app: "loan-approval" } }),
      ),
  },
  configured: [
    {
      title: "a mesh whose root namespace has another name",
      parameters: { rootNamespace: "mesh" },
      subject: (stack) =>
        changed(stack, "mutual-tls", (props) => set(props, "metadata.namespace", "mesh")),
      fires: false,
    },
  ],
});

ruleSuite(destinationTls, {
  type: "kubernetes:networking.istio.io/v1:DestinationRule",
  good: good.destinationRule,
  deviations: {
    "TLS off": (props) => ({
      deviant: set(props, "spec.trafficPolicy.tls.mode", "DISABLE"),
      message: /must not turn TLS off, got mode DISABLE in spec.trafficPolicy$/,
    }),
    "TLS off for a subset": (props) => ({
      deviant: set(props, "spec.subsets.0.trafficPolicy.tls.mode", "DISABLE"),
      message: /in subset "stable"$/,
    }),
    "TLS off for a port of a subset": (props) =>
      set(props, "spec.subsets.0.trafficPolicy.portLevelSettings.0.tls.mode", "DISABLE"),
  },
});

ruleSuite(gatewayTls, {
  type: "kubernetes:networking.istio.io/v1:Gateway",
  good: good.gateway,
  deviations: {
    "TLS 1.1": (props) => ({
      deviant: set(props, "spec.servers.0.tls.minProtocolVersion", "TLSV1_1"),
      message:
        /^server 1 of Gateway "causeway-gateway" must set tls.minProtocolVersion to TLSV1_2 or TLSV1_3, got "TLSV1_1"$/,
    }),
    "a version that Istio chooses": (props) =>
      unset(props, "spec.servers.0.tls.minProtocolVersion"),
    "plain HTTP": (props) => ({
      deviant: unset(props, "spec.servers.1.tls"),
      message: /^server 2 .* must have protocol HTTPS or redirect to it, got "HTTP"$/,
    }),
    "TLS that it does not look into": (props) =>
      set(props, "spec.servers.0.tls.mode", "PASSTHROUGH"),
  },
});

for (const type of [
  "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  "kubernetes:gateway.networking.k8s.io/v1:ListenerSet",
  "kubernetes:gateway.networking.x-k8s.io/v1alpha1:XListenerSet",
])
  ruleSuite(gatewayApi, {
    type,
    good: {
      metadata: { name: "models", namespace: "causeway-gateway" },
      spec: {
        gatewayClassName: "istio",
        listeners: [
          {
            name: "https",
            port: 443,
            protocol: "HTTPS",
            hostname: "models.example.com",
            tls: { mode: "Terminate", certificateRefs: [{ name: "gateway" }] },
          },
        ],
      },
    },
    deviations: {
      "plain HTTP": (props) => ({
        deviant: set(props, "spec.listeners.0.protocol", "HTTP"),
        message: /^listener "https" of \w+ "models" must have protocol HTTPS, got "HTTP"$/,
      }),
      "no certificate": (props) => ({
        deviant: unset(props, "spec.listeners.0.tls"),
        message: /must name its certificate in tls\.certificateRefs, got none$/,
      }),
      "every host": (props) => ({
        deviant: unset(props, "spec.listeners.0.hostname"),
        message: /must name a hostname, got none$/,
      }),
      "every host by a star": (props) => set(props, "spec.listeners.0.hostname", "*"),
    },
    configured: [
      {
        title: "TLS that goes through to the pods",
        parameters: {},
        subject: (props) =>
          unset(set(props, "spec.listeners.0.protocol", "TLS"), "spec.listeners.0.tls"),
        fires: false,
      },
    ],
  });
