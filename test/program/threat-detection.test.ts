import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planFixture, stackFile } from "../support/stacks";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "causeway-detection-"))));
afterAll(() => rmSync(folder, { recursive: true }));

it("a stack that uses the account's own threat detection creates none and breaks no rule", async () => {
  const configFile = join(folder, "Pulumi.prod.yaml");
  const text = readFileSync(stackFile("prod"), "utf8");
  writeFileSync(configFile, `${text}  causeway:threatDetection: existing\n`);
  const [own, existing] = [await planFixture("prod"), await planFixture("prod", configFile)];
  const gone = own.resources.filter(
    ({ urn }) => !existing.resources.some((resource) => resource.urn === urn),
  );
  expect(gone.map(({ type }) => type.split(":").pop()).sort()).toEqual([
    ...["Analyzer", "Analyzer", "Detector", "Detector"],
    ...Array.from({ length: 6 }, () => "DetectorFeature"),
  ]);
  expect(
    existing.judgement.violations.filter(({ enforcement }) => enforcement === "mandatory"),
  ).toEqual([]);
});
