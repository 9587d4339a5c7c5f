/** @jest-environment ./test/services/model-server/support/environment.ts */
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadVerified } from "../../../services/model-server/release/load";
import { copiedModel, filesIn } from "./support/release";

let afterInspection = () => {};
jest.mock("../../../services/evidence/inspection", () => {
  const actual = jest.requireActual<typeof import("../../../services/evidence/inspection")>(
    "../../../services/evidence/inspection",
  );
  return {
    ...actual,
    inspectRelease: (...given: Parameters<typeof actual.inspectRelease>) => {
      const found = actual.inspectRelease(...given);
      afterInspection();
      return found;
    },
  };
});

describe("a release whose file is another once it was verified", () => {
  let folder: string;
  beforeEach(() => (folder = copiedModel()));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each(["model.onnx", "reference.json", "explainer.json"])("%s", async (name) => {
    afterInspection = () => appendFileSync(join(folder, "release", name), "\n");
    await expect(loadVerified(filesIn(folder))).rejects.toMatchObject({
      problems: [
        { key: `digest of ${name}`, got: expect.stringContaining("changed since it was verified") },
      ],
    });
  });
});
