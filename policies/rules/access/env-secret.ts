import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";
import { namesSecret, secretIn } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-env-secret",
  area: "access",
  description: "A container must not get a credential as plain text or as an environment variable.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Mount a Secret as a file, or read it from Secrets Manager through Pod Identity.",
  url: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
  frameworks: [
    { framework: "cis-eks", clause: "4.4.1" },
    { framework: "ml-lens", clause: "MLSEC-05" },
  ],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => [
      ...list(container.spec, "env").flatMap(problem),
      ...["command", "args"].flatMap((key) =>
        list(container.spec, key).flatMap((item) => typed(key, item)),
      ),
    ]),
});

function problem(variable: unknown): string[] {
  const name = text(variable, "name") ?? "";
  const value = text(variable, "value");
  if (at(variable, "valueFrom.secretKeyRef") !== undefined)
    return [`read secrets from files, got the environment variable ${name}`];
  const found =
    value === undefined || value === ""
      ? undefined
      : (secretIn(value) ?? (namesSecret(name) ? "what its name calls a credential" : undefined));
  return found === undefined
    ? []
    : [`not hold a credential in plain text, got ${found} in the environment variable ${name}`];
}

function typed(key: string, item: unknown): string[] {
  const found = typeof item === "string" ? secretIn(item) : undefined;
  return found === undefined ? [] : [`not hold a credential in plain text, got ${found} in ${key}`];
}
