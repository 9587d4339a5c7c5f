import { isLogSettings, logRequests } from "../../elastic";
import { like } from "../../iam";
import { at, list, record, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-log-subjects",
  area: "governance",
  description:
    "Log lines that name a subject must lie in a stream of their own with an end, and in no snapshot, from which nobody could be erased.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Give the stream its own template and lifecycle, name the other streams in the snapshot policy one by one, and let its deletion wait for no snapshot.",
  url: "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10(5)" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  types: ["kubernetes:core/v1:ConfigMap"],
  parameters: { stream: "causeway-subjects" },
  check: (resource, { stream }) => {
    if (!isLogSettings(resource)) return [];
    const requests = [...logRequests(resource)];
    const copying = requests.filter(
      ([path, body]) =>
        path.startsWith("/_slm/policy/") &&
        isCopied(
          list(body, "config.indices").filter((name) => typeof name === "string"),
          stream,
        ),
    );
    const template = requests.find(
      ([path, body]) =>
        path.startsWith("/_index_template/") && list(body, "index_patterns").includes(stream),
    )?.[1];
    const name = record(template, "template.settings")["index.lifecycle.name"];
    const end = at(
      new Map(requests).get(`/_ilm/policy/${typeof name === "string" ? name : ""}`),
      "policy.phases.delete",
    );
    return [
      ...copying.map(
        ([path]) =>
          `${subject(resource)} must not copy ${stream} into snapshots, got ${path.slice("/_slm/policy/".length)}`,
      ),
      ...(text(end, "min_age") === undefined
        ? [
            `${subject(resource)} must have an index template for ${stream} with a lifecycle that ends, got ${shown(name)}`,
          ]
        : []),
      ...(at(end, "actions.wait_for_snapshot") === undefined
        ? []
        : [`${subject(resource)} must not let ${stream} wait for a snapshot that never has it`]),
    ];
  },
});

/**
 * Whether a list of names and patterns selects a stream, as Elasticsearch reads one: the last that
 * matches decides, `-` takes out; no list means all.
 */
function isCopied(indices: readonly string[], stream: string): boolean {
  if (indices.length === 0) return true;
  const matching = indices.filter(
    (pattern) =>
      like(pattern.replace(/^-/, ""), stream) ||
      like(pattern.replace(/^-/, ""), `.ds-${stream}-2026.11.29-000001`),
  );
  return matching.length > 0 && !(matching.at(-1) ?? "").startsWith("-");
}
