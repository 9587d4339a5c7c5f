import { compare } from "../../../lab/gameday/main";
import { agree, disparities } from "../../../lab/gameday/parity";

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
const said = (given: unknown) => {
  const lines: string[] = [];
  return { code: compare(given, (line) => lines.push(line)), text: lines.join("\n") };
};

test("regions that serve the same digest agree", () => {
  expect(disparities(outputs(digest("a"), digest("a")))).toEqual([]);
  expect(said(outputs(digest("a"), digest("a")))).toEqual({
    code: 0,
    text: "every model is served alike in all regions",
  });
});

test("a stale region is named with what each serves", () => {
  expect(said(outputs(digest("a"), digest("b")))).toEqual({
    code: 1,
    text: `scorer differs: region-0 serves ${digest("a")}, region-1 serves ${digest("b")}. Do not drain a region before they agree.`,
  });
});

test("what nobody knows agrees with nothing, not even with itself", () => {
  expect(agree({ a: undefined, b: undefined })).toBe(false);
  expect(said(outputs("unknown", "unknown")).text).toContain("region-0 serves what nobody knows");
});

test("outputs that name no model are refused", () => {
  expect(() => disparities({ url: "https://models.example.com" })).toThrow(
    "outputs: got no models",
  );
});
