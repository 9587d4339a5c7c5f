import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy";
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1beta1/PeerAuthentication";
import { callerHeader } from "../../services/contract/callers";
import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication";
import type { ITelemetry } from "@kubernetes-models/istio/telemetry.istio.io/v1alpha1/Telemetry";
import { gatewayName, namespaces, partOf } from "../kubernetes/labels";
import { gatewayPodLabels, healthPath } from "../kubernetes/gateway";

/** Who issues the tokens of callers. */
export interface Identity {
  /** Issuer of the tokens, as their `iss` says it. */
  readonly issuer: string;
  /** Where the issuer publishes its keys, https. */
  readonly jwksUri: string;
  /** Audiences of which a token must name one. */
  readonly audiences: readonly string[];
}

const meshWide = (name: string) => ({ name, namespace: namespaces.mesh, labels: partOf });
const atGateway = (name: string) => ({ name, namespace: namespaces.gateway, labels: partOf });

/** Every workload takes mutual TLS alone; in the root namespace, so it holds for all of them. */
export function strictMutualTls() {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: meshWide("default"),
    spec: { mtls: { mode: "STRICT" } } satisfies IPeerAuthentication["spec"],
  };
}

/** An empty policy allows nothing: what no other policy allows is refused, in every namespace. */
export function denyByDefault() {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: meshWide("default-deny"),
    spec: {} satisfies IAuthorizationPolicy["spec"],
  };
}

/** Each request leaves a line with who, what and how it ended; never its body. */
export function accessLogs() {
  return {
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: meshWide("default"),
    spec: { accessLogging: [{ providers: [{ name: "envoy" }] }] } satisfies ITelemetry["spec"],
  };
}

/**
 * A token that is not the issuer's, not for us, or expired is refused; whether one is needed at all
 * says {@link callerPolicy}.
 */
export function tokenAuthentication({ issuer, jwksUri, audiences }: Identity) {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "RequestAuthentication",
    metadata: atGateway("callers"),
    spec: {
      selector: { matchLabels: { ...gatewayPodLabels } },
      // The token ends at the gateway: a model has no use for it and must not log it.
      jwtRules: [
        {
          issuer,
          jwksUri,
          audiences: [...audiences],
          forwardOriginalToken: false,
          // A model takes a label from the caller that asked for the prediction.
          outputClaimToHeaders: [{ header: callerHeader, claim: "sub" }],
        },
      ],
    } satisfies IRequestAuthentication["spec"],
  };
}

/**
 * What callers may ask of the gateway: models with a token of the issuer, and the health of the
 * region without one.
 */
export function callerPolicy({ issuer }: Identity) {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: atGateway("callers"),
    spec: {
      selector: { matchLabels: { ...gatewayPodLabels } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { requestPrincipals: [`${issuer}/*`] } }],
          to: [{ operation: { methods: ["GET", "POST"], paths: ["/v2/*"] } }],
        },
        { to: [{ operation: { methods: ["GET"], paths: [healthPath] } }] },
      ],
    } satisfies IAuthorizationPolicy["spec"],
  };
}

/** Name of the gateway's certificate and of the secret that holds it. */
export const gatewayCertificateName = `${gatewayName}-tls`;
