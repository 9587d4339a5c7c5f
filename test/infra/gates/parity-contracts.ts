import * as fc from "fast-check";
import type { Contract } from "../../../services/contract/contract";
import { latency } from "../../../services/contract/units";
import { contract } from "./parity-counts";

/** Names with what PromQL, `label_replace`, Go and Argo Rollouts give a meaning to. */
export const oddNames: Contract = {
  ...contract,
  target: { ...contract.target, positiveLabel: 'ra"ise', negativeLabel: "lo\\wer {{x}}\n$1" },
  protectedAttributes: [
    {
      name: 's"ex {{',
      description: "",
      reference: "ma\\le",
      groups: [
        { name: "ma\\le", column: "male", equals: 1 },
        { name: "$1 $& ${x} {{ $value }}", column: "male", equals: 0 },
        { name: "{", column: "male", equals: 2 },
      ],
    },
  ],
  gates: {
    ...contract.gates,
    performance: [{ metric: "recall", min: 0.9 }],
    fairness: [
      { metric: "selection-rate-ratio", attribute: 's"ex {{', min: 0.8 },
      { metric: "equalized-odds-difference", attribute: 's"ex {{', max: 0.3 },
    ],
    minimumGroupSize: 12,
  },
  slos: { ...contract.slos, availability: 0.95, latencyP99: latency.parse("1 second") },
  drift: { ...contract.drift, minimumSamples: 60 },
};

/** Gates that every contract has, and nothing about groups. */
export const fewGates: Contract = {
  ...contract,
  protectedAttributes: [],
  gates: { ...contract.gates, performance: [{ metric: "auc", min: 0.7 }], fairness: [] },
  slos: { ...contract.slos, availability: 0.9999 },
};

/** Pieces of names that mean something to PromQL, `label_replace`, Go or Argo Rollouts. */
const pieces = [
  '"',
  "'",
  "`",
  "\\",
  "\n",
  "\t",
  "{",
  "}",
  "{{",
  "}}",
  "$",
  "$1",
  ",",
  "|",
  "a",
  "é",
  "\u2028",
  " ",
];

/** {@link oddNames} with any names. */
export const anyNames: fc.Arbitrary<Contract> = fc
  .uniqueArray(fc.string({ unit: fc.constantFrom(...pieces), minLength: 1, maxLength: 12 }), {
    minLength: 5,
    maxLength: 5,
  })
  .map(([yes = "", no = "", attribute = "", one = "", other = ""]) => ({
    ...oddNames,
    target: { ...oddNames.target, positiveLabel: yes, negativeLabel: no },
    protectedAttributes: [
      {
        name: attribute,
        description: "",
        reference: one,
        groups: [one, other].map((name) => ({ name, column: "male", equals: 1 })),
      },
    ],
    gates: {
      ...oddNames.gates,
      fairness: oddNames.gates.fairness.map((gate) => ({ ...gate, attribute })),
    },
  }));
