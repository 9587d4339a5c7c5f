import {
  coverage,
  coverageMarkdown,
  uncovered,
  dutyNotes,
  tiersMarkdown,
} from "../../policies/coverage";
import {
  frameworks,
  openClauses,
  type Framework,
  type FrameworkReference,
} from "../../policies/frameworks";
import { resourceRule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { dutiesByTier } from "../../services/contract/tiers";

function rule(name: string, ...references: FrameworkReference[]) {
  return resourceRule({
    name,
    area: "workloads",
    description: "Things must be good.",
    severity: "low",
    enforcement: "advisory",
    remediation: "Do.",
    frameworks: references,
    types: [],
    check: () => [],
  });
}

describe("coverage", () => {
  it("lists each clause once, in the order in which a person reads them, with its rules sorted", () => {
    const found = coverage(
      [
        rule(
          "z",
          { framework: "eu-ai-act", clause: "Art. 10" },
          { framework: "eu-ai-act", clause: "Art. 9" },
        ),
        rule("a", { framework: "eu-ai-act", clause: "Art. 10" }),
      ],
      {},
    );
    expect(found.find(({ framework }) => framework === "eu-ai-act")).toEqual({
      framework: "eu-ai-act",
      title: "Regulation (EU) 2024/1689 (AI Act)",
      clauses: [
        { clause: "Art. 9", rules: ["z"] },
        { clause: "Art. 10", rules: ["a", "z"] },
      ],
    });
  });

  it("keeps a framework that no rule refers to, so that the gap shows", () => {
    expect(coverage([], {}).map(({ framework, clauses }) => [framework, clauses])).toEqual(
      Object.keys(frameworks).map((id) => [id, []]),
    );
    expect(coverageMarkdown([], {})).toContain("No rule refers to it.");
  });

  it("says of a clause without a rule who covers it, and no more once a rule does", () => {
    const gaps = { "eu-ai-act": { "Art. 4": "The provider.", "Art. 9": "The provider." } };
    const [found] = coverage(
      [rule("a", { framework: "eu-ai-act", clause: "Art. 9" })],
      gaps,
    ).filter(({ framework }) => framework === "eu-ai-act");
    expect(found!.clauses).toEqual([
      { clause: "Art. 4", rules: [], coveredBy: "The provider." },
      { clause: "Art. 9", rules: ["a"] },
    ]);
    expect(
      coverageMarkdown([rule("a", { framework: "eu-ai-act", clause: "Art. 9" })], gaps),
    ).toContain(
      "1 of 2 listed clauses have a rule.\n\n| clause | rules |\n| --- | --- |\n| Art. 9 | `a` |\n\nNo rule covers:\n\n| clause | covered by |\n| --- | --- |\n| Art. 4 | The provider. |\n",
    );
  });

  it("names the rules that refer to nothing", () =>
    expect(uncovered([rule("a"), rule("b", { framework: "cis-eks", clause: "4.2.1" })])).toEqual([
      "a",
    ]));

  it("writes a table for each framework", () => {
    expect(coverageMarkdown([rule("a", { framework: "cis-eks", clause: "4.2.1" })], {})).toContain(
      "## CIS Amazon EKS Benchmark 1.7\n\n1 of 1 listed clauses have a rule.\n\n| clause | rules |\n| --- | --- |\n| 4.2.1 | `a` |\n",
    );
  });
});

describe("the pack's coverage", () => {
  it("has every control of the Pod Security Standards, baseline and restricted", () => {
    const controls = coverage(rules)
      .find(({ framework }) => framework === "pod-security")!
      .clauses.map(({ clause }) => clause);
    const baseline = [
      "HostProcess",
      "Host Namespaces",
      "Privileged Containers",
      "Capabilities",
      "HostPath Volumes",
      "Host Ports",
      "Host Probes / Lifecycle Hooks",
      "AppArmor",
      "SELinux",
      "/proc Mount Type",
      "Seccomp",
      "Sysctls",
    ];
    const restricted = [
      "Volume Types",
      "Privilege Escalation",
      "Running as Non-root",
      "Running as Non-root user",
      "Seccomp",
      "Capabilities",
    ];
    expect(controls).toEqual(
      expect.arrayContaining([
        ...baseline.map((control) => `Baseline: ${control}`),
        ...restricted.map((control) => `Restricted: ${control}`),
      ]),
    );
  });

  it("reaches the articles of the AI Act that code can show", () => {
    const articles = coverage(rules)
      .find(({ framework }) => framework === "eu-ai-act")!
      .clauses.map(({ clause }) => clause.replace(/\(.*/, ""));
    expect(articles).toEqual(
      expect.arrayContaining([
        "Art. 5",
        "Art. 9",
        "Art. 10",
        "Art. 11",
        "Art. 12",
        "Art. 13",
        "Art. 14",
        "Art. 15",
        "Art. 19",
        "Art. 26",
      ]),
    );
  });
});

/** `GOVERN 1.1` to `GOVERN 1.7` and so on, from the number of outcomes in each category. */
function outcomes(func: string, counts: readonly number[]): string[] {
  return counts.flatMap((count, i) =>
    Array.from({ length: count }, (_, j) => `${func} ${i + 1}.${j + 1}`),
  );
}
function numbered(section: string, count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, i) => `${section}.${from + i}`);
}

/**
 * Every clause of the frameworks that can be listed whole: by their tables of contents, and for CIS
 * by kube-bench's eks-1.7.0.
 */
const whole: readonly [Framework, readonly string[]][] = [
  [
    "nist-ai-rmf",
    [
      ...outcomes("GOVERN", [7, 3, 2, 3, 2, 2]),
      ...outcomes("MAP", [6, 3, 5, 2, 2]),
      ...outcomes("MEASURE", [3, 13, 3, 3]),
      ...outcomes("MANAGE", [4, 4, 2, 3]),
    ],
  ],
  [
    "iso-42001",
    [
      ...numbered("A.2", 3, 2),
      ...numbered("A.3", 2, 2),
      ...numbered("A.4", 5, 2),
      ...numbered("A.5", 4, 2),
      ...numbered("A.6.1", 2, 2),
      ...numbered("A.6.2", 7, 2),
      ...numbered("A.7", 5, 2),
      ...numbered("A.8", 4, 2),
      ...numbered("A.9", 3, 2),
      ...numbered("A.10", 3, 2),
    ],
  ],
  [
    "cis-eks",
    [
      ...numbered("2.1", 2),
      ...numbered("3.1", 4),
      ...numbered("3.2", 9),
      ...numbered("4.1", 8),
      ...numbered("4.2", 5),
      ...numbered("4.3", 2),
      ...numbered("4.4", 2),
      ...numbered("4.5", 2),
      ...numbered("5.1", 4),
      "5.2.1",
      "5.3.1",
      ...numbered("5.4", 5),
      "5.5.1",
    ],
  ],
];

describe("what the pack leaves open", () => {
  it.each(whole)(
    "of %s is every clause that no rule refers to, none more, none less",
    (framework, clauses) => {
      const found = coverage(rules).find((one) => one.framework === framework)!;
      expect(found.clauses.map(({ clause }) => clause).sort()).toEqual([...clauses].sort());
      for (const { rules: names, coveredBy: text } of found.clauses)
        expect(names.length > 0).toBe(text === undefined);
    },
  );

  it("has as many clauses as the frameworks have", () =>
    expect(whole.map(([, clauses]) => clauses.length)).toEqual([72, 38, 46]));

  it("is nothing that a rule covers by now", () => {
    const covered = coverage(rules, {}).flatMap(({ framework, clauses }) =>
      clauses.map(({ clause }) => `${framework} ${clause}`),
    );
    const open = Object.entries(openClauses).flatMap(([framework, gaps]) =>
      Object.keys(gaps).map((clause) => `${framework} ${clause}`),
    );
    expect(open.filter((clause) => covered.includes(clause))).toEqual([]);
  });

  it("names of the AI Act each duty of providers and deployers of high-risk systems", () => {
    const articles = new Set(
      coverage(rules)
        .find(({ framework }) => framework === "eu-ai-act")!
        .clauses.map(({ clause }) => Number(/\d+/.exec(clause)?.[0])),
    );
    const duties = [
      4,
      5,
      6,
      ...Array.from({ length: 20 }, (_, i) => i + 8),
      43,
      47,
      48,
      49,
      50,
      72,
      73,
      86,
    ];
    expect(duties.filter((article) => !articles.has(article))).toEqual([]);
  });

  it("leaves no rule without an id", () => expect(uncovered(rules)).toEqual([]));
});

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
      ["Fairness gates, none failed", "no", "no", "yes", ""],
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
