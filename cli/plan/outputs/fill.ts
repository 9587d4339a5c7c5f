import { asSecret, isProperties, type Properties } from "../wire";
import { awsOutputs } from "./aws";
import { automaticName, given, hex, type Filled, type OutputContext } from "./context";

/** Fills what a cloud or a cluster would answer, from type and inputs alone. */
export function fill(context: OutputContext): Filled {
  const [provider = ""] = context.type.split(":");
  switch (provider) {
    case "aws":
      return awsOutputs(context);
    case "kubernetes":
      return kubernetesOutputs(context);
    case "random":
      return randomOutputs(context);
    case "docker":
    case "docker-build":
      return imageOutputs(context);
    default:
      return { id: hex(context, 16), outputs: {} };
  }
}

function kubernetesOutputs(context: OutputContext): Filled {
  if (context.type === "kubernetes:helm.sh/v3:Release") {
    const name = given(context, "name") ?? automaticName(context);
    const namespace = given(context, "namespace") ?? "default";
    return {
      id: `${namespace}/${name}`,
      outputs: {
        name,
        namespace,
        status: {
          name,
          namespace,
          chart: context.inputs["chart"],
          version: context.inputs["version"],
          status: "deployed",
          revision: 1,
        },
      },
    };
  }
  const metadata: Properties = isProperties(context.inputs["metadata"])
    ? context.inputs["metadata"]
    : {};
  const name = typeof metadata["name"] === "string" ? metadata["name"] : automaticName(context);
  const id = typeof metadata["namespace"] === "string" ? `${metadata["namespace"]}/${name}` : name;
  return {
    id,
    outputs: { metadata: { ...metadata, name, uid: hex(context, 32) }, ...serviceStatus(context) },
  };
}

/** A Service of type LoadBalancer gets an address. */
function serviceStatus(context: OutputContext): Properties {
  if (context.type !== "kubernetes:core/v1:Service") return {};
  return {
    status: {
      loadBalancer: {
        ingress: [{ hostname: `${hex(context, 32)}.elb.${context.region}.amazonaws.com` }],
      },
    },
  };
}

function randomOutputs(context: OutputContext): Filled {
  const length = context.inputs["length"];
  const text = hex(context, typeof length === "number" ? length : 16);
  if (context.type.endsWith(":RandomPassword"))
    return { id: "none", outputs: { result: asSecret(text) } };
  return { id: text, outputs: { result: text, hex: text, dec: "1", b64Url: text, b64Std: text } };
}

/**
 * An image that `pulumi up` would build; its digest is a stand-in, so it is the same in every plan.
 */
function imageOutputs(context: OutputContext): Filled {
  const digest = `sha256:${hex(context, 64)}`;
  const tags = context.inputs["tags"];
  const tag =
    given(context, "imageName") ??
    (Array.isArray(tags) && typeof tags[0] === "string" ? tags[0] : context.name);
  const repository = tag.replace(/:[^/:]*$/, "");
  return {
    id: digest,
    outputs: {
      digest,
      ref: `${repository}@${digest}`,
      repoDigest: `${repository}@${digest}`,
      imageName: tag,
      baseImageName: tag,
      contextHash: hex(context, 64, "context"),
    },
  };
}
