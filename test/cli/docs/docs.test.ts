import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generated } from "../../../cli/docs/docs";

test.each(Object.entries(generated))(
  "docs/%s is what the code gives: npm run docs",
  (name, text) => {
    expect(readFileSync(join(__dirname, "..", "..", "..", "docs", name), "utf8")).toBe(text);
  },
);

interface StackSchema {
  readonly properties: {
    readonly config: {
      readonly allOf: readonly {
        readonly if: { readonly properties: Record<string, { readonly const: string }> };
        readonly then: {
          readonly properties: Readonly<Record<string, object>>;
          readonly required: readonly string[];
          readonly additionalProperties: boolean;
        };
      }[];
    };
  };
}

/** What an editor holds the stack file of a target to. */
function blockOf(target: string) {
  const { properties } = JSON.parse(generated["stack.schema.json"]!) as StackSchema;
  return properties.config.allOf.find(
    (block) => block.if.properties["causeway:target"]!.const === target,
  )!.then;
}

test("the list of keys names every key of the schema once", () => {
  const keys = generated["configuration.md"]!.match(/(?<=^\| `)causeway:\w+(?=`)/gm)!;
  const blocks = ["aws", "kubernetes"].map((target) => Object.keys(blockOf(target).properties));
  expect([...keys].sort()).toEqual([...new Set(blocks.flat())].sort());
});

test("an editor asks a stack on AWS for its account, and knows no account of a cluster", () => {
  const [aws, cluster] = [blockOf("aws"), blockOf("kubernetes")];
  const ofAws = ["account", "kubernetesVersion", "organization", "recovery"].map(
    (key) => `causeway:${key}`,
  );
  expect(aws.required).toEqual(expect.arrayContaining(ofAws));
  for (const key of ofAws) expect(cluster.properties).not.toHaveProperty([key]);
  expect([aws.additionalProperties, cluster.additionalProperties]).toEqual([false, false]);
});

test("the README is read in one sitting: at most 80 lines", () => {
  expect(generated["../README.md"]!.trimEnd().split("\n").length).toBeLessThanOrEqual(80);
});
