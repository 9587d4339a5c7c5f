import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import program from "../../infra";
import { rules } from "../../policies/rules";
import { InputError } from "../../services/contract/problems";
import { openLedger } from "../../services/delivery/ledger-location";
import { runCommand } from "../command-line";
import { connect, send } from "../../services/delivery/connection";
import { encryptionDocument } from "../encryption/document";
import { encryptionWalk } from "../encryption/walk";
import { planStack } from "../plan/plan";
import { viewOf } from "../plan/resource";
import { accessArguments, usage } from "./arguments";
import { elevate } from "./elevate";
import { review, reviewMarkdown } from "./review";

const project = resolve(__dirname, "..", "..");

async function main(args: readonly string[]): Promise<void> {
  const given = accessArguments(args);
  if (given.command === "review") return writeReview(given.stack);
  const { user, namespace, minutes, reason, context } = given;
  const connection = await connect(context === undefined ? {} : { context });
  const { name, expires } = await elevate(
    (request) => send(connection, request),
    await openLedger(given.ledger),
    { user, namespace, seconds: minutes * 60, reason },
  );
  console.log(
    `${user} may repair in ${namespace} until ${expires} (${name}); kubectl -n ${namespace} delete job ${name} ends it sooner`,
  );
}

async function writeReview(stack: string): Promise<void> {
  const { resources } = await planStack({ project, stack, program, rules });
  const rights = review(resources.map(viewOf));
  const walk = encryptionWalk(resources);
  const row = ({
    resource,
    ...rest
  }: (typeof walk.stores)[number] | (typeof walk.listeners)[number]) => ({
    type: resource.type,
    name: resource.name,
    region: resource.region,
    ...rest,
  });
  const files = {
    "access-review.md": reviewMarkdown(rights),
    "access-review.json": `${JSON.stringify(rights, null, 2)}\n`,
    "encryption.md": encryptionDocument(walk),
    "encryption.json": `${JSON.stringify({ stores: walk.stores.map(row), listeners: walk.listeners.map(row), unclassified: walk.unclassified }, null, 2)}\n`,
  };
  mkdirSync(join(project, "out"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, "out", name), text);
  console.log(
    `${stack}: ${rights.length} rights, ${walk.stores.length} stores, ${walk.listeners.length} listeners -> ${Object.keys(
      files,
    )
      .map((name) => join("out", name))
      .join(", ")}`,
  );
}

if (require.main === module) {
  void runCommand(main, (error) => {
    if (!(error instanceof InputError)) return 1;
    console.error(`\n${usage}`);
    return 2;
  });
}
