import { occurrences, ofType, text } from "../../resources";
import { istio, subject } from "../../kubernetes";
import { stackRule, type ResourceView } from "../../rule";

export const rule = stackRule({
  name: "access-mesh-jwt",
  area: "access",
  description:
    "A gateway's callers must present a token, so its namespace must have a request authentication.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Add a RequestAuthentication with the issuer of the callers' tokens in the namespace of the gateway.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#end-user-authentication",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  check: (resources) => {
    const within = (kind: readonly ResourceView[], gateway: ResourceView) =>
      occurrences(
        kind.filter(
          ({ props }) =>
            text(props, "metadata.namespace") === text(gateway.props, "metadata.namespace"),
        ),
      );
    const gateways = ofType(resources, istio("networking", "Gateway"));
    const authentications = ofType(resources, istio("security", "RequestAuthentication"));
    return gateways
      .filter((gateway) => within(authentications, gateway) < within(gateways, gateway))
      .map((gateway) => ({
        resource: gateway,
        message: `${subject(gateway)} must have a RequestAuthentication in its namespace, in each cluster`,
      }));
  },
});
