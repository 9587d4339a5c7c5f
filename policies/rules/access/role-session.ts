import { number } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** What IAM takes when nothing is said. */
const defaultSeconds = 3600;

export const rule = resourceRule({
  name: "access-role-session",
  area: "access",
  description: "Sessions of a role must be short.",
  severity: "low",
  enforcement: "mandatory",
  remediation: "Lower maxSessionDuration; a session that is needed longer can be renewed.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-03" }],
  types: ["aws:iam/role:Role"],
  parameters: { maximumSeconds: 14400 },
  check: (role, { maximumSeconds }) => {
    const seconds = number(role.props, "maxSessionDuration") ?? defaultSeconds;
    return seconds <= maximumSeconds
      ? []
      : [
          `${subject(role)} must end sessions after ${maximumSeconds} seconds or less, got ${seconds}`,
        ];
  },
});
