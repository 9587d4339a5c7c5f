import { agree, disparities } from "../../../cli/drill/regions";
import { causeway } from "../../support/verb";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const outputs = (...live: (string | undefined)[]) => ({
  models: {
    scorer: Object.fromEntries(
      live.map((one, i) => [
        `region-${i}`,
        { live: { digest: one, source: "status of the Rollout" } },
      ]),
    ),
  },
});
const said = async (given: unknown) => {
  const { code, out } = await causeway("drill regions", ["-"], JSON.stringify(given));
  return { code, text: out.trimEnd() };
};

test("regions that serve the same digest agree", async () => {
  expect(disparities(outputs(digest("a"), digest("a")))).toEqual([]);
  expect(await said(outputs(digest("a"), digest("a")))).toEqual({
    code: 0,
    text: "every model is served alike in all regions",
  });
});

test("a stale region is named with what each serves", async () => {
  expect(await said(outputs(digest("a"), digest("b")))).toEqual({
    code: 1,
    text: `scorer differs: region-0 serves ${digest("a")}, region-1 serves ${digest("b")}. Do not drain a region before they agree.`,
  });
});

test("what nobody knows agrees with nothing, not even with itself", async () => {
  expect(agree({ a: undefined, b: undefined })).toBe(false);
  expect((await said(outputs("unknown", "unknown"))).text).toContain(
    "region-0 serves what nobody knows",
  );
});

test("outputs that name no model are refused", async () => {
  expect(() => disparities({ url: "https://models.example.com" })).toThrow(
    "outputs: got no models",
  );
});
