import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/**
 * Files that read JSON by `JSON.parse`, which takes a key that is there twice and any depth, and why
 * they may. Whatever somebody else wrote is read by services/contract/json.ts.
 */
const exempt: Readonly<Record<string, string>> = {
  "services/contract/json.ts": "it is the reader",
  "services/delivery/connection.ts": "answers of the API server",
  "services/delivery/rollout.ts": "answers of the API server",
  "services/evidence/checkpoint.ts": "takes the one text of a checkpoint only",
  "services/evidence/ledger/verify.ts": "takes the one text of an entry only",
  "cli/access/elevate.ts": "answers of the API server",
  "cli/checks/packages.ts": "what a program of this repository prints",
  "cli/checks/vulnerabilities.ts": "answers of npm and pip-audit",
  "cli/docs/walks.ts": "a file of this repository",
  "cli/doctor/programs.ts": "what installed programs print",
  "cli/doctor/tools.ts": "a file of this repository",
  "cli/drill/state.ts": "what pulumi prints",
  "cli/plan/difference.ts": "a plan, which is deeper, of a run of causeway plan",
  "cli/plan/main.ts": "what this command wrote",
  "cli/plan/watch.ts": "what the program made",
  "cli/privacy/lineage.ts": "what a program of this repository prints",
  "cli/privacy/personal-data.ts": "a file of this repository",
  "cli/rehearse/http.ts": "what servers of this repository answer",
  "cli/rehearse/servers.ts": "what servers of this repository print",
  "cli/rehearse/training.ts": "what this command wrote",
  "cli/rehearse/workspace.ts": "what this command wrote",
  "cli/release/ask-kms.ts": "what this command asks itself",
  "cli/release/image.ts": "what docker and AWS answer",
  "cli/release/sbom.ts": "files of this repository",
  "cli/release/signers.ts": "what this command answers itself",
  "cli/stack-outputs.ts": "what pulumi prints",
  "infra/stack/config.ts": "what the engine says",
  "infra/stack/runbooks.ts": "a file of this repository",
};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

test("every reader of JSON refuses what two readers could understand differently", () => {
  const found = ["services", "infra", "policies", "cli"]
    .flatMap(sources)
    .filter((path) => readFileSync(join(root, path), "utf8").includes("JSON.parse("));
  expect(found.sort()).toEqual(Object.keys(exempt).sort());
});
