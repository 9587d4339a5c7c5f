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
  shift: {
    title: "Interest rates rise",
    text: "Housing costs take half as much again of each income, loans cover ten points more of the price, unemployment rises by two points and net worth falls by a fifth. The lender adapts: each applicant gets the decision that was made on the real application.",
    moves: [
      { feature: "obrat", times: { obrat: 1, hrat: 0.5 } },
      { feature: "hrat", times: { hrat: 1.5 } },
      { feature: "loanprc", plus: 0.1, times: { loanprc: 1 } },
      { feature: "unem", plus: 2, times: { unem: 1 } },
      { feature: "netw", times: { netw: 0.8 } },
    ],
  },
};
