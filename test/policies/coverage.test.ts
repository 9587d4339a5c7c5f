import { coverage, coverageMarkdown, uncovered } from "../../policies/coverage";
import { frameworks, resourceRule, type FrameworkReference } from "../../policies/rule";
import { rules } from "../../policies/rules";

function rule(name: string, ...references: FrameworkReference[]) {
  return resourceRule({ name, area: "workloads", description: "Things must be good.", severity: "low", enforcement: "advisory", remediation: "Do.", frameworks: references, types: [], check: () => [] });
}

describe("coverage", () => {
  it("lists each clause once, in the order in which a person reads them, with its rules sorted", () => {
    const found = coverage([rule("z", { framework: "eu-ai-act", clause: "Art. 10" }, { framework: "eu-ai-act", clause: "Art. 9" }), rule("a", { framework: "eu-ai-act", clause: "Art. 10" })]);
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
    expect(coverage([]).map(({ framework, clauses }) => [framework, clauses])).toEqual(Object.keys(frameworks).map((id) => [id, []]));
    expect(coverageMarkdown([])).toContain("No rule refers to it.");
  });

  it("names the rules that refer to nothing", () => expect(uncovered([rule("a"), rule("b", { framework: "cis-eks", clause: "4.2.1" })])).toEqual(["a"]));

  it("writes a table for each framework", () => {
    expect(coverageMarkdown([rule("a", { framework: "cis-eks", clause: "4.2.1" })])).toContain("## CIS Amazon EKS Benchmark 1.7\n\n| clause | rules |\n| --- | --- |\n| 4.2.1 | `a` |\n");
  });
});

describe("the pack's coverage", () => {
  it("has every control of the Pod Security Standards, baseline and restricted", () => {
    const controls = coverage(rules).find(({ framework }) => framework === "pod-security")!.clauses.map(({ clause }) => clause);
    const baseline = ["HostProcess", "Host Namespaces", "Privileged Containers", "Capabilities", "HostPath Volumes", "Host Ports", "Host Probes / Lifecycle Hooks", "AppArmor", "SELinux", "/proc Mount Type", "Seccomp", "Sysctls"];
    const restricted = ["Volume Types", "Privilege Escalation", "Running as Non-root", "Running as Non-root user", "Seccomp", "Capabilities"];
    expect(controls).toEqual(expect.arrayContaining([...baseline.map((control) => `Baseline: ${control}`), ...restricted.map((control) => `Restricted: ${control}`)]));
  });

  it("reaches the articles of the AI Act that code can show", () => {
    const articles = coverage(rules).find(({ framework }) => framework === "eu-ai-act")!.clauses.map(({ clause }) => clause.replace(/\(.*/, ""));
    expect(articles).toEqual(expect.arrayContaining(["Art. 5", "Art. 9", "Art. 10", "Art. 11", "Art. 12", "Art. 13", "Art. 14", "Art. 15", "Art. 19", "Art. 26"]));
  });
});
