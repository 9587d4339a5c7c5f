import assert from "node:assert/strict";
import * as path from "node:path";
import { rules } from "../../policies/rules";
import { STACK, useVariant } from "../harness/project";
import { planStack } from "../../cli/plan/plan";
import { expectFailure, expectSuccess } from "./expectations";
import { MORE_VIOLATIONS, VIOLATIONS } from "./variants";
import type { PulumiResult } from "../harness/lib/pulumi";
import type { Suite, Test } from "../harness/runner";
import type { SharedStack } from "./stack";
import type { Violation } from "./variants";

/** Rules with their level, each once: `mandatory encryption-mesh-strict`. */
function firedIn(result: PulumiResult): string[] {
  return [...new Set(result.violations.map(({ level, rule }) => `${level} ${rule}`))].sort();
}

/** The rules that the offline plan fires for what the project's copy registers now. */
async function firedOffline(project: SharedStack["project"]): Promise<string[]> {
  const file = path.join(project.folder, "infra", "e2e-variant.ts");
  const module = (await import(file)) as { default: () => unknown };
  const plan = await planStack({
    project: project.folder,
    stack: STACK,
    program: module.default,
    rules,
  });
  return [
    ...new Set(plan.judgement.violations.map(({ enforcement, rule }) => `${enforcement} ${rule}`)),
  ].sort();
}

function stopped({ project, objects }: SharedStack, violation: Violation): Test {
  return {
    title: `${violation.title} is stopped by ${violation.rule}`,
    run: async () => {
      await useVariant(project, violation);
      const up = await project.up();
      expectFailure(up);
      const mandatory = up.violations
        .filter(({ level }) => level === "mandatory")
        .map(({ rule }) => rule);
      assert.ok(
        mandatory.includes(violation.rule),
        `fired ${JSON.stringify(firedIn(up))}\n${up.output.slice(-2000)}`,
      );
      assert.ok(up.output.includes(violation.rule), "the output names the rule");
      assert.deepEqual(await objects(), []);
    },
  };
}

function equivalence({ project }: SharedStack): Test[] {
  return [
    {
      title: "the offline plan and the real analyzer fire the same rules for the stack as it is",
      run: async () => {
        await useVariant(project, {});
        const preview = await project.preview();
        expectSuccess(preview);
        assert.deepEqual(await firedOffline(project), firedIn(preview));
      },
    },
    {
      title:
        "the offline plan and the real analyzer fire the same rules for all violations at once",
      run: async () => {
        const all = [...VIOLATIONS, ...MORE_VIOLATIONS];
        await useVariant(project, {
          mutations: all.flatMap(({ mutations }) => mutations ?? []),
          extraObjects: all.flatMap(({ extraObjects }) => extraObjects ?? []),
        });
        const preview = await project.preview();
        expectFailure(preview);
        const fired = firedIn(preview);
        assert.deepEqual(await firedOffline(project), fired);
        assert.deepEqual(
          all.map(({ rule }) => rule).filter((rule) => !fired.includes(`mandatory ${rule}`)),
          [],
        );
      },
    },
  ];
}

/**
 * What the real analyzer refuses. No custom resource definitions are needed: nothing gets as far as
 * the server.
 */
export function policySuite(stack: SharedStack): Promise<Suite> {
  return Promise.resolve({
    name: "policies",
    tests: VIOLATIONS.map((violation) => stopped(stack, violation)),
  });
}

/** That the offline plan refuses the same as the real analyzer. */
export function equivalenceSuite(stack: SharedStack): Promise<Suite> {
  return Promise.resolve({ name: "equivalence", tests: equivalence(stack) });
}
