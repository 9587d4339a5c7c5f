import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { groups } from "../../infra/kubernetes/labels";
import { say } from "../harness/lib/text";
import type { JsonObject } from "../harness/lib/json";
import type { Test } from "../harness/runner";
import { asked, type Answer, type Asked } from "./asked";
import { removePages } from "./attacks/pages";
import { removeWorkflow } from "./attacks/running-workflows";
import { removeWorkloads } from "./attacks/workloads";
import { waiting } from "./duty-requests";
import { exemptTests, removeExempt } from "./exempt";
import { eventually } from "./expectations";
import { at, ofKind, stateObjects, type StateObject } from "./planned";
import { rolloutPath } from "./promoter";
import { removeApprovals } from "./resumption";
import type { SharedStack } from "./stack";

/** How long the API server may take to read a policy again, in ms; it looks every second. */
const reloadMs = 20_000;

/** The policy that refused a request, and what it said. */
function denialOf(answer: Answer): { readonly policy: string; readonly said: string } | undefined {
  const [, policy, said] =
    /ValidatingAdmissionPolicy '([^']+)' with binding '[^']+' denied request: ([\s\S]*)/.exec(
      answer ?? "",
    ) ?? [];
  return policy === undefined || said === undefined ? undefined : { policy, said };
}

/** A request, and how it is answered while every policy is in its place. */
interface Judged extends Asked {
  readonly answer: Answer;
}

/** One expression of a policy that says `true` instead. */
interface Removal {
  readonly policy: StateObject;
  /** As a failure names it. */
  readonly part: string;
  readonly spec: JsonObject;
  /** Requests of which one has to be answered otherwise. */
  readonly candidates: readonly Judged[];
  /** Whether an answer shows that the expression was needed. */
  readonly shows: (answer: Answer) => boolean;
  /** Whether an answer can only come from a server that has the policy without the expression. */
  readonly decides: (answer: Answer) => boolean;
}

const specOf = ({ inputs }: StateObject) => inputs["spec"] as JsonObject;

function removals(
  policy: StateObject,
  list: "validations" | "matchConditions",
  judge: (
    expression: JsonObject,
  ) => Pick<Removal, "part" | "candidates" | "shows"> & Partial<Pick<Removal, "decides">>,
): Removal[] {
  const spec = specOf(policy);
  const expressions = spec[list] as JsonObject[];
  return expressions.map((expression, i) => ({
    policy,
    spec: { ...spec, [list]: expressions.with(i, { ...expression, expression: "true" }) },
    decides: () => false,
    ...judge(expression),
  }));
}

/** Each validation: an attempt that it refuses alone gets through without it. */
function validationsOf(policy: StateObject, judged: readonly Judged[]): Removal[] {
  const { name } = policy.reference;
  return removals(policy, "validations", ({ message, expression }) => {
    const refuses = (answer: Answer): boolean => {
      const denial = denialOf(answer);
      return (
        denial?.policy === name &&
        (denial.said === message || denial.said.includes(`'${String(expression)}'`))
      );
    };
    return {
      part: `${name}: ${String(message)}`,
      // The server says the first validation that refuses, so what is refused by one alone is here.
      candidates: judged.filter(({ answer }) => refuses(answer)),
      shows: (answer) => answer === undefined,
      decides: (answer) => denialOf(answer) !== undefined && !refuses(answer),
    };
  });
}

/** Each condition: without it the policy refuses what it has to leave alone. */
function conditionsOf(policy: StateObject, judged: readonly Judged[]): Removal[] {
  return removals(policy, "matchConditions", ({ name }) => ({
    part: `${policy.reference.name}: condition ${String(name)}`,
    candidates: judged.filter(({ answer }) => answer === undefined),
    shows: (answer) => denialOf(answer)?.policy === policy.reference.name,
  }));
}

/** Which requests a policy judges. */
function scopeOf(policy: StateObject): string[] {
  const rules = at(specOf(policy), "matchConstraints", "resourceRules") as Readonly<
    Record<"apiGroups" | "resources" | "operations", string[]>
  >[];
  return rules.flatMap(({ apiGroups, resources, operations }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => operations.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
}

/** Removals that follow each other; those of one round are of policies that judge no request both. */
function roundsOf(all: readonly Removal[]): Removal[][] {
  const rounds: Removal[][] = [];
  for (const removal of all) {
    const scope = scopeOf(removal.policy);
    const free = rounds.find((round) =>
      round.every(({ policy }) => !scopeOf(policy).some((one) => scope.includes(one))),
    );
    if (free === undefined) rounds.push([removal]);
    else free.push(removal);
  }
  return rounds;
}

const apply = ({ client, fieldManager }: SharedStack, policy: StateObject, spec: JsonObject) =>
  client.apply(policy.reference, { ...policy.inputs, spec }, { fieldManager, force: true });

/**
 * The request that shows that an expression is needed, as soon as the API server has read the
 * policy without it; else why there is none.
 */
async function witness({
  part,
  candidates,
  shows,
  decides,
}: Removal): Promise<Judged | { readonly problem: string }> {
  if (candidates.length === 0) return { problem: `${part}: no attempt is refused by it` };
  const until = Date.now() + reloadMs;
  for (;;) {
    const answers = await Promise.all(candidates.map(({ ask }) => ask()));
    const found = candidates.find((_, i) => shows(answers[i]));
    if (found !== undefined) return found;
    if (answers.every(decides))
      return { problem: `${part}: refused without it too, as by ${answers[0] ?? ""}` };
    if (Date.now() > until) return { problem: `${part}: no answer changes without it` };
    await sleep(150);
  }
}

const asBefore = (request: Judged, answer: Answer): boolean =>
  (answer === undefined) === (request.answer === undefined);

/**
 * Replaces one expression after the other by `true`, and says of which nothing shows that it is
 * needed. The API server has read the whole policy again before the next one changes.
 */
async function without(stack: SharedStack, all: readonly Removal[]): Promise<string[]> {
  const problems: string[] = [];
  for (const round of roundsOf(all)) {
    for (const { policy, spec } of round) await apply(stack, policy, spec);
    const found = await Promise.all(round.map(witness)).finally(async () => {
      for (const { policy } of round) await apply(stack, policy, specOf(policy));
    });
    for (const one of found)
      if ("problem" in one) problems.push(one.problem);
      else
        await eventually("the whole policy", async () => asBefore(one, await one.ask()), reloadMs);
  }
  return problems;
}

async function judgedNow(requests: readonly Asked[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const request of requests) judged.push({ ...request, answer: await request.ask() });
  return judged;
}

const merge = "application/merge-patch+json";
async function hold(stack: SharedStack, paused: true | null): Promise<void> {
  const admins = await stack.cluster.member(groups.platformAdmins);
  await admins.call("PATCH", rolloutPath, { spec: { paused } }, merge);
}

/**
 * Takes every expression of the policies of admission away, one after the other, and makes the
 * attempts of this suite again: one that is refused gets through without the validation that
 * refuses it, and what is left alone is refused without the condition. The attempts change nothing.
 */
export function validationTests(stack: SharedStack): Test[] {
  let policies: readonly StateObject[] = [];
  let judged: readonly Judged[] = [];
  const score = async (what: string, of: (policy: StateObject) => Removal[]): Promise<void> => {
    const all = policies.flatMap(of);
    const found = await without(stack, all);
    say(`        admission: ${all.length - found.length} of ${all.length} ${what} are needed`);
    assert.deepEqual(found, []);
  };
  const tests: Test[] = [
    ...exemptTests(stack),
    {
      title: "what was attacked stands as it did, and each attempt is answered again",
      run: async () => {
        await waiting(stack, true);
        await hold(stack, true);
        const objects = await stateObjects(stack.project, stack.client);
        policies = ofKind(objects, "ValidatingAdmissionPolicy");
        judged = await judgedNow(asked);
        assert.ok(policies.length > 0, "the stack has policies of admission");
      },
    },
    {
      title: "without any one validation of admission an attempt gets through",
      run: () => score("validations", (policy) => validationsOf(policy, judged)),
    },
    {
      title: "without any one condition a policy refuses what it leaves alone",
      run: () => score("conditions", (policy) => conditionsOf(policy, judged)),
    },
    {
      title: "with all of them in place each attempt is answered as before",
      run: async () => {
        const answers = await judgedNow(judged);
        assert.deepEqual(
          judged.filter((request, i) => !asBefore(request, answers[i]?.answer)),
          [],
        );
      },
    },
    {
      title: "the release waits no more, and what was left alone is gone",
      run: async () => {
        await hold(stack, null);
        await waiting(stack, false);
        await removeExempt(stack);
      },
    },
  ];
  const skip =
    stack.cluster.faults === undefined
      ? "a cluster of one's own would be open for as long as it lacks a validation"
      : undefined;
  return [
    ...tests.map((test) => ({ ...test, ...(skip !== undefined && { skip }) })),
    {
      title: "what was attacked is gone",
      run: async () => {
        await removePages(stack);
        await removeWorkloads(stack);
        await removeWorkflow(stack);
        await removeApprovals(stack);
      },
    },
  ];
}
