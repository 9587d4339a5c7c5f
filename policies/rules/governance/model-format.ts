import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { modelName, modelServiceType } from "../../models";

export const rule = resourceRule({
  name: "governance-model-format",
  area: "governance",
  description:
    "A model must be an ONNX graph with all its tensors in its file: a pickle can run any code, and nobody signs other files.",
  severity: "critical",
  enforcement: "mandatory",
  remediation: "Convert the model to ONNX without external data and package the release again.",
  url: "https://docs.python.org/3/library/pickle.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MEASURE 2.7" },
  ],
  types: [modelServiceType],
  check: (resource) => {
    const format = text(resource.props, "verification.format");
    return format === "onnx"
      ? []
      : [`${modelName(resource)} must be an ONNX file, got ${format ?? "nothing"}`];
  },
});
