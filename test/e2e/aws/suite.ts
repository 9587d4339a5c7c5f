import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { installAwsProvider } from "../../harness/cloud/account";
import { prepare } from "../../harness/context";
import { say } from "../../harness/lib/text";
import { useVariant } from "../../harness/project";
import { expectFailure, expectOperations, expectSuccess } from "../expectations";
import { examination, examinationOfStack } from "./doctor";
import { keyDefects, replicationKeyDefects } from "./keys";
import { kept, named, ofAws, openCloudStack, stateOf, timed, type CloudStack } from "./stack";
import { UPDATES } from "./updates";
import { waysIn } from "./ways";
import type { Suite, Test } from "../../harness/runner";

/** From an empty account to a stack that nothing changes any more. */
function creation(stack: CloudStack): Test[] {
  const { name, project } = stack;
  let planned = 0;
  return [
    {
      title: `${name}: a preview in an empty account says what will be created`,
      run: async () => {
        const preview = await project.preview();
        timed("preview", preview);
        expectSuccess(preview);
        expectOperations(preview, ["create"]);
        planned = preview.changes["create"] ?? 0;
      },
    },
    {
      title: `${name}: up creates it, each input and policy as AWS documents it`,
      run: async () => {
        const up = await project.up({ skipPreview: true });
        timed("up", up);
        expectSuccess(up);
        expectOperations(up, ["create"]);
        assert.equal(up.changes["create"], planned);
        const { state, account } = await kept(stack);
        assert.deepEqual(account, state, "what the account has is what the state says");
        say(`        ${planned} resources, ${state.length} of them of AWS`);
      },
    },
    {
      title: `${name}: a second up changes nothing`,
      run: async () => {
        const up = await project.up({ skipPreview: true, unjudged: true });
        timed("second up", up);
        expectSuccess(up);
        expectOperations(up, ["same"]);
      },
    },
  ];
}

/** A stack that cannot serve yet is built up to its platform, one plain `pulumi up` after another. */
function stages(stack: CloudStack): Test[] {
  const { name, project, configure } = stack;
  const published = {
    "causeway:images": undefined,
    "causeway:models": [{ name: "loan-approval" }],
  };
  const reach = (stage: string): Test => ({
    title: `${name}: up reaches the stage ${stage}, and again changes nothing`,
    run: async () => {
      await configure({ ...published, "causeway:stage": stage });
      const preview = await project.preview();
      expectSuccess(preview);
      expectOperations(preview, ["create", "same", "update"]);
      const up = await project.up({ skipPreview: true });
      timed("up", up);
      expectSuccess(up);
      expectOperations(up, ["create", "same", "update"]);
      const again = await project.up({ skipPreview: true, unjudged: true });
      expectSuccess(again);
      expectOperations(again, ["same"]);
      const { state, account } = await kept(stack);
      assert.deepEqual(account, state, "what the account has is what the state says");
      say(`        ${again.changes["same"] ?? 0} resources, ${state.length} of them of AWS`);
    },
  });
  return [
    reach("foundation"),
    reach("platform"),
    {
      title: `${name}: an update that would serve an unpublished model is refused, and changes nothing`,
      run: async () => {
        await configure(published);
        const up = await project.up({ skipPreview: true, unjudged: true });
        expectFailure(up);
        assert.match(up.output, /Model "loan-approval" must be published before/);
        await configure({ ...published, "causeway:stage": "platform" });
        const again = await project.up({ skipPreview: true, unjudged: true });
        expectSuccess(again);
        expectOperations(again, ["same"]);
      },
    },
  ];
}

function changes({ name, project }: CloudStack): Test {
  return {
    title: `${name}: a change of a field updates or replaces its resource and no other`,
    run: async () => {
      const state = await stateOf(project);
      await useVariant(project, { mutations: UPDATES });
      const up = await project.up({ skipPreview: true, unjudged: true });
      timed("up with ten changes", up);
      expectSuccess(up);
      const expected = UPDATES.flatMap(({ type, operation }) =>
        named(state, type).map((resource): [string, string] => [resource, operation]),
      );
      // A replacement is told in three steps, the last of which is the removal of the old one.
      const told = Object.entries(up.operations).map(([resource, operation]) => [
        resource,
        operation === "delete-replaced" ? "replace" : operation,
      ]);
      assert.deepEqual(Object.fromEntries(told), Object.fromEntries(expected));
      assert.ok(expected.length >= UPDATES.length);
      say(`        ${expected.length} resources changed by ${UPDATES.length} fields`);
    },
  };
}

function refresh({ name, project }: CloudStack): Test {
  return {
    title: `${name}: a refresh changes nothing`,
    run: async () => {
      const refreshed = await project.refresh();
      timed("refresh", refreshed);
      expectSuccess(refreshed);
      expectOperations(refreshed, ["same"]);
    },
  };
}

/** The certificate that signs itself is another in each run, and the first is kept. */
function withoutDomain(stack: CloudStack): Test {
  const { name, project, configure } = stack;
  return {
    title: `${name}: without a domain an up takes a certificate of its own, and again changes nothing`,
    run: async () => {
      await configure({ "causeway:domain": undefined });
      const up = await project.up({ skipPreview: true, unjudged: true });
      timed("up without a domain", up);
      expectSuccess(up);
      const state = await stateOf(project);
      assert.deepEqual(named(state, "aws:acm/certificate:Certificate"), [
        "aws:acm/certificate:Certificate::eu-west-1-entry-certificate",
      ]);
      assert.deepEqual(named(state, "aws:route53/record:Record"), []);
      const again = await project.up({ skipPreview: true, unjudged: true });
      expectSuccess(again);
      expectOperations(again, ["same"]);
      const { state: own, account } = await kept(stack);
      assert.deepEqual(account, own, "what the account has is what the state says");
    },
  };
}

function destruction(stack: CloudStack): Test {
  const { name, project, account } = stack;
  return {
    title: `${name}: destroy leaves the account as it was, but for what is kept on purpose`,
    run: async () => {
      const state = (await stateOf(project)).filter(ofAws);
      const destroy = await project.destroy();
      timed("destroy", destroy);
      expectSuccess(destroy);
      expectOperations(destroy, ["delete"]);
      const retained = state.filter(({ retainOnDelete }) => retainOnDelete === true);
      assert.deepEqual(
        await account.remaining(state),
        retained.map(({ urn }) => urn),
      );
      say(`        kept: ${retained.length} of ${state.length}`);
    },
  };
}

/** As docs/operating.md says it: protection goes first, by an update that does nothing else. */
function unprotected({ name, project, configure }: CloudStack): Test {
  return {
    title: `${name}: an up lifts the protection from deletion, and does nothing else`,
    run: async () => {
      await configure({
        "causeway:images": undefined,
        "causeway:stage": "platform",
        "causeway:deletionProtection": false,
      });
      const up = await project.up({ skipPreview: true, unjudged: true });
      expectSuccess(up);
      const guarded = ["aws:eks/cluster:Cluster", "aws:lb/loadBalancer:LoadBalancer"];
      const state = await stateOf(project);
      assert.deepEqual(
        Object.keys(up.operations)
          .filter((resource) => !resource.startsWith("causeway:"))
          .sort(),
        guarded.flatMap((type) => named(state, type)).sort(),
      );
    },
  };
}

/**
 * A stack of the fixtures against an AWS that answers. Its account and API servers are its own and
 * end with it, for each server takes most of a gigabyte.
 */
async function suiteOf(name: string, testsOf: (stack: CloudStack) => Test[]): Promise<Suite> {
  const context = await prepare(undefined);
  await installAwsProvider(context.bin);
  const stack = await openCloudStack(context, name);
  return {
    name: "aws",
    tests: [
      ...testsOf(stack),
      {
        title: `${name}: nothing is left behind`,
        run: async () => {
          await stack.account.stop();
          for (const cluster of Object.values(stack.clusters)) await cluster.stop();
          await rm(context.folder, { recursive: true, force: true });
        },
      },
    ],
  };
}

/** The stacks of the fixtures, one after the other. */
export const awsSuites = [
  () =>
    suiteOf("dev", (dev) => [
      ...examination(dev),
      ...creation(dev),
      examinationOfStack(dev),
      ...keyDefects(dev),
      ...waysIn(dev),
      changes(dev),
      refresh(dev),
      withoutDomain(dev),
      destruction(dev),
    ]),
  () =>
    suiteOf("prod", (prod) => [
      ...stages(prod),
      ...replicationKeyDefects(prod),
      refresh(prod),
      unprotected(prod),
      destruction(prod),
    ]),
] as const;
