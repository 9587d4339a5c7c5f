import { loanApproval } from "./loan-approval";
import type { Scenario } from "./scenario";

/** Scenario by model. */
export const scenarios: Readonly<Record<string, Scenario>> = { "loan-approval": loanApproval };
