import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { parseImage } from "../../kubernetes";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-image-latest",
  area: "workloads",
  description: "Containers must not take whatever image is the latest.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Name the image by digest, or by the tag of one version.",
  url: "https://kubernetes.io/docs/concepts/containers/images/",
  frameworks: [{ framework: "iso-42001", clause: "A.6.2.5" }],
  types: podTypes,
  check: (resource) =>
    eachContainer(resource, (container) => {
      const image = text(container.spec, "image");
      if (image === undefined) return [];
      const { tag, digest } = parseImage(image);
      return digest === undefined && (tag ?? "latest") === "latest"
        ? [`name one version of its image, got ${image}`]
        : [];
    }),
});
