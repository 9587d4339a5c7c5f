import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { destinationOf } from "../../cli/stack-outputs";

const outputs = {
  repositories: { "loan-approval": "registry.example/models/loan-approval" },
  signingKey: "awskms:///arn:aws:kms:eu-west-1:111122223333:alias/example-signing",
  ledger: "s3://example-audit/ledger",
};
const answers: Record<string, string> = {
  prod: `echo '${JSON.stringify(outputs)}'`,
  local: "echo '{}'",
  none: "echo \"error: no stack named 'none' found\" >&2; exit 1",
  broken: "echo 'error: no passphrase' >&2; exit 255",
};

let folder: string;
const { PATH } = process.env;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-outputs-"));
  const cases = Object.entries(answers).map(([stack, answer]) => `${stack}) ${answer};;`);
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\ncase "$5" in ${cases.join(" ")} esac\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  process.env["PATH"] = `${folder}${delimiter}${PATH ?? ""}`;
});
afterAll(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});

describe("where an image is published", () => {
  it("is what the stack says, but for what the command line says", () => {
    expect(destinationOf("loan-approval", { stack: "prod" })).toEqual({
      repository: outputs.repositories["loan-approval"],
      key: outputs.signingKey,
      ledger: outputs.ledger,
    });
    const own = { repository: "own.example/model", key: "key.pem", ledger: "ledger.jsonl" };
    expect(destinationOf("loan-approval", { stack: "prod", ...own })).toEqual(own);
    expect(destinationOf("loan-approval", { repository: own.repository })).toEqual({
      repository: own.repository,
    });
  });

  it.each([
    ["loan-approval", undefined, "--repository: got nothing, allowed: the URL of a repository, or"],
    ["churn", "prod", "--stack: prod has no repository for churn; it has loan-approval"],
    [
      "loan-approval",
      "local",
      "--stack: got local, allowed: a stack on AWS of the stage foundation",
    ],
    ["loan-approval", "none", "--stack: got none, of which the backend knows nothing"],
    ["loan-approval", "broken", "pulumi stack output: error: no passphrase"],
  ])("is asked for: %s on %s", (image, stack, message) => {
    expect(() => destinationOf(image, { stack })).toThrow(message);
  });
});
