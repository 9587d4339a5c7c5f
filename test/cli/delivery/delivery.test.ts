import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadVerdicts } from "../../../services/evidence/load";
import { forbiddingVerdict } from "../../../services/evidence/verdict";
import { kill } from "../../../cli/delivery/kill";
import { restore } from "../../../cli/delivery/restore";
import { override } from "../../../cli/delivery/override";
import { recordVerdict } from "../../../cli/delivery/record";
import { standing, standingLines } from "../../../cli/delivery/status";
import { digestOf } from "../../infra/serving/fixture";
import { become, context, entries, failed, folder, promoted, region } from "./fixture";

describe("the kill switch", () => {
  const names = () => region.routes.spec.http.map(({ name }) => name);

  it("puts its route before all others, aborts the trial, and is recorded", async () => {
    expect(await kill(context, "champion", "declines everybody")).toEqual({
      region: "eu-west-1",
      aborted: true,
    });
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.routes.spec.http[0]).toMatchObject({
      timeout: "1000ms",
      retries: { attempts: 2 },
      route: [
        {
          destination: { host: "loan-approval-stable.causeway-models.svc.cluster.local" },
          weight: 100,
        },
        { weight: 0 },
      ],
    });
    expect(region.routes.metadata["annotations"]).toEqual({
      "causeway.dev/kill-switch": "champion: declines everybody",
    });
    expect(region.rollout.status["abort"]).toBe(true);
    expect(entries().map(({ actor, action, details }) => [actor, action, details])).toEqual([
      [
        "risk-officer@example.com",
        "kill-switch",
        { region: "eu-west-1", to: "champion", reason: "declines everybody", aborted: true },
      ],
    ]);
  });

  it("turned twice has one route, the newer", async () => {
    await kill(context, "champion", "declines everybody");
    become({ stableRS: "aaaa" });
    await kill(context, "fallback", "so does the champion");
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.routes.spec.http[0]).toMatchObject({ fault: { abort: { httpStatus: 503 } } });
  });

  it("aborts nothing where nothing is on trial", async () => {
    become(promoted);
    expect((await kill(context, "fallback", "declines everybody")).aborted).toBe(false);
    expect(region.writes).toHaveLength(1);
  });

  it("acts although the ledger cannot be written, and says so", async () => {
    writeFileSync(join(folder, "ledger.jsonl"), "no entry\n");
    await expect(kill(context, "champion", "declines everybody")).rejects.toThrow(
      "does not verify",
    );
    expect(names()).toEqual(["kill-switch", "primary"]);
    expect(region.rollout.status["abort"]).toBe(true);
  });

  it("is undone by restore, which leaves the other routes as they are", async () => {
    const before = structuredClone(region.routes.spec.http);
    await kill(context, "fallback", "declines everybody");
    await restore(context, "fixed in 1.4.1");
    expect(region.routes.spec.http).toEqual(before);
    expect(region.routes.metadata["annotations"]).toEqual({});
    expect(entries().map(({ details }) => details["to"])).toEqual(["fallback", "off"]);
    await expect(restore(context, "again")).rejects.toThrow('kill switch: got "off"');
  });
});

describe("an override", () => {
  it("is recorded and gives the block of the stack file that allows the image again", async () => {
    become(failed);
    await recordVerdict(context);
    const retry = await override(context, "the database was down, not the model", digestOf("b"));
    const entry = entries().at(-1)!;
    expect(retry).toEqual({
      digest: digestOf("b"),
      reason: "the database was down, not the model",
      at: entry.time,
      ledger: entry.hash,
    });
    expect([entry.action, entry.actor, entry.details["verdict"]]).toEqual([
      "override",
      "risk-officer@example.com",
      { region: "eu-west-1", outcome: "rolled-back", finishedAt: "2026-11-24T10:20:00Z" },
    ]);
    expect(
      forbiddingVerdict(digestOf("b"), loadVerdicts(folder, "loan-approval"), {
        ...retry,
        at: "2026-11-24T10:45:00Z",
      }),
    ).toBeUndefined();
    expect((await context.ledger.read()).flaws).toEqual([]);
  });

  it("is refused for an image that nothing forbids, and without a reason", async () => {
    await expect(override(context, "the database was down")).rejects.toThrow(
      "this one needs no override",
    );
    become(failed);
    await recordVerdict(context);
    await expect(override(context, "why not", digestOf("b"))).rejects.toThrow(
      "10 characters or more",
    );
    expect(entries()).toHaveLength(1);
  });
});

describe("the status", () => {
  it("shows what is desired and, from the stable version's pods, what is live", async () => {
    const found = await standing(region.cluster, "loan-approval");
    expect(standingLines("loan-approval", found)).toEqual([
      "loan-approval in eu-west-1: Progressing, more replicas need to be updated",
      `  desired   1.4.0 ${digestOf("b")}`,
      `  live      ${digestOf("a")}  (not the desired one)`,
      "  step      2 of 5",
      "  analysis  loan-approval-bbbb-2-watch: Running",
    ]);
  });

  it("never takes the desired version for the live one whose pods are gone", async () => {
    region.replicaSets.shift();
    expect((await standing(region.cluster, "loan-approval")).live).toBe("unknown");
  });

  it("shows a kill switch", async () => {
    await kill(context, "champion", "declines everybody");
    expect(
      standingLines("loan-approval", await standing(region.cluster, "loan-approval")).at(-1),
    ).toBe("  KILLED    all requests go to the champion: declines everybody");
  });
});

it("what the API server refuses is said in its own words", async () => {
  region.forbidden = "/apis/argoproj.io";
  await expect(standing(region.cluster, "loan-approval")).rejects.toThrow(
    "forbidden: /apis/argoproj.io/v1alpha1/namespaces/causeway-models/rollouts/loan-approval",
  );
});
