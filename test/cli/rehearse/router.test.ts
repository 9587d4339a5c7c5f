import * as fc from "fast-check";
import { Router, type Fault, type Upstream } from "../../../cli/rehearse/router";

const answer: Upstream = async () => ({ status: 200, body: {} });

function router(share: number, fault?: Fault, challenger: Upstream = answer): Router {
  return new Router({
    champion: answer,
    challenger,
    share,
    trial: "test",
    objectiveMilliseconds: 20,
    ...(fault && { fault }),
  });
}

describe("the router", () => {
  it("gives a subject the same version every time", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (subject) => router(0.1).armOf(subject) === router(0.1).armOf(subject),
      ),
    );
  });

  it("keeps the challenger's subjects when its share grows", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (subject) =>
          router(0.1).armOf(subject) !== "challenger" ||
          router(0.5).armOf(subject) === "challenger",
      ),
    );
  });

  it("splits 90 to 10", () => {
    const split = router(0.1);
    const challengers = Array.from({ length: 20_000 }, (_, i) =>
      split.armOf(`applicant-${i}`),
    ).filter((arm) => arm === "challenger").length;
    expect(challengers / 20_000).toBeGreaterThan(0.09);
    expect(challengers / 20_000).toBeLessThan(0.11);
  });

  it("fails only the challenger's requests, counts them, and never asks the server", async () => {
    let asked = 0;
    const failing = router(0.5, { kind: "error", share: 1, status: 503 }, async () => ({
      status: 200,
      body: (asked += 1),
    }));
    for (let i = 0; i < 100; i += 1) await failing.send(`s${i}`, "/", {});
    const { champion, challenger } = failing.counts;
    expect(champion).toMatchObject({ failures: 0, touched: 0 });
    expect(challenger).toMatchObject({
      failures: challenger.predictions,
      unanswered: challenger.predictions,
      touched: challenger.predictions,
      answers: 0,
    });
    expect([champion.predictions + challenger.predictions, asked]).toEqual([100, 0]);
  });

  it("delays the challenger's requests and counts them as late", async () => {
    const slow = router(1, { kind: "delay", share: 1, milliseconds: 40 });
    await slow.send("s", "/", {});
    expect(slow.counts.challenger).toMatchObject({
      predictions: 1,
      answers: 1,
      lateAnswers: 1,
      touched: 1,
      failures: 0,
    });
  });

  it("sends the challenger nothing after a rollback", async () => {
    const rolled = router(1);
    rolled.rollBack();
    expect((await rolled.send("s", "/", {})).arm).toBe("champion");
  });
});
