import { istio } from "../../istio";
import { ofType } from "../../link";
import { text } from "../../read";
import { stackRule } from "../../rule";
import { subject } from "../workloads/subject";

export const rule = stackRule({
  name: "access-mesh-jwt",
  area: "access",
  description: "A gateway's callers must present a token, so its namespace must have a request authentication.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Add a RequestAuthentication with the issuer of the callers' tokens in the namespace of the gateway.",
  url: "https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#end-user-authentication",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-12" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  check: (resources) => {
    const authenticated = new Set(ofType(resources, ...istio("security", "RequestAuthentication")).map(({ props }) => text(props, "metadata.namespace")));
    return ofType(resources, ...istio("networking", "Gateway"))
      .filter(({ props }) => !authenticated.has(text(props, "metadata.namespace")))
      .map((gateway) => ({ resource: gateway, message: `${subject(gateway)} must have a RequestAuthentication in its namespace` }));
  },
});
