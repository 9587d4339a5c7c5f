import { z } from "zod";
import type { PlanDifference, WrittenPlan } from "./difference";
import { isSame } from "./difference";
import { differenceText } from "./difference-text";
import { changedAreas, mermaid, type AreaChange } from "./difference-graph";

/** Findings and areas that are written out for each stack; the rest is counted. */
const writtenOut = 20;
/** Longest message of a finding that is written as a whole. */
const longestMessage = 300;
/**
 * Longest text, in characters. A comment on GitHub has at most 65,536, and the workflow adds a few
 * lines of its own.
 */
export const longestComment = 60_000;

/** What a comment tells of a plan beside its resources; absent from plans of other versions. */
const toldSchema = z.object({
  verdict: z.string().optional(),
  cost: z.object({ totalMonthlyUsd: z.number() }).optional(),
  violations: z
    .array(z.object({ rule: z.string(), enforcement: z.string(), message: z.string() }))
    .default([]),
});
type Finding = z.output<typeof toldSchema>["violations"][number];

/** A stack with its two plans. */
export interface ComparedPlans {
  readonly difference: PlanDifference;
  /** Absent where the earlier folder has none. */
  readonly earlier: WrittenPlan | undefined;
  readonly later: WrittenPlan;
}

/**
 * Differences as the comment of a pull request shows them, in GitHub's Markdown: a table of all
 * stacks, and for each stack that changes a Mermaid graph, the changes by area, the policy findings
 * that are new or gone, and every change as far as there is room.
 *
 * @param failures stacks that could not be planned
 */
export function differenceMarkdown(
  plans: readonly ComparedPlans[],
  failures: readonly { readonly stack: string; readonly message: string }[],
): string {
  const stacks = plans.map(stackParts);
  const head = [
    "## What changes",
    "",
    "| stack | verdict | added | removed | renamed | changed | cost a month | findings |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ...plans.map(row),
    ...failures.map(({ stack }) => `| ${stack} | **not planned** | | | | | | |`),
    ...failures.flatMap(({ stack, message }) => [
      "",
      `### ${stack} cannot be planned`,
      "",
      fenced(cut(message, 4_000)),
    ]),
  ].join("\n");
  const written = head.length + stacks.reduce((sum, { told }) => sum + told.length, 0);
  const detailed = stacks.filter(({ details }) => details !== "").length;
  // Every stack gets the same room for its details.
  const room = Math.floor((longestComment - written) / Math.max(1, detailed)) - 400;
  return `${[
    head,
    ...stacks.map(({ told, details }) => `${told}${details === "" ? "" : folded(details, room)}`),
  ].join("\n")}\n`;
}

function row({ difference, earlier, later }: ComparedPlans): string {
  const { stack, known, added, removed, renamed, changed } = difference;
  const { verdict } = toldOf(later);
  const { fresh, gone } = findingsOf(earlier, later);
  const cells = [
    known ? stack : `${stack} (new)`,
    verdict === "clean" ? "clean" : "**refused**",
    ...[added, removed, renamed, changed].map((list) => String(list.length)),
    costText(earlier, later),
    `${fresh.length} new, ${gone.length} gone`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function toldOf(plan: WrittenPlan | undefined): z.output<typeof toldSchema> {
  return toldSchema.parse(plan ?? {});
}

/** `$497 -> $512 (+$15)`. */
function costText(earlier: WrittenPlan | undefined, later: WrittenPlan): string {
  const [before, after] = [earlier, later].map((plan) => toldOf(plan).cost?.totalMonthlyUsd);
  if (after === undefined) return "unknown";
  if (before === undefined) return dollars(after);
  const difference = after - before;
  if (Math.abs(difference) < 0.5) return `${dollars(after)} (unchanged)`;
  return `${dollars(before)} → ${dollars(after)} (${difference > 0 ? "+" : "−"}${dollars(Math.abs(difference))})`;
}

function dollars(amount: number): string {
  return `$${Math.round(amount)}`;
}

function findingsOf(earlier: WrittenPlan | undefined, later: WrittenPlan) {
  const [before, after] = [toldOf(earlier).violations, toldOf(later).violations];
  const key = (finding: Finding) => JSON.stringify(finding);
  const [known, now] = [new Set(before.map(key)), new Set(after.map(key))];
  return {
    fresh: after.filter((finding) => !known.has(key(finding))),
    gone: before.filter((finding) => !now.has(key(finding))),
  };
}

/** What is always told of a stack, and what is told where there is room. */
function stackParts({ difference, earlier, later }: ComparedPlans): {
  readonly told: string;
  readonly details: string;
} {
  if (isSame(difference)) return { told: "", details: "" };
  const { fresh, gone } = findingsOf(earlier, later);
  const areas = changedAreas(difference, earlier, later);
  const told = [
    "",
    `### ${difference.stack}`,
    "",
    ...(areas.length === 0 ? [] : ["```mermaid", mermaid(areas, later), "```", ""]),
    ...areaTable(areas),
    ...findingList("New findings", fresh),
    ...findingList("Findings that are gone", gone),
  ].join("\n");
  return { told, details: differenceText(difference, "the base of this pull request") };
}

function areaTable(areas: readonly AreaChange[]): string[] {
  if (areas.length === 0) return ["No resource changes.", ""];
  return [
    "| area | region | added | removed | changed |",
    "| --- | --- | ---: | ---: | ---: |",
    ...areas
      .slice(0, writtenOut)
      .map(
        ({ area, region, added, removed, changed }) =>
          `| ${area} | ${region} | ${added} | ${removed} | ${changed} |`,
      ),
    ...(areas.length > writtenOut
      ? [`| and ${areas.length - writtenOut} more areas | | | | |`]
      : []),
    "",
  ];
}

function findingList(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return [
    `**${title}**`,
    "",
    ...findings
      .slice(0, writtenOut)
      .map(
        ({ rule, enforcement, message }) =>
          `- ${enforcement} \`${rule}\`: ${code(cut(message, longestMessage))}`,
      ),
    ...(findings.length > writtenOut ? [`- and ${findings.length - writtenOut} more`] : []),
    "",
  ];
}

/** A text as it is: nobody is mentioned and nothing is linked by what a message quotes. */
function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  return `${fence} ${text.replace(/\s+/g, " ").trim()} ${fence}`;
}

function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function folded(details: string, room: number): string {
  const whole = details.length <= room;
  const shown = whole ? details : details.slice(0, details.lastIndexOf("\n", Math.max(0, room)));
  const note = `Cut after ${shown.length} of ${details.length} characters: plan.json in the report has the rest.`;
  return [
    "",
    "<details><summary>Every change</summary>",
    "",
    fenced(shown),
    ...(whole ? [] : ["", note]),
    "",
    "</details>",
    "",
  ].join("\n");
}
