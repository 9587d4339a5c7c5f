import { rules } from "../../policies/rules";
import { dutyNotes, tiersMarkdown } from "../../policies/tiers";
import { dutiesByTier } from "../../services/contract/tiers";

describe("the page's table of tiers", () => {
  it("has a row for each duty, and names rules that exist", () => {
    expect(Object.keys(dutyNotes).sort()).toEqual(Object.keys(dutiesByTier.high).sort());
    const known = new Set(rules.map(({ name }) => name));
    expect(
      Object.values(dutyNotes).flatMap((note) => note.rules.filter((rule) => !known.has(rule))),
    ).toEqual([]);
  });

  it("shows the values of the table, and asks nothing of what is prohibited", () => {
    const lines = tiersMarkdown()
      .split("\n")
      .map((line) =>
        line
          .split(" | ")
          .slice(0, 5)
          .map((cell) => cell.replace(/^\| /, "").trim()),
      );
    expect(lines.slice(2).map(([asks, ...values]) => [asks, ...values])).toEqual([
      ["May be trained, released and served", "yes", "yes", "yes", "no"],
      ["Impact assessment, named by digest", "no", "no", "yes", ""],
      ["Notice to the people concerned", "no", "yes", "yes", ""],
      ["Fairness gates, all passed", "no", "no", "yes", ""],
      ["Explained", "no", "no", "yes", ""],
      ["Principal reasons of an answer against the person, at most", "no", "no", "4", ""],
      ["Prediction logs, days at least", "no", "no", "183", ""],
      ["Bias audit by an external party, within days", "no", "no", "365", ""],
      ["Approvals by different people in different roles", "no", "no", "2", ""],
      ["Roles among them", "no", "no", "ethics-board", ""],
      ["A person decides before all traffic", "no", "no", "yes", ""],
      ["Kill switch", "no", "no", "yes", ""],
    ]);
  });
});
