/** @jest-environment ./test/services/model-server/support/environment.ts */
import {
  goodFeatures,
  labelOf,
  loadedSample,
  paths,
  testServer,
} from "../services/model-server/support/server";

const caller = (name: string) => ({ "x-causeway-caller": name });

/** A server whose gateway says who calls; `callers` are those that the contract names. */
async function server(callers?: readonly string[]) {
  const sample = await loadedSample();
  const contract = { ...sample.contract, ...(callers && { feedback: { callers: [...callers] } }) };
  return testServer({ loaded: { ...sample, contract } });
}

async function ask(of: Awaited<ReturnType<typeof server>>, headers: Record<string, string>) {
  const payload = { features: goodFeatures };
  const answer = await of.app.inject({ method: "POST", url: paths.predict, headers, payload });
  return answer.json().predictionId as string;
}

async function label(
  of: Awaited<ReturnType<typeof server>>,
  predictionId: string,
  headers: Record<string, string>,
) {
  const answer = await of.app.inject(labelOf(predictionId, { label: "approve" }, headers));
  return [answer.statusCode, answer.json().code];
}

describe("a label for another caller's prediction", () => {
  it("is refused, whoever knows the id", async () => {
    const attacked = await server();
    const id = await ask(attacked, caller("shop"));
    expect(await label(attacked, id, caller("rival"))).toEqual([403, "feedback.caller"]);
    expect(await label(attacked, id, {})).toEqual([403, "feedback.caller"]);
    expect(await label(attacked, id, caller("shop"))).toEqual([200, undefined]);
  });

  it("is taken from a caller that the contract names, and from nobody like it", async () => {
    const attacked = await server(["labels"]);
    const id = await ask(attacked, caller("shop"));
    expect(await label(attacked, id, caller("label"))).toEqual([403, "feedback.caller"]);
    expect(await label(attacked, id, caller("labels"))).toEqual([200, undefined]);
  });

  it("is told from one's own without a gateway, which says nothing of callers", async () => {
    const attacked = await server();
    expect(await label(attacked, await ask(attacked, {}), {})).toEqual([200, undefined]);
  });

  it("does not say in its id who asked", async () => {
    const attacked = await server();
    expect(await ask(attacked, caller("shop"))).not.toContain("shop");
    const long = { "x-causeway-caller": "s".repeat(2_000) };
    expect(await label(attacked, await ask(attacked, long), long)).toEqual([200, undefined]);
  });
});
