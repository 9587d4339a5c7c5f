import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { fullRepository, matchesOne, parseImage } from "../../kubernetes";
import { podTypes } from "../../pod-shapes";
import { eachContainer } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-image-registry",
  area: "workloads",
  description: "Containers must take their image from an approved registry.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Push the image to the platform's registry, or add its registry to the parameter `registries`.",
  url: "https://kubernetes.io/docs/concepts/containers/images/",
  frameworks: [
    { framework: "cis-eks", clause: "5.1.4" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: podTypes,
  parameters: {
    registries: [
      "*.dkr.ecr.*.amazonaws.com",
      "registry.k8s.io",
      "quay.io",
      "docker.elastic.co",
      "docker.io",
      "ghcr.io",
    ],
  },
  check: (resource, { registries }) =>
    eachContainer(resource, (container) => {
      const image = text(container.spec, "image");
      if (image === undefined) return [];
      const [registry = ""] = fullRepository(parseImage(image).repository).split("/");
      return matchesOne(registry, registries)
        ? []
        : [`take its image from one of ${registries.join(", ")}, got ${image}`];
    }),
});
