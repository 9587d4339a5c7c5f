import { packageNamespaces } from "./load";
import { schemaByTarget, secretKeys } from "./schema";

const prefix = "causeway:";

/**
 * The JSON Schema of the stack files' `config` block, for editors. The keys follow from the target
 * by `if` and `then`, so that an editor speaks of one target alone.
 */
export function configJsonSchema(): Record<string, unknown> {
  const target = `${prefix}target`;
  return {
    $schema: schemaByTarget.aws.$schema,
    title: "Causeway stack configuration",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { [target]: { enum: Object.keys(schemaByTarget) } },
        required: [target],
        allOf: Object.entries(schemaByTarget).map(([name, schema]) => ({
          if: { properties: { [target]: { const: name } } },
          then: {
            properties: Object.fromEntries(
              Object.entries(schema.properties ?? {}).map(([key, value]) => [prefix + key, value]),
            ),
            required: (schema.required ?? []).map((key) => prefix + key),
            patternProperties: { [`^(${packageNamespaces.join("|")}):`]: {} },
            additionalProperties: false,
          },
        })),
      },
    },
    required: ["config"],
  };
}

/** `docs/configuration.md`: every key, whether it is required, and what it is for. */
export function configDocument(): string {
  const { aws, kubernetes } = schemaByTarget;
  const rows = Object.entries({
    ...aws.properties,
    ...kubernetes.properties,
    ...aws.properties,
  }).map(([key, value]) => {
    const description = typeof value === "object" ? (value.description ?? "") : "";
    return `| \`${prefix}${key}\` | ${needOf(key)} | ${description} |`;
  });
  return `# Stack configuration

Check a stack file. The command lists all problems at once: key, value got, value allowed.

\`\`\`
npx causeway plan --stack <stack>
\`\`\`

These are the keys of \`Pulumi.<stack>.yaml\`. A stack whose \`target\` is \`kubernetes\` has one region without \`cidr\`, a \`domain\` without \`hostedZoneId\`, and no key that is for \`aws\`; a key that is for \`kubernetes\` is no key on AWS. \`npm run docs\` writes this page and \`stack.schema.json\` from \`infra/stack/schema.ts\`.

| key | needed by | what it is |
| --- | --- | --- |
${rows.join("\n")}
`;
}

/** Who needs a key, in words. No key is required on a cluster alone. */
function needOf(key: string): string {
  const { aws, kubernetes } = schemaByTarget;
  const targets = Object.entries(schemaByTarget).filter(([, { properties = {} }]) =>
    Object.hasOwn(properties, key),
  );
  const needed = aws.required?.includes(key);
  const need = needed
    ? kubernetes.required?.includes(key)
      ? "every stack"
      : "every stack on `aws`"
    : "optional";
  return [
    need,
    ...(targets.length === 1 && !needed ? targets.map(([target]) => `for \`${target}\``) : []),
    ...(secretKeys.some((secret) => secret === key) ? ["encrypted"] : []),
  ].join(", ");
}
