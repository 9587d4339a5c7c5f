import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder } from "../../harness/fixtures";
import { loadRelease } from "../../../services/evidence/load";
import { readLedger, storeAt } from "../../../services/evidence/ledger";
import { renew, type Renewal } from "../../../cli/release/renew";
import { digestOf } from "../../../services/contract/digests";

const model = "loan-approval";
let models = "";
beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), "causeway-renew-test-"));
  cpSync(modelsFolder, models, { recursive: true });
});
afterEach(() => rmSync(models, { recursive: true, force: true }));

const option = (args: readonly string[], name: string) => args[args.indexOf(name) + 1]!;

/**
 * Stands in for the steps: a release made at another time, and the fact that the last step states.
 */
function steps(args: readonly string[]): void {
  const manifest = join(option(args, "--to"), "manifest.json");
  writeFileSync(
    manifest,
    JSON.stringify({
      ...loadRelease(models, model),
      createdAt: option(args, "--created-at"),
      version: option(args, "--version"),
    }),
  );
  mkdirSync(join(option(args, "--run"), "facts"), { recursive: true });
  writeFileSync(
    join(option(args, "--run"), "facts", "release.json"),
    JSON.stringify({
      action: "release",
      subject: model,
      at: option(args, "--created-at"),
      details: { manifest: digestOf(readFileSync(manifest)) },
    }),
  );
}

const given = (more: Partial<Renewal> = {}): Renewal => ({
  models,
  model,
  ledger: join(models, "ledger.jsonl"),
  actor: "maintainers",
  createdAt: "2026-11-29T12:00:00Z",
  steps,
  ...more,
});

test("makes the release again in its version, and the ledger's last release is the one that lies there", async () => {
  const { version } = loadRelease(models, model);
  expect(await renew(given())).toEqual(["release"]);
  expect(loadRelease(models, model)).toMatchObject({ version, createdAt: "2026-11-29T12:00:00Z" });
  const last = readLedger(storeAt(join(models, "ledger.jsonl"))).at(-1)!;
  expect(last).toMatchObject({
    action: "release",
    actor: "maintainers",
    details: {
      manifest: digestOf(readFileSync(join(models, model, "release", "manifest.json"))),
      run: `${version}-2026-11-29T12:00:00Z`,
    },
  });
});

test("makes nothing over a ledger that does not hold, and none in place of a published release", async () => {
  const never = () => {
    throw new Error("the steps were run");
  };
  const ledger = join(models, "other.jsonl");
  writeFileSync(ledger, "no entry\n");
  await expect(renew(given({ ledger, steps: never }))).rejects.toThrow("does not verify");
  writeFileSync(
    join(models, model, "release", "manifest.json"),
    JSON.stringify({ ...loadRelease(models, model), published: true }),
  );
  await expect(renew(given({ steps: never }))).rejects.toThrow(
    "published: got true, allowed: a release that is not published",
  );
});
