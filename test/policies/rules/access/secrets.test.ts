import { rule as secretToken } from "../../../../policies/rules/access/service-account-secret";
import { rule as config } from "../../../../policies/rules/access/config-secret";
import { rule as env } from "../../../../policies/rules/access/env-secret";
import { namesSecret, secretIn } from "../../../../policies/kubernetes";
import { configMap } from "../../../support/baselines/platform";
import { ruleSuite, set, type Props } from "../../../support/rule-suite";
import { goodRollout } from "../reliability/good";

// Put together here, so that scanners of this repository have nothing to find.
const accessKey = ["AKIA", "IOSFODNN7EXAMPLE"].join("");
const privateKey = ["-----BEGIN RSA", "PRIVATE KEY-----"].join(" ");
const container = "spec.template.spec.containers.0";
const variable = (good: Props, value: Props) => set(good, `${container}.env`, [value]);

ruleSuite(env, {
  type: "kubernetes:argoproj.io/v1alpha1:Rollout",
  good: goodRollout(),
  deviations: {
    "a password by name": (good) => ({
      deviant: variable(good, { name: "DB_PASSWORD", value: "hunter2" }),
      message:
        /^container "server" of Rollout "scorer" must not hold a credential in plain text, got what its name calls a credential in the environment variable DB_PASSWORD$/,
    }),
    "an access key by its form": (good) => ({
      deviant: variable(good, { name: "SETTING", value: accessKey }),
      message: /got an AWS access key id in the environment variable SETTING$/,
    }),
    "a password in a URL": (good) =>
      variable(good, { name: "DATABASE_URL", value: "postgres://app:hunter2@db.example.com/app" }),
    "a secret as an environment variable": (good) => ({
      deviant: variable(good, {
        name: "WEBHOOK",
        valueFrom: { secretKeyRef: { name: "webhook", key: "url" } },
      }),
      message: /must read secrets from files, got the environment variable WEBHOOK$/,
    }),
    "a credential in an argument": (good) => ({
      deviant: set(good, `${container}.args`, [`--key=${accessKey}`]),
      message: /got an AWS access key id in args$/,
    }),
  },
});

ruleSuite(config, {
  type: "kubernetes:core/v1:ConfigMap",
  good: configMap,
  deviations: {
    "a private key": (good) => ({
      deviant: set(good, "data.tls", privateKey),
      message: /^ConfigMap "settings" must not hold a credential, got a private key in tls$/,
    }),
    "a password by name": (good) => set(good, "data.smtp-password", "hunter2"),
  },
});

it.each([
  ["DB_PASSWORD", true],
  ["apiKey", true],
  ["client_secret", true],
  ["GITHUB_TOKEN", true],
  ["TOKEN_FILE", false],
  ["tokenUrl", false],
  ["MAX_TOKENS", false],
  ["PASSWORD_POLICY", false],
])("judges the name %s", (name, secret) => {
  expect(namesSecret(name)).toBe(secret);
});

it.each([
  [accessKey, "an AWS access key id"],
  [privateKey, "a private key"],
  ["https://user:hunter2@example.com", "a password in a URL"],
  ["https://example.com/path@2x", undefined],
  ["sha256:0123456789abcdef", undefined],
])("recognises %s", (text, what) => expect(secretIn(text)).toBe(what));

ruleSuite(secretToken, {
  type: "kubernetes:core/v1:Secret",
  good: { metadata: { name: "certificate", namespace: "causeway-models" }, type: "Opaque" },
  deviations: {
    "a token of a service account": (good) => ({
      deviant: { ...good, type: "kubernetes.io/service-account-token" },
      message: /^Secret "certificate" must not be a token that does not expire$/,
    }),
  },
});
