import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder as sample } from "../../harness/fixtures";
import { loadRelease } from "../../../services/evidence/load";
import type { Scan } from "../../../services/evidence/release";
import { inspectionProblems, inspectRelease } from "../../../services/evidence/inspection";
import { leaving, publish, type Publication } from "../../../cli/release/publish";
import { pinnedBases, scanIn } from "../../../cli/release/image";
import { testKey } from "../../support/signing";

const repository = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval";
const pushed = `sha256:${"ab".repeat(32)}`;
const bills = { server: `sha256:${"1".repeat(64)}`, training: `sha256:${"2".repeat(64)}` };
const found: Scan = {
  scanner: "Amazon ECR",
  at: "2026-11-25T00:00:00.000Z",
  digest: pushed,
  highest: "low",
};
const ours = testKey();
let modelsFolder: string;

beforeEach(() => {
  modelsFolder = mkdtempSync(join(tmpdir(), "causeway-test-publish-"));
  cpSync(sample, modelsFolder, { recursive: true });
});
afterEach(() => rmSync(modelsFolder, { recursive: true }));

const folder = () => join(modelsFolder, "loan-approval", "release");
const files = () =>
  ["manifest.json", "attestation.json"].map((name) => readFileSync(join(folder(), name), "utf8"));
const publication = (more: Partial<Publication> = {}): Publication => ({
  modelsFolder,
  model: "loan-approval",
  repository,
  signers: [ours.signer],
  bills,
  build: () => pushed,
  scan: () => found,
  approvals: () => [],
  ...more,
});

describe("publishing a model", () => {
  test("writes image, bills of materials and scan into a manifest that is valid and else unchanged", () => {
    const before = loadRelease(modelsFolder, "loan-approval");
    const tags: string[] = [];
    expect(publish(publication({ build: (_model, tag) => (tags.push(tag), pushed) }))).toBe(
      `${repository}@${pushed}`,
    );
    expect(tags).toEqual([
      expect.stringMatching(new RegExp(`^${repository}:${before.version}-[0-9a-f]{12}$`)),
    ]);
    expect(loadRelease(modelsFolder, "loan-approval")).toEqual({
      ...before,
      published: true,
      image: { repository, digest: pushed },
      bills,
      scan: found,
    });
  });

  test("signs before the build, for the server in the image, and after it, with the image as a subject", () => {
    const build = (_model: string, _tag: string, attestation: string) => {
      expect(attestation).toMatch(/^sha256:/);
      expect(inspectRelease(folder(), [ours.publicKey]).signature.state).toBe("trusted");
      return pushed;
    };
    publish(publication({ build }));
    const inspection = inspectRelease(folder(), [ours.publicKey]);
    expect(inspectionProblems(inspection)).toEqual([]);
    expect(inspection.signature.state).toBe("trusted");
    expect(inspection.checks).toContainEqual({
      name: `image ${repository}`,
      found: pushed,
      allowed: pushed,
    });
  });

  test("publishes without a scan where the registry has no scanner, and forgets an earlier one", () => {
    publish(publication());
    publish(publication({ scan: () => undefined }));
    expect(loadRelease(modelsFolder, "loan-approval").scan).toBeUndefined();
  });

  test("changes nothing when the build or the scan fails", () => {
    const before = files();
    const refuse = () => {
      throw new Error("refused");
    };
    expect(() => publish(publication({ build: refuse }))).toThrow("refused");
    expect(() => publish(publication({ scan: refuse }))).toThrow("refused");
    expect(files()).toEqual(before);
  });

  test("refuses a digest that is none, and signs no file that the manifest does not name", () => {
    const before = files();
    expect(() => publish(publication({ build: () => "latest" }))).toThrow(/allowed: a digest/);
    expect(files()).toEqual(before);
    writeFileSync(join(folder(), "model-card.md"), "# Another card");
    expect(() => publish(publication())).toThrow(/digest of model-card\.md in manifest\.json/);
  });

  test("says what leaves a registry when a published release goes to another", () => {
    const release = () => loadRelease(modelsFolder, "loan-approval");
    expect(leaving({ ...release(), published: false }, repository)).toBeUndefined();
    publish(publication());
    expect(leaving(release(), repository)).toBeUndefined();
    expect(leaving(release(), "other.example/loan-approval")).toMatch(
      new RegExp(`^LEAVES ${repository}: .* until the new image is in that registry too$`),
    );
  });

  test("names the model that does not exist", () => {
    expect(() => publish(publication({ model: "nobody" }))).toThrow(/nobody/);
  });

  test("reads the highest severity out of the registry's answer", () => {
    const answer = (findingSeverityCounts: Record<string, number>) => ({
      imageScanFindings: {
        imageScanCompletedAt: "2026-11-25T01:00:00+01:00",
        findingSeverityCounts,
      },
    });
    expect(scanIn(answer({ LOW: 3, HIGH: 1, INFORMATIONAL: 9 }), pushed)).toEqual({
      ...found,
      highest: "high",
    });
    const counts: Record<string, number>[] = [
      {},
      { INFORMATIONAL: 2 },
      { MEDIUM: 0, LOW: 1 },
      { UNDEFINED: 1 },
      { CRITICAL: 1, LOW: 1 },
    ];
    expect(counts.map((found) => scanIn(answer(found), pushed).highest)).toEqual([
      "none",
      "none",
      "low",
      "high",
      "critical",
    ]);
    expect(() => scanIn({ imageScanStatus: { status: "FAILED" } }, pushed)).toThrow(
      /imageScanFindings/,
    );
  });

  test("refuses base images by tag and names each", () => {
    const file = join(modelsFolder, "bases.env");
    writeFileSync(file, `# bases\nBUILD_IMAGE=node:22\nRUNTIME_IMAGE=distroless@${pushed}\n`);
    expect(() => pinnedBases(file)).toThrow(
      /BUILD_IMAGE: got "node:22", allowed: an image by digest/,
    );
    writeFileSync(file, `BUILD_IMAGE=node@${pushed}\n`);
    expect(pinnedBases(file)).toEqual([`BUILD_IMAGE=node@${pushed}`]);
  });
});
