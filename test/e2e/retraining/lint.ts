import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../harness/lib/process";
import type { Test } from "../../harness/runner";
import { erasures, variants, workflowObjects } from "./manifests";

/** What `argo lint` says of objects, offline and strictly. */
async function lint(
  argo: string,
  objects: readonly object[],
): Promise<{ readonly code: number; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-argo-"));
  try {
    // JSON is YAML; each object has a file of its own, as kubectl would get them.
    const files = await Promise.all(
      objects.map(async (object, i) => {
        const file = join(folder, `${i}.yaml`);
        await writeFile(file, JSON.stringify(object));
        return file;
      }),
    );
    const { code, stdout, stderr } = await run(
      argo,
      ["lint", "--offline", "--strict", "--no-color", "--output", "simple", ...files],
      { timeoutMs: 120_000 },
    );
    return { code, output: `${stdout}\n${stderr}`.replaceAll(`${folder}/`, "").trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Mistakes in a generated template that lint must find, or its silence says nothing. */
const mistakes: Readonly<
  Record<string, { readonly from: string; readonly to: string; readonly finds: RegExp }>
> = {
  "a step that does not exist": {
    from: '"depends":"train.Succeeded"',
    to: '"depends":"trian.Succeeded"',
    finds: /trian/,
  },
  "an output that no step gives": {
    from: "tasks.admit.outputs.parameters.admitted",
    to: "tasks.admit.outputs.parameters.allowed",
    finds: /allowed/,
  },
  "a field that does not exist": {
    from: '"activeDeadlineSeconds"',
    to: '"activeDeadline"',
    finds: /activeDeadline/,
  },
};

export function lintTests(argo: string): Test[] {
  return [
    ...Object.entries(variants).map(([name, settings]) => ({
      title: `argo lint finds nothing wrong with the workflow and the schedule of ${name}`,
      run: async () => {
        const { code, output } = await lint(argo, workflowObjects(settings));
        assert.equal(code, 0, output);
        assert.match(output, /no linting errors found/);
      },
    })),
    ...Object.entries(erasures).map(([name, template]) => ({
      title: `argo lint finds nothing wrong with the erasure in ${name}, and a step that waits for none there is`,
      run: async () => {
        const { code, output } = await lint(argo, [template]);
        assert.equal(code, 0, output);
        const wrong = JSON.stringify(template).replace(
          '"depends":"erase.Succeeded"',
          '"depends":"ersae.Succeeded"',
        );
        assert.match((await lint(argo, [JSON.parse(wrong) as object])).output, /ersae/);
      },
    })),
    ...Object.entries(mistakes).map(([name, { from, to, finds }]) => ({
      title: `argo lint refuses ${name}`,
      run: async () => {
        const [template, ...others] = workflowObjects(
          Object.values(variants)[0] ?? assert.fail("no variant"),
        );
        const text = JSON.stringify(template);
        assert.ok(text.includes(from), `the template has no ${from}`);
        const { code, output } = await lint(argo, [
          JSON.parse(text.replace(from, to)) as object,
          ...others,
        ]);
        assert.equal(code, 1, output);
        assert.match(output, finds);
      },
    })),
  ];
}
