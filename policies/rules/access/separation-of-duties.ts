import { duties, dutyHolders } from "../../duties";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "access-separation-of-duties",
  area: "access",
  description:
    "Nobody must be able to do two of these alone: deploy a release, approve it, erase the data of a subject.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "List each role under one of pipelines, approvers and erasers, and let no policy of one reach what another decides.",
  url: "https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element=AC-05",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "nist-ai-rmf", clause: "GOVERN 2.1" },
    { framework: "iso-42001", clause: "A.3.2" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  check: (resources) => {
    const holders = dutyHolders(resources);
    return [...new Set(holders.map(({ principal }) => principal))].flatMap((principal) => {
      const own = holders.filter((holder) => holder.principal === principal);
      const held = duties.filter((duty) => own.some((holder) => holder.duty === duty));
      if (held.length < 2) return [];
      return [
        {
          message: `${principal} must not be able to ${held.join(" and ")} alone: ${own.map(({ duty, by }) => `${duty} by ${by}`).join("; ")}`,
        },
      ];
    });
  },
});
