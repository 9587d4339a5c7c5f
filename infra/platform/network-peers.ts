import { namespaces, type NamespaceRole } from "../kubernetes/labels";

/**
 * A named rule of a namespace's network policies, in or out; mutable lists, as the SDK takes them.
 */
export interface PolicyRule {
  readonly name: string;
  /** Pods that it is for. @default all of the namespace */
  readonly podSelector?: Selector;
  readonly ingress?: { from?: Peer[]; ports?: Port[] }[];
  readonly egress?: { to?: Peer[]; ports?: Port[] }[];
}

export interface Selector {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: { key: string; operator: "In" | "NotIn"; values: string[] }[];
}

export interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

export interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

/** TCP ports. */
export const tcp = (...numbers: number[]): Port[] =>
  numbers.map((port) => ({ protocol: "TCP", port }));

/** A block of addresses. */
export const block = (cidr: string): Peer => ({ ipBlock: { cidr } });

/** All pods of a namespace. */
export const inNamespace = (name: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

/** All pods of a namespace of the platform. */
export const inRole = (role: NamespaceRole): Peer => inNamespace(namespaces[role]);

/** Pods with a label. */
export const pods = (label: string, value: string): Selector => ({
  matchLabels: { [label]: value },
});

/** Pods with one of these values of a label. */
export const podsOf = (label: string, ...values: string[]): Selector => ({
  matchExpressions: [{ key: label, operator: "In", values }],
});

/** Pods without any of these values of a label; also those that do not have it. */
export const podsBut = (label: string, ...values: string[]): Selector => ({
  matchExpressions: [{ key: label, operator: "NotIn", values }],
});

/** Pods of the same namespace. */
export const neighbours: Peer = { podSelector: {} };

/**
 * Addresses in and outside the cluster, without the instance metadata service and the other
 * link-local addresses.
 */
export const anywhere: Peer = { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } };
