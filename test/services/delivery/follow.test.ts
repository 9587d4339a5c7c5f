import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RoleKey } from "../../../services/evidence/approvals";
import type { Verdict } from "../../../services/evidence/verdict";
import { openLedger, type OpenLedger } from "../../../services/delivery/ledger-location";
import { askedRegion, type AskedRegion } from "../../../services/delivery/orders";
import { follow, followerArguments, isOpen } from "../../../services/delivery/follow";
import { openOrders, type Orders } from "../../../services/delivery/orders";
import { promote } from "../../../services/delivery/promotion";
import { imageOf, releasePatch, type Region } from "../../../services/delivery/rollout";
import { signedDetails } from "../../support/approvals";
import { testKey } from "../../support/signing";
import { contract, region, repository, type Controlled } from "../../support/rollouts";
import { home, order, run, second, third } from "./follow-fixture";
import { digest, release } from "./promotion-fixture";

let folder = "";
let orders: Orders;
let ledger: OpenLedger;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-follow-"));
  orders = openOrders(join(folder, "promotions"));
  ledger = await openLedger(join(folder, "ledger.jsonl"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function approve(): Promise<void> {
  for (const [actor, role] of [
    ["a@example.com", "model-risk"],
    ["b@example.com", "ethics-board"],
  ] as const)
    await ledger.record({
      actor,
      action: "approve",
      subject: "loan-approval",
      details: { digest, role, reason: "reviewed" },
    });
}

const asked = (name: string, timeoutSeconds = 600) =>
  askedRegion({
    name,
    run,
    release,
    attestation: order().attestation,
    orders,
    entries: () => ledger.entries(),
    timeoutSeconds,
    pollSeconds: 0.02,
  });

const promoteIn = (regions: readonly (Region | AskedRegion)[]) =>
  promote({
    contract,
    release,
    regions,
    run,
    attempt: undefined,
    actor: "retraining-promoter",
    refusal: () => undefined,
    approval: () => ({ reference: "a".repeat(64) }),
    approverKeys: [],
    attestation: order().attestation,
    trustedKeys: [],
    record: (fact) => ledger.record(fact),
    timeoutSeconds: 600,
    pollSeconds: 0.01,
    report: () => undefined,
  });

const following = (
  of: Region,
  more: {
    readonly verdicts?: readonly Verdict[];
    readonly contract?: typeof contract;
    readonly approverKeys?: readonly RoleKey[];
    readonly trustedKeys?: readonly string[];
  } = {},
) => ({
  contract,
  verdicts: [],
  approverKeys: [],
  trustedKeys: [],
  region: of,
  ledger,
  pollSeconds: 0.01,
  report: () => undefined,
  ...more,
});

/**
 * What the schedule of a region without runs does every five minutes, here all the time until
 * `stopped`.
 */
async function look(of: Controlled, until: { readonly stopped: boolean }): Promise<void> {
  while (!until.stopped) {
    const order = await orders.get(of.name, "loan-approval");
    if (isOpen(order, new Date())) await follow(order, following(of));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Promotes from home while the other regions look for orders. */
async function everywhere(ends: readonly ("Healthy" | "Degraded")[]) {
  const controlled = [home, second, third].map((name, i) => region(name!, ends[i] ?? "Healthy"));
  const until = { stopped: false };
  const others = controlled.slice(1).map((of) => look(of, until));
  const results = await promoteIn([controlled[0]!, asked(second!), asked(third!)]);
  until.stopped = true;
  await Promise.all(others);
  return { controlled, results };
}

const recorded = async () =>
  (await ledger.entries())
    .filter(({ action }) => action !== "approve")
    .map(({ action, actor, details }) => [
      action,
      actor,
      details["region"],
      details["outcome"],
      details["run"],
    ]);

describe("regions with promoters of their own", () => {
  test("take a release one after the other, each recording its own end once", async () => {
    await approve();
    const { controlled, results } = await everywhere(["Healthy", "Healthy", "Healthy"]);
    expect(results.map(({ region: name, outcome }) => [name, outcome])).toEqual([
      [home, "promoted"],
      [second, "promoted"],
      [third, "promoted"],
    ]);
    expect(controlled.map(({ now, patches }) => [imageOf(now), patches])).toEqual(
      [1, 2, 3].map(() => [`${repository}@${digest}`, 1]),
    );
    expect(await recorded()).toEqual(
      [home, second, third].map((name) => [
        "promote",
        "retraining-promoter",
        name,
        "promoted",
        run,
      ]),
    );
    expect((await orders.get(second!, "loan-approval"))?.closed).toBe(true);
  });

  test("a failure in the second stops the rest: the third is not even asked", async () => {
    await approve();
    const { controlled, results } = await everywhere(["Healthy", "Degraded", "Healthy"]);
    expect(results.map(({ region: name, outcome, message }) => [name, outcome, message])).toEqual([
      [home, "promoted", ""],
      [second, "rolled-back", "analysis failed"],
    ]);
    expect(controlled.map(({ patches }) => patches)).toEqual([1, 1, 0]);
    expect(await orders.get(third!, "loan-approval")).toBeUndefined();
    expect(await recorded()).toEqual([
      ["promote", "retraining-promoter", home, "promoted", run],
      ["roll-back", "retraining-promoter", second, "rolled-back", run],
    ]);
  });

  test("a failure at home asks nobody", async () => {
    await approve();
    const { results } = await everywhere(["Degraded"]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["rolled-back"]);
    expect(await orders.get(second!, "loan-approval")).toBeUndefined();
  });

  test("a region that is silent ends the promotion, and its order is void from then on", async () => {
    const results = await promoteIn([region(home!, "Healthy"), asked(second!, 0), asked(third!)]);
    expect(results.map(({ outcome, message }) => [outcome, message])).toEqual([
      ["promoted", ""],
      ["timed-out", "no answer from the region's promoter"],
    ]);
    expect(await recorded()).toContainEqual([
      "promote",
      "retraining-promoter",
      second,
      "timed-out",
      run,
    ]);
    expect(isOpen(await orders.get(second!, "loan-approval"), new Date())).toBe(false);
  });
});

describe("the promoter of another region", () => {
  test("makes sure of the approvals itself, and a refusal is an answer that stops the rest", async () => {
    const one = region(second!, "Healthy");
    const until = { stopped: false };
    const other = look(one, until);
    const results = await promoteIn([region(home!, "Healthy"), asked(second!), asked(third!)]);
    until.stopped = true;
    await other;
    expect(results.map(({ outcome }) => outcome)).toEqual(["promoted", "refused"]);
    expect(results[1]!.message).toContain(
      `approvals: got "${digest}", allowed: an image whose approval is recorded`,
    );
    expect(one.patches).toBe(0);
  });

  test("counts no approval without a signature of a key of its role, and says so in its answer", async () => {
    await approve();
    const one = region(second!, "Healthy");
    const board = testKey();
    const approverKeys: RoleKey[] = [
      { role: "ethics-board", key: board.publicKey },
      { role: "model-risk", key: board.publicKey },
    ];
    expect(await follow(order(), following(one, { approverKeys }))).toBe(2);
    expect((await ledger.entries()).at(-1)!.details).toMatchObject({
      outcome: "refused",
      region: second,
      approval: null,
    });
    expect((await ledger.entries()).at(-1)!.details["message"]).toContain(
      "not counted: entry 2 by b@example.com as ethics-board: no signature",
    );
    for (const [actor, role] of [
      ["c@example.com", "ethics-board"],
      ["d@example.com", "model-risk"],
    ] as const)
      await ledger.record({
        actor,
        action: "approve",
        subject: "loan-approval",
        details: signedDetails(
          { model: "loan-approval", actor, digest, role, reason: "reviewed" },
          board.signer,
        ),
      });
    expect(
      await follow(
        order({ id: "0b5e8a9e-6d0f-4b7b-8a53-3a1f0e1f3c11" }),
        following(one, { approverKeys }),
      ),
    ).toBe(0);
    expect(one.patches).toBe(1);
  });

  test("refuses what its region's Rollout or its verdicts forbid", async () => {
    await approve();
    const one = region(second!, "Healthy");
    expect(
      await follow(order(), following(one, { contract: { ...contract, purpose: "Another." } })),
    ).toBe(2);
    expect((await ledger.entries()).at(-1)!.details["message"]).toContain(
      'regions.eu-central-1: got "another contract"',
    );
    expect(one.patches).toBe(0);
  });

  test("waits on for a trial that a pod before it had begun, and patches nothing again", async () => {
    await approve();
    const one = region(second!, "Healthy");
    await one.patch(releasePatch(one.now, contract, release));
    expect(await follow(order(), following(one))).toBe(0);
    expect(one.patches).toBe(1);
  });

  test("leaves an order alone that it answered, and follows a new one of the same run", async () => {
    await approve();
    const one = region(second!, "Degraded");
    expect(await follow(order(), following(one))).toBe(3);
    expect(await follow(order(), following(one))).toBe(0);
    expect((await recorded()).length).toBe(1);
    expect(
      await follow(order({ id: "0b5e8a9e-6d0f-4b7b-8a53-3a1f0e1f3c11" }), following(one)),
    ).toBe(3);
    expect((await recorded()).length).toBe(2);
  });

  test.each([
    ["missing", undefined],
    ["closed", order({ closed: true })],
    ["too old", order({ until: "2026-11-24T03:00:00Z" })],
  ])("does nothing with an order that is %s", (_, given) => {
    expect(isOpen(given, new Date("2026-11-24T03:00:01Z"))).toBe(false);
  });

  test("names every argument that is missing", () => {
    expect(() => followerArguments([])).toThrow(
      /--contract: .*\n.*--region: .*\n.*--orders: .*\n.*--ledger: /,
    );
    expect(followerArguments(["--contract=a", "--region=b", "--orders=c", "--ledger=d"])).toEqual({
      contract: "a",
      region: "b",
      orders: "c",
      ledger: "d",
      approverKeys: [],
      trustedKeys: [],
    });
  });
});
