import { labelKeys } from "../../../services/contract/labels";
import { at, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "access-service-account-token",
  area: "access",
  description:
    "A service account must not mount its token into pods that do not call the Kubernetes API.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: `Set automountServiceAccountToken to false; an account whose pods call the API says why in the annotation ${labelKeys.apiToken}.`,
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  frameworks: [{ framework: "cis-eks", clause: "4.1.6" }],
  types: ["kubernetes:core/v1:ServiceAccount"],
  parameters: { reasonAnnotation: labelKeys.apiToken },
  check: (account, { reasonAnnotation }) => {
    const automount = at(account.props, "automountServiceAccountToken");
    if (automount === false) return [];
    const annotations = at(account.props, "metadata.annotations");
    const reason =
      typeof annotations === "object" && annotations !== null
        ? text({ reason: Reflect.get(annotations, reasonAnnotation) }, "reason")
        : undefined;
    return reason
      ? []
      : [
          `${subject(account)} must set automountServiceAccountToken to false or say why in the annotation ${reasonAnnotation}, got ${shown(automount)}`,
        ];
  },
});
