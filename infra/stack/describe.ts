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

Keys of \`Pulumi.<stack>.yaml\`. This page and \`stack.schema.json\` are written by \`npm run docs\` from \`infra/stack/schema.ts\`.
A bad file is refused with all its problems at once: key, value got, value allowed.
\`account\`, \`kubernetesVersion\`, \`domain\` and \`recovery\` are required where \`target\` is \`aws\`.

| key | needed by | what it is |
| --- | --- | --- |
${rows.join("\n")}
`;
}
