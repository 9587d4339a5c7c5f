import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generated } from "../../../cli/docs/docs";

test.each(Object.entries(generated))(
  "docs/%s is what the code gives: npm run docs",
  (name, text) => {
    expect(readFileSync(join(__dirname, "..", "..", "..", "docs", name), "utf8")).toBe(text);
  },
);

test("the list of keys names every key of the schema once", () => {
  const keys = generated["configuration.md"]!.match(/^\| `causeway:\w+`/gm)!;
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBe(
    Object.keys(
      (
        JSON.parse(generated["stack.schema.json"]!) as {
          properties: { config: { properties: object } };
        }
      ).properties.config.properties,
    ).length,
  );
});
