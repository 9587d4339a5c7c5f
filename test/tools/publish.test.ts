import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder as sample } from "../../infra/models";
import { loadRelease } from "../../services/contract/load";
import { pinnedBases, publish } from "../../tools/publish";

const repository = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval";
const pushed = `sha256:${"ab".repeat(32)}`;
let modelsFolder: string;

beforeEach(() => {
  modelsFolder = mkdtempSync(join(tmpdir(), "causeway-test-publish-"));
  cpSync(sample, modelsFolder, { recursive: true });
});
afterEach(() => rmSync(modelsFolder, { recursive: true }));

const manifest = () => readFileSync(join(modelsFolder, "loan-approval", "release", "manifest.json"), "utf8");

describe("publishing a model", () => {
  test("writes the digest that the registry gave into a manifest that is valid and else unchanged", () => {
    const before = loadRelease(modelsFolder, "loan-approval");
    const tags: string[] = [];
    const image = publish({ modelsFolder, model: "loan-approval", repository, build: (_model, tag) => (tags.push(tag), pushed) });
    expect(image).toBe(`${repository}@${pushed}`);
    expect(tags).toEqual([`${repository}:${before.version}`]);
    expect(loadRelease(modelsFolder, "loan-approval")).toEqual({ ...before, published: true, image: { repository, digest: pushed } });
  });

  test("changes nothing when the build fails", () => {
    const before = manifest();
    const build = () => {
      throw new Error("push refused");
    };
    expect(() => publish({ modelsFolder, model: "loan-approval", repository, build })).toThrow("push refused");
    expect(manifest()).toBe(before);
  });

  test("refuses a digest that is none", () => {
    const before = manifest();
    expect(() => publish({ modelsFolder, model: "loan-approval", repository, build: () => "latest" })).toThrow(/allowed: a digest/);
    expect(manifest()).toBe(before);
  });

  test("names the model that does not exist", () => {
    expect(() => publish({ modelsFolder, model: "nobody", repository, build: () => pushed })).toThrow(/nobody/);
  });

  test("refuses base images by tag and names each", () => {
    const file = join(modelsFolder, "bases.env");
    writeFileSync(file, `# bases\nBUILD_IMAGE=node:22\nRUNTIME_IMAGE=distroless@${pushed}\n`);
    expect(() => pinnedBases(file)).toThrow(/BUILD_IMAGE: got "node:22", allowed: an image by digest/);
    writeFileSync(file, `BUILD_IMAGE=node@${pushed}\n`);
    expect(pinnedBases(file)).toEqual([`BUILD_IMAGE=node@${pushed}`]);
  });
});
