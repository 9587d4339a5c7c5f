import { isLogSettings, logRequests } from "../../elastic";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "governance-log-snapshots",
  area: "governance",
  description:
    "Prediction logs must be copied out of the log store by a schedule, and deleted there only after that.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Register a snapshot repository and a snapshot policy that names it, and let the delete phase of the prediction logs wait for that policy.",
  url: "https://www.elastic.co/docs/deploy-manage/tools/snapshot-and-restore/create-snapshots",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
    { framework: "ml-lens", clause: "MLREL-05" },
  ],
  types: ["kubernetes:core/v1:ConfigMap"],
  parameters: { required: true, lifecycle: "causeway-predictions" },
  check: (resource, { required, lifecycle }) => {
    if (!required || !isLogSettings(resource)) return [];
    const requests = [...logRequests(resource)];
    const repositories = requests
      .filter(([path]) => path.startsWith("/_snapshot/"))
      .map(([path]) => path.slice("/_snapshot/".length));
    const policies = requests
      .filter(
        ([path, body]) =>
          path.startsWith("/_slm/policy/") && repositories.includes(text(body, "repository") ?? ""),
      )
      .map(([path]) => path.slice("/_slm/policy/".length));
    const awaited = at(
      new Map(requests).get(`/_ilm/policy/${lifecycle}`),
      "policy.phases.delete.actions.wait_for_snapshot.policy",
    );
    if (repositories.length === 0)
      return [`${subject(resource)} must register a snapshot repository, got none`];
    if (policies.length === 0)
      return [
        `${subject(resource)} must have a snapshot policy for ${repositories.join(", ")}, got none`,
      ];
    return typeof awaited === "string" && policies.includes(awaited)
      ? []
      : [
          `${subject(resource)} must let ${lifecycle} wait for one of the snapshot policies ${policies.join(", ")} before it deletes, got ${shown(awaited)}`,
        ];
  },
});
