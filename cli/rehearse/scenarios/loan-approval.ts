import type { Scenario } from "./scenario";

/** The sample's scenario. */
export const loanApproval: Scenario = {
  champion: {
    text: "logistic regression, mitigated because the unmitigated one fails the four-fifths rule",
    arguments: [],
  },
  challenger: {
    text: "gradient-boosted trees, no mitigation",
    arguments: ["--mitigation", "off", "--parameter", "estimator=boosted"],
  },
  retrained: {
    text: "the contract's own recipe on applications after the change",
    arguments: [],
    meantToWin: true,
  },
  unfair: {
    text: "deeper trees, trained on history in which most approvals of Hispanic applicants were recorded as declines",
    arguments: [
      "--mitigation",
      "off",
      "--parameter",
      "estimator=boosted",
      "--parameter",
      "depth=4",
    ],
    folder: "worse-for-one-group",
  },
  // The champion ranks applicants worse after this change, while its scores as a whole stay near
  // those of a new model.
  shift: {
    title: "A source reports headroom",
    text: "A new loan system reports headroom in place of three ratios: of obligations below 70% of income, of housing costs below 50%, and of the loan below one and a half times the price. The applications and the decisions on them stay the same.",
    moves: [
      { feature: "obrat", plus: 70, times: { obrat: -1 } },
      { feature: "hrat", plus: 50, times: { hrat: -1 } },
      { feature: "loanprc", plus: 1.5, times: { loanprc: -1 } },
    ],
  },
};
