import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1beta1/Gateway";
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService";
import type * as pulumi from "@pulumi/pulumi";
import { gatewayName, namespaces, partOf } from "../kubernetes/labels";
import { gatewayPodLabels, gatewayPorts, healthPath } from "../kubernetes/gateway";
import { gatewayCertificateName } from "./mesh-policies";

/** Where the gateway asks whether the region can serve. */
export interface ReadinessRoute {
  /** Full name of a Service, e.g. `loan-approval-stable.causeway-models.svc.cluster.local`. */
  readonly host: string;
  readonly port: number;
  /** Path that answers 200 while the service can serve, e.g. `/v2/models/loan-approval/ready`. */
  readonly path: string;
}

const metadata = (name: string) => ({ name, namespace: namespaces.gateway, labels: partOf });
const caName = "causeway-ca";

/** TLS 1.2 or later for the given host names, and no plain port. */
export function gateway(hosts: readonly string[]) {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(gatewayName),
    spec: {
      selector: { ...gatewayPodLabels },
      servers: [
        {
          port: { name: "https", number: gatewayPorts.tls, protocol: "HTTPS" },
          hosts: [...hosts],
          tls: {
            mode: "SIMPLE",
            credentialName: gatewayCertificateName,
            minProtocolVersion: "TLSV1_2",
          },
        },
      ],
    } satisfies IGateway["spec"],
  };
}

/**
 * The health of the region, as Route 53 asks for it. It is the health of a model, seen through
 * gateway, mesh and server; where no model is named the gateway answers by itself, which says only
 * that the gateway lives.
 */
export function healthRoute(hosts: readonly string[], readiness: ReadinessRoute | undefined) {
  const match = [{ uri: { exact: healthPath }, method: { exact: "GET" } }];
  const answer = readiness
    ? {
        rewrite: { uri: readiness.path },
        route: [
          { destination: { host: readiness.host, port: { number: readiness.port } }, weight: 100 },
        ],
        // Below Route 53's own timeout of two seconds; a failed check is asked again soon enough.
        timeout: "1.5s",
        retries: { attempts: 0 },
      }
    : { directResponse: { status: 200, body: { string: "ok" } } };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(`${gatewayName}-health`),
    spec: {
      hosts: [...hosts],
      gateways: [`${namespaces.gateway}/${gatewayName}`],
      http: [{ name: "health", match, ...answer }],
    } satisfies IVirtualService["spec"],
  };
}

/**
 * The chain behind the gateway's certificate: a root that signs itself, an authority of the region,
 * and the leaf. The load balancer shows callers a public certificate and encrypts to this one; on a
 * local cluster callers trust the authority.
 */
export function certificates(hosts: readonly string[]) {
  const issuer = (name: string) => ({ name, kind: "Issuer", group: "cert-manager.io" });
  const privateKey = { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" };
  const resource = (kind: string, name: string, spec: object) => ({
    apiVersion: "cert-manager.io/v1",
    kind,
    metadata: metadata(name),
    spec,
  });
  return [
    resource("Issuer", "causeway-root", { selfSigned: {} }),
    resource("Certificate", caName, {
      commonName: caName,
      secretName: caName,
      isCA: true,
      duration: "87600h",
      renewBefore: "8760h",
      privateKey,
      issuerRef: issuer("causeway-root"),
    }),
    resource("Issuer", caName, { ca: { secretName: caName } }),
    resource("Certificate", gatewayCertificateName, {
      secretName: gatewayCertificateName,
      dnsNames: [...hosts],
      duration: "2160h",
      renewBefore: "720h",
      privateKey,
      usages: ["digital signature", "key encipherment", "server auth"],
      issuerRef: issuer(caName),
    }),
  ];
}

/**
 * Registers the gateway's pods at a load balancer that the program owns. EKS Auto Mode wants the
 * target type said.
 */
export function targetGroupBinding(targetGroupARN: pulumi.Input<string>) {
  return {
    apiVersion: "eks.amazonaws.com/v1",
    kind: "TargetGroupBinding",
    metadata: metadata(gatewayName),
    spec: { serviceRef: { name: gatewayName, port: 443 }, targetGroupARN, targetType: "ip" },
  };
}
