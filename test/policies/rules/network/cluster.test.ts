import { rule as gatewayHosts } from "../../../../policies/rules/network/gateway-hosts";
import { rule as defaultDeny } from "../../../../policies/rules/network/namespace-default-deny";
import { rule as allowAll } from "../../../../policies/rules/network/policy-allow-all";
import { rule as metadataService } from "../../../../policies/rules/network/policy-metadata-service";
import { rule as serviceType } from "../../../../policies/rules/network/service-type";
import { rule as hosts } from "../../../../policies/rules/network/virtual-service-hosts";
import { rule as adminPolicy } from "../../../../policies/rules/network/admin-policy";
import { rule as ingress } from "../../../../policies/rules/network/ingress";
import { rule as serviceEntry } from "../../../../policies/rules/network/service-entry";
import * as good from "../../../support/baselines/platform";
import { changed, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

ruleSuite(defaultDeny, {
  good: good.namespaceStack,
  deviations: {
    "a namespace that allows by default": (stack) => ({
      deviant: without(stack, "models-default-deny"),
      message:
        /^Namespace "causeway-models" must have a NetworkPolicy that denies all by default in each cluster, got 0 for 1$/,
    }),
    "a policy that leaves the way out open": (stack) =>
      changed(stack, "models-default-deny", (props) => set(props, "spec.policyTypes", ["Ingress"])),
    "a policy for selected pods": (stack) =>
      changed(stack, "models-default-deny", (props) =>
        set(props, "spec.podSelector", { matchLabels: { app: "x" } }),
      ),
    "a policy that allows something": (stack) =>
      changed(stack, "models-default-deny", (props) =>
        set(props, "spec.ingress", [{ from: [{ podSelector: {} }] }]),
      ),
    "a policy of another namespace": (stack) =>
      changed(stack, "models-default-deny", (props) => set(props, "metadata.namespace", "default")),
  },
  configured: [
    {
      title: "a namespace that the configuration exempts",
      parameters: { exemptNamespaces: ["causeway-models"] },
      subject: (stack) => without(stack, "models-default-deny"),
      fires: false,
    },
  ],
});

it("asks for one default-deny policy for each cluster", () => {
  const second = good.namespaceStack.filter(({ name }) => name === "models");
  expect(defaultDeny.check([...good.namespaceStack, ...second], {})).toHaveLength(2);
  expect(defaultDeny.check([...good.namespaceStack, ...good.namespaceStack], {})).toEqual([]);
});

const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
ruleSuite(allowAll, {
  type: policy,
  good: good.networkPolicy,
  deviations: {
    "everyone in": (props) => ({
      deviant: unset(props, "spec.ingress.0.from"),
      message:
        /^ingress rule 1 of NetworkPolicy "loan-approval" must say who may connect, got everyone$/,
    }),
    "the internet in": (props) =>
      set(props, "spec.ingress.0.from", [{ ipBlock: { cidr: "0.0.0.0/0" } }]),
    "everywhere out": (props) => ({
      deviant: set(props, "spec.egress", [{}]),
      message: /^egress rule 1 .* got everywhere on every port$/,
    }),
    "every port of the internet": (props) => unset(props, "spec.egress.0.ports"),
    "the internet, from a namespace that stays inside": (props) => ({
      deviant: set(props, "metadata.namespace", "causeway-training"),
      message:
        /^egress rule 1 of NetworkPolicy "loan-approval" must lead to pods or to known blocks, got the internet$/,
    }),
    "a port of everywhere, from there": (props) => ({
      deviant: set(unset(props, "spec.egress.0.to"), "metadata.namespace", "argo-workflows"),
      message: /got the internet$/,
    }),
  },
  configured: [
    {
      title: "a policy that the configuration lists",
      parameters: { internet: ["causeway-training/loan-approval"] },
      subject: (props) => set(props, "metadata.namespace", "causeway-training"),
      fires: false,
    },
  ],
});
ruleSuite(metadataService, {
  type: policy,
  good: good.networkPolicy,
  deviations: {
    "the internet with the node's credentials": (props) => ({
      deviant: unset(props, "spec.egress.0.to.0.ipBlock.except"),
      message: /must except 169.254.169.254\/32, the node's metadata service$/,
    }),
    "an exception for something else": (props) =>
      set(props, "spec.egress.0.to.0.ipBlock.except", ["10.0.0.0/8"]),
  },
});

ruleSuite(serviceType, {
  type: "kubernetes:core/v1:Service",
  good: good.service,
  deviations: {
    "a load balancer": (props) => ({
      deviant: set(props, "spec.type", "LoadBalancer"),
      message:
        /^Service "loan-approval" must be of type ClusterIP and without externalIPs, got "LoadBalancer"$/,
    }),
    "a port of every node": (props) => set(props, "spec.type", "NodePort"),
    "an address of its own": (props) => ({
      deviant: set(props, "spec.externalIPs", ["203.0.113.7"]),
      message: /got externalIPs$/,
    }),
  },
  configured: [
    {
      title: "a Service that the configuration exempts",
      parameters: { exemptServices: ["loan-approval"] },
      subject: (props) => set(props, "spec.type", "LoadBalancer"),
      fires: false,
    },
  ],
});

for (const version of ["v1", "v1beta1"]) {
  ruleSuite(hosts, {
    type: `kubernetes:networking.istio.io/${version}:VirtualService`,
    good: good.virtualService,
    deviations: {
      "every host": (props) => ({
        deviant: set(props, "spec.hosts", ["*"]),
        message: /^VirtualService "loan-approval" must name its hosts, got \["\*"\]$/,
      }),
      "no host": (props) => unset(props, "spec.hosts"),
    },
  });
  ruleSuite(gatewayHosts, {
    type: `kubernetes:networking.istio.io/${version}:Gateway`,
    good: good.gateway,
    deviations: {
      "every host": (props) => ({
        deviant: set(props, "spec.servers.1.hosts", ["*"]),
        message: /^server 2 of Gateway "causeway-gateway" must name its hosts, got \["\*"\]$/,
      }),
      "every host of a namespace": (props) =>
        set(props, "spec.servers.0.hosts", ["causeway-models/*"]),
    },
  });
}

ruleSuite(serviceEntry, {
  type: "kubernetes:networking.istio.io/v1:ServiceEntry",
  good: {
    metadata: { name: "login", namespace: "causeway-gateway" },
    spec: { hosts: ["login.example.com"], location: "MESH_EXTERNAL", resolution: "DNS" },
  },
  deviations: {
    "every host of a domain": (props) => ({
      deviant: set(props, "spec.hosts", ["login.example.com", "*.com"]),
      message:
        /^ServiceEntry "login" must name its hosts, got \["login\.example\.com","\*\.com"\]$/,
    }),
    "no host": (props) => unset(props, "spec.hosts"),
    "half of all addresses": (props) => ({
      deviant: set(props, "spec.addresses", ["203.0.113.0/24", "128.0.0.0/1"]),
      message: /^ServiceEntry "login" must not answer for 128\.0\.0\.0\/1$/,
    }),
    "whatever address a caller has in mind": (props) => ({
      deviant: set(props, "spec.resolution", "NONE"),
      message: /must resolve its hosts by DNS or be STATIC, got NONE$/,
    }),
  },
});

for (const type of [
  "kubernetes:networking.k8s.io/v1:Ingress",
  "kubernetes:extensions/v1beta1:Ingress",
  "kubernetes:route.openshift.io/v1:Route",
])
  ruleSuite(ingress, {
    type,
    forbidden: true,
    good: { metadata: { name: "shortcut", namespace: "causeway-models" }, spec: {} },
    deviations: {
      "a way in beside the gateway": (props) => ({
        deviant: props,
        message: /"shortcut" must not open a way in beside the gateway$/,
      }),
    },
    configured: [
      {
        title: "a way in that an adopter lists",
        parameters: { exempt: ["shortcut"] },
        subject: (props) => props,
        fires: false,
      },
    ],
  });

for (const kind of ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"])
  ruleSuite(adminPolicy, {
    type: `kubernetes:policy.networking.k8s.io/v1alpha1:${kind}`,
    good: {
      metadata: { name: "isolation" },
      spec: {
        priority: 10,
        subject: { namespaces: {} },
        ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
        egress: [{ action: "Pass", to: [{ namespaces: {} }] }],
      },
    },
    deviations: {
      "a way in that no namespace can refuse": (props) => ({
        deviant: set(props, "spec.ingress.0.action", "Allow"),
        message: new RegExp(
          `^ingress rule 1 of ${kind} "isolation" must deny or pass, got "Allow"$`,
        ),
      }),
      "a way out that no namespace can refuse": (props) =>
        set(props, "spec.egress.0.action", "Allow"),
      "a rule that does not say": (props) => unset(props, "spec.egress.0.action"),
    },
  });
