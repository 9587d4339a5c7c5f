import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEnvironment } from "../../../services/training/environment";
import { attest } from "../../../cli/release/attestation";
import { digestOf } from "../../../services/contract/digests";
import { modelFolder } from "../../../test/harness/fixtures";

/**
 * Puts the sample with a boosted model of 100 trees into `target`, as a release whose digests are
 * right.
 */
export async function boostedRelease(
  target: string,
  report: (line: string) => void,
): Promise<void> {
  const { python, variables } = await ensureEnvironment({ report });
  cpSync(modelFolder, target, { recursive: true });
  const [model, explainer, manifest] = ["model.onnx", "explainer.json", "manifest.json"].map(
    (name) => join(target, "release", name),
  );
  if (model === undefined || explainer === undefined || manifest === undefined)
    throw new Error("unreachable");
  execFileSync(python, [join(__dirname, "boosted.py"), modelFolder, model], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(
    explainer,
    JSON.stringify({ ...JSON.parse(readFileSync(explainer, "utf8")), additive: false }),
  );
  const content = JSON.parse(readFileSync(manifest, "utf8"));
  content.digests.model = digestOf(readFileSync(model));
  content.explanation.digest = digestOf(readFileSync(explainer));
  writeFileSync(manifest, JSON.stringify(content));
  attest(join(target, "release"), []);
}
