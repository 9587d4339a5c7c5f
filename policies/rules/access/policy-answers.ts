import { statements, like } from "../../iam";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Actions that begin something, and the one that alone reads what came of it. */
const answers: Readonly<Record<string, string>> = {
  "logs:StartQuery": "logs:GetQueryResults",
  "athena:StartQueryExecution": "athena:GetQueryResults",
  "guardduty:ListFindings": "guardduty:GetFindings",
};

export const rule = resourceRule({
  name: "access-policy-answers",
  area: "access",
  description: "A policy that lets somebody start a query must let them read its answer.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Allow the action that reads the answer too, or neither.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"],
  check: (policy) => {
    const allowed = statements(policy.props["policy"])
      .filter(({ allows }) => allows)
      .flatMap(({ actions }) => actions);
    const may = (action: string) => allowed.some((pattern) => like(pattern, action));
    return Object.entries(answers).flatMap(([begin, read]) =>
      may(begin) && !may(read)
        ? [`${subject(policy)} must allow ${read}, because it allows ${begin}`]
        : [],
    );
  },
});
