import { isDigest } from "../../../services/contract/digests";
import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { fullRepository, matchesOne, parseImage } from "../../kubernetes";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

const none: readonly string[] = [];

export const rule = resourceRule({
  name: "workloads-pod-image-digest",
  area: "workloads",
  description: "Containers must name their image by digest: a tag can be moved to another image.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Write the image as name@sha256:..., or add its repository to the parameter `exceptions`.",
  url: "https://kubernetes.io/docs/concepts/containers/images/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: podTypes,
  parameters: { exceptions: none },
  check: (resource, { exceptions }) =>
    eachContainer(resource, (container) => {
      const image = text(container.spec, "image");
      // Without an image the API server refuses the pod; a moving tag has a rule of its own.
      if (image === undefined) return [];
      const { repository, tag, digest } = parseImage(image);
      if (
        digest === undefined
          ? (tag ?? "latest") === "latest" || matchesOne(fullRepository(repository), exceptions)
          : isDigest(digest)
      )
        return [];
      return [`name its image by digest, got ${image}`];
    }),
});
