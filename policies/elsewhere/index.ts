import type { Framework } from "../rule";
import { cisEks } from "./cis-eks";
import type { Elsewhere } from "./clauses";
import { euAiAct } from "./eu-ai-act";
import { iso42001 } from "./iso-42001";
import { mlLens } from "./ml-lens";
import { nistAiRmf } from "./nist-ai-rmf";

/** What the rules leave open of each framework, and who or what covers it. */
export const elsewhere: Readonly<Record<Framework, Elsewhere>> = {
  "pod-security": {},
  "cis-eks": cisEks,
  "ml-lens": mlLens,
  "eu-ai-act": euAiAct,
  "nist-ai-rmf": nistAiRmf,
  "iso-42001": iso42001,
};
