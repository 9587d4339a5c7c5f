import { text } from "../../read";
import { resourceRule } from "../../rule";
import { catalogue } from "./catalogue";
import { shown, subject } from "./subject";

const exact = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;

export const rule = resourceRule({
  name: "workloads-release-catalogue",
  area: "workloads",
  description:
    "Helm releases must be one of the catalogue's charts at exactly its version, over TLS.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Take the chart from the add-on catalogue; to add one, pin it there and in the parameter `charts`.",
  url: "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: ["kubernetes:helm.sh/v3:Release"],
  parameters: { charts: catalogue },
  check: (resource, { charts }) => {
    const must = (rest: string) => `${subject(resource)} must ${rest}`;
    const chart = text(resource.props, "chart") ?? "";
    const version = text(resource.props, "version");
    const repository = text(resource.props, "repositoryOpts.repo");
    if (version === undefined || !exact.test(version))
      return [must(`set version to one exact version, got ${shown(version)}`)];
    // A chart that is a whole address is its own repository.
    const source = repository ?? chart;
    if (!/^(https|oci):\/\//.test(source))
      return [must(`come from a repository over https, got ${source === "" ? "nothing" : source}`)];
    const entry = `${source}${repository === undefined ? "" : `#${chart}`}@${version}`;
    return charts.includes(entry) ? [] : [must(`be in the catalogue, got ${entry}`)];
  },
});
