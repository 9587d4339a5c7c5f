import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import program from "../../infra";
import { configDocument, configJsonSchema } from "../../infra/stack/describe";
import { coverageMarkdown, tiersMarkdown } from "../../policies/coverage";
import { rules } from "../../policies/rules";
import { contractSchema } from "../../services/contract/contract";
import { jsonHelp, type CommandLine } from "../command";
import { accessDocument } from "../access/document";
import { encryptionDocument } from "../encryption/document";
import { encryptionWalk } from "../encryption/walk";
import { quotaTable } from "../doctor/quota-needs";
import { serviceRoleTable } from "../doctor/service-roles";
import { admissionRecord } from "./admission";
import { gatesPage } from "./gates";
import { planStack } from "../plan/plan";
import { viewOf, type RecordedResource } from "../plan/resource";
import { serviceAuthorization, serviceAuthorizationFile } from "./service-authorization";
import { threatsPage } from "./threats/page";
import { loadWalks, walksMarkdown } from "./walks";

const root = join(__dirname, "..", "..");
const docs = join(root, "docs");

/**
 * A page that people write, with parts made from the code, each between `<!-- name: ... -->` and
 * `<!-- /name -->`.
 */
function withPart(page: string, name: string, part: string): string {
  return withParts(page, { [name]: part });
}

function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce(
    (text, [name, part]) => partReplaced(page, text, name, part),
    readFileSync(join(docs, page), "utf8"),
  );
}

function partReplaced(page: string, text: string, name: string, part: string): string {
  const [start, end] = [text.indexOf(`<!-- ${name}:`), text.indexOf(`<!-- /${name} -->`)];
  if (start < 0 || end < start)
    throw new Error(`docs/${page} must have <!-- ${name}: ... --> and <!-- /${name} -->`);
  return `${text.slice(0, text.indexOf("-->", start))}-->\n${part}\n${text.slice(end)}`;
}

/** What `npx causeway --help` prints. */
function help(): string {
  const launcher = join(root, "cli", "causeway.mjs");
  return execFileSync(process.execPath, [launcher, "--help"], { encoding: "utf8" }).trimEnd();
}

const modelSchema = `${JSON.stringify({ title: "Contract of a model", ...z.toJSONSchema(contractSchema, { io: "input" }) }, null, 2)}\n`;

/** Pages that are made from the code; `npm run docs` writes them, and a test holds them equal. */
export const generated: Readonly<Record<string, string>> = {
  "stack.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "model.schema.json": modelSchema,
  // What the training steps read.
  "../services/training/causeway_training/model.schema.json": modelSchema,
  "configuration.md": configDocument(),
  "coverage.md": `# Coverage\n\nThis page lists, for each clause of a framework, the policy rules that help to meet it, or who else has to. To see whether a stack passes the rules:\n\n\`\`\`\nnpx causeway plan --stack prod\n\`\`\`\n\n\`npm run docs\` makes this page from the rules and from \`policies/frameworks.ts\`. A rule never shows that a clause is met, only a part of it. The people responsible decide about the rest.\n\n${coverageMarkdown(rules)}`,
  "governance.md": withPart("governance.md", "tiers", tiersMarkdown()),
  "threats.md": threatsPage(),
  "../policies/admission.json": admissionRecord(),
  "gates.md": gatesPage(),
  "../README.md": withPart("../README.md", "commands", `\`\`\`\n${help()}\n\`\`\``),
  "architecture.md": withPart(
    "architecture.md",
    "walks",
    walksMarkdown(loadWalks(join(docs, ".."))),
  ),
};

/** Resources of the stacks that pages describe. */
interface PlannedStacks {
  readonly dev: readonly RecordedResource[];
  readonly prod: readonly RecordedResource[];
}

/**
 * Pages that are made from the resources of stacks; tests of the whole program hold them equal.
 */
export function planned({ dev, prod }: PlannedStacks): Readonly<Record<string, string>> {
  return {
    "access.md": accessDocument(prod.map(viewOf)),
    "encryption.md": encryptionDocument(encryptionWalk(prod)),
    "first-run.md": firstRunPage({ dev, prod }),
  };
}

/** The page on the first run: what stacks need of an account. */
export function firstRunPage({ dev, prod }: PlannedStacks): string {
  const stacks = [
    { name: "dev", resources: dev },
    { name: "prod", resources: prod },
  ];
  return withParts("first-run.md", {
    "service-linked roles": serviceRoleTable(stacks),
    quotas: quotaTable(stacks),
  });
}

export const verb: CommandLine = {
  details:
    "Writes the pages of docs/, the table of commands in README.md and the copy of the service authorization reference. npm run docs writes the index of the rules before.",
  examples: ["", "--project test/fixtures/stacks"],
  define: (command, terminal) =>
    command
      .option(
        "--project <folder>",
        "the project whose stacks access.md, encryption.md and first-run.md describe",
        root,
      )
      .option("--json", jsonHelp)
      .action(async ({ project }) => {
        const dev = await planStack({ project, stack: "dev", program, rules });
        const prod = await planStack({ project, stack: "prod", program, rules });
        writeFileSync(serviceAuthorizationFile, await serviceAuthorization());
        const pages = { ...generated, ...planned({ dev: dev.resources, prod: prod.resources }) };
        for (const [name, text] of Object.entries(pages)) writeFileSync(join(docs, name), text);
        terminal.result({ files: Object.keys(pages).map((name) => join("docs", name)) }, [
          `wrote ${Object.keys(pages).join(", ")} to docs/`,
        ]);
      }),
};
