import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

const unsafe = /\.(pkl|pickle|joblib|dill|cloudpickle)\b/;

export const rule = resourceRule({
  name: "governance-pod-pickle",
  area: "governance",
  description: "Containers must not load a model from a pickle, which can run any code.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Convert the model to ONNX in the packaging step.",
  url: "https://docs.python.org/3/library/pickle.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
  ],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const words = [
        ...list(container.spec, "command"),
        ...list(container.spec, "args"),
        ...list(container.spec, "env").map((variable) => at(variable, "value")),
      ];
      return words.flatMap((word) =>
        typeof word === "string" && unsafe.test(word)
          ? [`not load a model from a pickle, got ${word}`]
          : [],
      );
    }),
});
