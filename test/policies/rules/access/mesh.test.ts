import { rule as allowAll } from "../../../../policies/rules/access/mesh-allow-all";
import { rule as defaultDeny } from "../../../../policies/rules/access/mesh-default-deny";
import { rule as jwt } from "../../../../policies/rules/access/mesh-jwt";
import { rule as issuer } from "../../../../policies/rules/access/jwt-issuer";
import { rule as meshDefault } from "../../../../policies/rules/encryption/mesh-default";
import { rule as telemetry } from "../../../../policies/rules/observability/mesh-telemetry";
import {
  authorizationPolicy,
  meshStack,
  requestAuthentication,
} from "../../../support/baselines/platform";
import { changed, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

ruleSuite(defaultDeny, {
  good: meshStack,
  deviations: {
    "a mesh that allows by default": (good) => ({
      deviant: without(good, "deny-by-default"),
      message: /must have an AuthorizationPolicy with an empty spec in istio-system/,
    }),
    "a policy of one namespace": (good) =>
      changed(good, "deny-by-default", (props) =>
        set(props, "metadata.namespace", "causeway-models"),
      ),
    "a policy for selected workloads": (good) =>
      changed(good, "deny-by-default", (props) =>
        set(props, "spec.selector", { matchLabels: { app: "x" } }),
      ),
    "a policy that allows something": (good) =>
      changed(good, "deny-by-default", (props) =>
        set(props, "spec.rules", [{ from: [{ source: { namespaces: ["one"] } }] }]),
      ),
  },
  configured: [
    {
      title: "a mesh whose root namespace has another name",
      parameters: { rootNamespace: "mesh" },
      subject: (good) =>
        changed(good, "deny-by-default", (props) => set(props, "metadata.namespace", "mesh")),
      fires: false,
    },
  ],
});

it.each([
  ["an authorization policy", defaultDeny, "deny-by-default"],
  ["strict mutual TLS", meshDefault, "mutual-tls"],
  ["access logs", telemetry, "telemetry"],
  ["a request authentication", jwt, "callers"],
] as const)("asks for %s in each of two clusters", (_, rule, name) => {
  expect(rule.check([...meshStack, ...meshStack], {})).toEqual([]);
  expect(rule.check([...meshStack, ...without(meshStack, name)], {})).not.toEqual([]);
});

ruleSuite(jwt, {
  good: meshStack,
  deviations: {
    "a gateway whose callers show no token": (good) => ({
      deviant: without(good, "callers"),
      message:
        /^Gateway "causeway-gateway" must have a RequestAuthentication in its namespace, in each cluster$/,
    }),
    "a request authentication elsewhere": (good) =>
      changed(good, "callers", (props) => set(props, "metadata.namespace", "default")),
  },
});

for (const version of ["v1", "v1beta1"]) {
  ruleSuite(allowAll, {
    type: `kubernetes:security.istio.io/${version}:AuthorizationPolicy`,
    good: authorizationPolicy,
    deviations: {
      "everything from everyone": (good) => ({
        deviant: set(good, "spec.rules", [{}]),
        message: /^rule 1 of AuthorizationPolicy "loan-approval" must say whose requests it allows/,
      }),
      "everything beside something": (good) =>
        set(good, "spec.rules", [...authorizationPolicy.spec.rules, {}]),
    },
  });
}

ruleSuite(issuer, {
  type: "kubernetes:security.istio.io/v1:RequestAuthentication",
  good: requestAuthentication,
  deviations: {
    "no rule": (good) => ({
      deviant: set(good, "spec.jwtRules", []),
      message: /must have a JWT rule$/,
    }),
    "no issuer": (good) => ({
      deviant: unset(good, "spec.jwtRules.0.issuer"),
      message:
        /^JWT rule 1 of RequestAuthentication "callers" must name an issuer by its https URL, got nothing$/,
    }),
    "an issuer over plain HTTP": (good) =>
      set(good, "spec.jwtRules.0.issuer", "http://login.example.com/"),
    "keys over plain HTTP": (good) =>
      set(good, "spec.jwtRules.0.jwksUri", "http://login.example.com/jwks"),
    "no keys": (good) => unset(good, "spec.jwtRules.0.jwksUri"),
    "keys of another host": (good) => ({
      deviant: set(good, "spec.jwtRules.0.jwksUri", "https://keys.example.net/jwks"),
      message:
        /must take the keys of the issuer's own host, got "https:\/\/keys.example.net\/jwks"$/,
    }),
    "tokens for anyone": (good) => ({
      deviant: unset(good, "spec.jwtRules.0.audiences"),
      message: /must list audiences$/,
    }),
  },
  configured: [
    {
      title: "a host of keys that the configuration lists",
      parameters: { keyHosts: ["keys.example.net"] },
      subject: (good) => set(good, "spec.jwtRules.0.jwksUri", "https://keys.example.net/jwks"),
      fires: false,
    },
  ],
});
