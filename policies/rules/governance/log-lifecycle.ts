import { occurrences, ofType, at, list, record, text } from "../../resources";
import { elasticsearchType, isLogSettings, logRequests } from "../../elastic";
import { stackRule, type ResourceView } from "../../rule";
import { minimumLogDays } from "../../../services/contract/tiers";
import { shown, subject } from "../../kubernetes";
import { lengthInDays, modelServiceType } from "../../models";

export const rule = stackRule({
  name: "governance-log-lifecycle",
  area: "governance",
  description:
    "The log store must keep prediction logs for at least six months and as long as each model's contract says, and not for ever.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Let the delete phase of the lifecycle that the template of the prediction stream names begin at the longest retention.predictionLogs of the contracts, or at the parameter `minimumDays` where that is longer.",
  url: "https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "eu-ai-act", clause: "Art. 19" },
    { framework: "eu-ai-act", clause: "Art. 26(6)" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  parameters: { minimumDays: minimumLogDays, stream: "causeway-predictions" },
  check: (resources, { minimumDays, stream }) => {
    const stores = ofType(resources, elasticsearchType);
    const settings = resources.filter(isLogSettings);
    const [store] = stores;
    if (store !== undefined && occurrences(settings) < occurrences(stores))
      return [
        {
          resource: store,
          message: `${subject(store)} must have log settings in each cluster, got ${occurrences(settings)} in the stack`,
        },
      ];
    const least = Math.max(
      minimumDays,
      ...ofType(resources, modelServiceType).map(({ props }) =>
        lengthInDays(text(props, "logRetention")),
      ),
    );
    return settings.flatMap((resource) => {
      const problem = lifecycleProblem(resource, stream, least);
      return problem === undefined
        ? []
        : [{ resource, message: `${subject(resource)} must ${problem}` }];
    });
  },
});

function lifecycleProblem(
  settings: ResourceView,
  stream: string,
  least: number,
): string | undefined {
  const requests = logRequests(settings);
  const template = [...requests].find(
    ([path, body]) =>
      path.startsWith("/_index_template/") && list(body, "index_patterns").includes(stream),
  )?.[1];
  if (template === undefined) return `have an index template for ${stream}, got none`;
  const name = record(template, "template.settings")["index.lifecycle.name"];
  const policy = typeof name === "string" ? requests.get(`/_ilm/policy/${name}`) : undefined;
  if (policy === undefined) return `name a lifecycle of its own for ${stream}, got ${shown(name)}`;
  const end = at(policy, "policy.phases.delete.min_age");
  const kept = Number(/^(\d+)d$/.exec(String(end))?.[1] ?? Number.NaN);
  return kept >= least
    ? undefined
    : `keep ${stream} for ${least} days or more and then delete it, got ${shown(end)}`;
}
