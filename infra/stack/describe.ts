import { z } from "zod";
import { configSchema, secretKeys } from "./schema";

const prefix = "causeway:";

/** The JSON Schema of the stack files' `config` block, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([key, value]) => [prefix + key, value]),
  );
  const required = (schema.required ?? []).map((key) => prefix + key);
  return {
    $schema: schema.$schema,
    title: "Causeway stack configuration",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties,
        required,
        patternProperties: { "^(?!causeway:)[a-z]+:": {} },
        additionalProperties: false,
      },
    },
    required: ["config"],
  };
}

/** `docs/configuration.md`: every key, whether it is required, and what it is for. */
export function configDocument(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const description = typeof value === "object" ? (value.description ?? "") : "";
    const need = schema.required?.includes(key) ? "every stack" : "optional";
    return `| \`${prefix}${key}\` | ${secretKeys.some((secret) => secret === key) ? `${need}, encrypted` : need} | ${description} |`;
  });
  return `# Stack configuration

Check a stack file. The command lists all problems at once: key, value got, value allowed.

\`\`\`
npx causeway plan --stack <stack>
\`\`\`

These are the keys of \`Pulumi.<stack>.yaml\`. If \`target\` is \`aws\`, \`account\`, \`kubernetesVersion\`, \`domain\` and \`recovery\` are required. \`npm run docs\` writes this page and \`stack.schema.json\` from \`infra/stack/schema.ts\`.

| key | needed by | what it is |
| --- | --- | --- |
${rows.join("\n")}
`;
}
