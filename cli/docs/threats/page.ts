import { answers, isEdit } from "./answers";
import { evidenceThreats } from "./evidence";
import {
  actors,
  components,
  crosses,
  elements,
  flows,
  zones,
  type ElementName,
  type FlowName,
  type Zone,
} from "./graph";
import { operationThreats } from "./operation";
import { gateThreats } from "./gate";
import { releaseThreats } from "./releases";
import { requestThreats } from "./requests";
import { supplyChainThreats } from "./supply-chain";
import { telemetryThreats } from "./telemetry";
import { strides, type Threat } from "./threat";

/** Every threat, by the path that it takes. */
export const sections: Readonly<Record<string, readonly Threat[]>> = {
  Requests: requestThreats,
  Releases: [...releaseThreats, ...gateThreats, ...supplyChainThreats],
  "Operation, evidence and personal data": [
    ...operationThreats,
    ...telemetryThreats,
    ...evidenceThreats,
  ],
};
export const threats: readonly Threat[] = Object.values(sections).flat();

const flowNames = Object.keys(flows).filter((name): name is FlowName => name in flows);
const elementNames = Object.keys(elements).filter((name): name is ElementName => name in elements);
const zoneNames = Object.keys(zones).filter((name): name is Zone => name in zones);

/** `docs/threats.md`. */
export function threatsPage(): string {
  const crossing = flowNames.filter(crosses);
  const edited = [...answers.values()].filter(isEdit);
  return [
    "# Threats",
    "",
    "The threat model of the platform, by STRIDE over the graph that the plan draws: each threat with the policy rules and tests that counter it, and the residual risk. After a change of `cli/docs/threats/`, write this page again:",
    "",
    "```",
    "npm run docs",
    "```",
    "",
    "A test fails if a kind of component is missing here, if a named rule or test file does not exist, or if a flow over a trust boundary lacks a countermeasure for tampering, disclosure or denial.",
    "",
    `\`npm run answers\` takes one answer to each threat away, by a small edit of the code, and demands that a test fails by an assertion. ${edited.length} of the ${threats.length} threats are shown so; the others say who answers them. \`npm run e2e -- --only lifecycle\` does so on a real API server with every validation and condition of the admission policies: an attempt gets through without it, or the policy refuses what it must leave alone.`,
    "",
    `${threats.length} threats over ${Object.keys(components).length} kinds of components, ${Object.keys(actors).length} actors and ${flowNames.length} flows, ${crossing.length} of which cross a trust boundary.`,
    "",
    "Assumptions: AWS, the identity provider and the repository's host work as documented. The owner of the AWS account, and everybody who may merge without review, controls the platform.",
    "",
    ...boundaryLines(),
    ...Object.entries(sections).flatMap(([title, list]) => [
      `## ${title}`,
      "",
      ...list.flatMap(threatLines),
    ]),
  ].join("\n");
}

/** The zones as a diagram, and tables of the elements and the flows. */
function boundaryLines(): string[] {
  return [
    "## Trust boundaries",
    "",
    "```mermaid",
    "flowchart LR",
    ...zoneNames.flatMap((zone) => [
      `  subgraph ${zone}`,
      ...elementNames
        .filter((name) => elements[name].zone === zone)
        .map((name) => `    ${idOf(name)}["${name}"]`),
      "  end",
    ]),
    ...flowNames.map(
      (name) =>
        `  ${idOf(flows[name].from)} ${crosses(name) ? "==>" : "-->"}|${name}| ${idOf(flows[name].to)}`,
    ),
    "```",
    "",
    "Thick arrows cross a boundary.",
    "",
    ...zoneNames.map((zone) => `- **${zone}**. ${zones[zone]}.`),
    "",
    "| element | zone | contents | threats |",
    "| --- | --- | --- | --- |",
    ...elementNames.map(
      (name) =>
        `| ${name} | ${elements[name].zone} | ${elements[name].holds} | ${threats.filter((threat) => threat.elements.includes(name)).length} |`,
    ),
    "",
    "| flow | from | to | carries |",
    "| --- | --- | --- | --- |",
    ...flowNames.map(
      (name) =>
        `| ${name}${crosses(name) ? " ⚠" : ""} | ${flows[name].from} | ${flows[name].to} | ${flows[name].carries} |`,
    ),
    "",
    "⚠ crosses a boundary.",
    "",
  ];
}

function threatLines({
  id,
  stride,
  story,
  elements: on,
  flows: along,
  rules,
  tests,
  residual,
}: Threat): string[] {
  const where = [...on, ...along.map((flow) => `flow ${flow}`)].join(", ");
  return [
    `### ${id}`,
    "",
    `${story} *${stride} (against ${strides[stride]}); ${where}.*`,
    "",
    ...sublist(
      "Rules",
      rules.map((rule) => `\`${rule}\``),
    ),
    ...sublist(
      "Tests",
      tests.map((test) => `[${test}](../${test})`),
    ),
    ...answerLine(id),
    `- Residual risk: ${residual}`,
    "",
  ];
}

/** Which answer `npm run answers` takes away, and which test fails then. */
function answerLine(id: string): string[] {
  const answer = answers.get(id);
  if (answer === undefined) return [];
  if (!isEdit(answer)) return [`- Answered by ${answer.by}. ${answer.reason}`];
  const { without, file, test, name } = answer;
  return [
    `- Taken away: ${without}`,
    `  - In [${file}](../${file}).`,
    `  - Then ${name === undefined ? "" : `"${name}" of `}[${test}](../${test}) fails.`,
  ];
}

/** A list below an item: as a sentence the longest of them could not be read. */
function sublist(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`- ${title}:`, ...items.map((item) => `  - ${item}`)];
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(" ", "_");
}
