import { rule as killSwitch } from "../../../../policies/rules/governance/model-kill-switch";
import { rule as verdictRule } from "../../../../policies/rules/governance/model-verdict";
import { judge } from "../../../../policies/judge";
import { ruleSuite, set } from "../../../support/rule-suite";
import { retry, verdict } from "../../../support/verdicts";
import { goodModelService, releasedImage } from "./good";

const type = "causeway:serving:ModelService";
const good = goodModelService();

const failed = verdict({ digest: releasedImage });

ruleSuite(verdictRule, {
  type,
  good,
  deviations: {
    "a release that was rolled back": (g) => ({
      deviant: set(g, "verdicts", [failed]),
      message:
        /Model "scorer" must not be released again as 1\.4\.0 \(sha256:a{64}\): it was rolled-back in eu-west-1 at 2026-11-24T10:20:00Z, RolloutAborted: /,
    }),
    "a release that a person aborted": (g) =>
      set(g, "verdicts", [{ ...failed, outcome: "aborted" }]),
    "an image of the stack file that was rolled back": (g) =>
      set(
        set(g, "verdicts", [{ ...failed, digest: `sha256:${"e".repeat(64)}` }]),
        "declaredDigest",
        `sha256:${"e".repeat(64)}`,
      ),
    "a decision before the verdict": (g) =>
      set(set(g, "verdicts", [failed]), "retry", { ...retry, at: "2026-11-24T09:00:00Z" }),
    "a decision without a reason": (g) =>
      set(set(g, "verdicts", [failed]), "retry", { ...retry, reason: "" }),
    "a verdict that cannot be read": (g) => ({
      deviant: set(g, "verdicts", [{ outcome: "fine" }]),
      message: /must have verdicts that can be read/,
    }),
  },
});

ruleSuite(killSwitch, {
  type,
  good,
  deviations: {
    "a model that is switched off": (g) => ({
      deviant: set(g, "killSwitch", { to: "fallback", reason: "declines everybody" }),
      message: /all requests go to the fallback, because declines everybody/,
    }),
  },
});

describe("the rule over verdicts", () => {
  const fires = (change: object) =>
    judge([verdictRule], [{ type, name: "scorer", props: { ...good, ...change } }]).length;

  it("accepts a promotion, the verdict over another image, and a decision after the verdict", () => {
    expect(fires({ verdicts: [{ ...failed, outcome: "promoted" }] })).toBe(0);
    expect(fires({ verdicts: [verdict({ digest: `sha256:${"e".repeat(64)}` })] })).toBe(0);
    expect(fires({ verdicts: [failed], retry: { ...retry, digest: releasedImage } })).toBe(0);
  });
});
