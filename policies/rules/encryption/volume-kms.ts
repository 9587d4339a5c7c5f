import { at, list, present } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { shown, subject } from "../../kubernetes";

const volume = "aws:ebs/volume:Volume";
const template = "aws:ec2/launchTemplate:LaunchTemplate";

export const rule = resourceRule({
  name: "encryption-volume-kms",
  area: "encryption",
  description:
    "EBS volumes, also those of instances and launch templates, must be encrypted with a customer-managed KMS key.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Set encrypted to true and kmsKeyId to the volumes key.",
  url: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  types: [volume, template, "aws:ec2/instance:Instance"],
  check: (resource) => volumes(resource).flatMap((path) => problems(resource, path)),
});

/** Paths of what a resource says of each volume, with a dot at the end unless it is the resource. */
function volumes({ type, props }: ResourceView): string[] {
  if (type === volume) return [""];
  if (type === template)
    return list(props, "blockDeviceMappings").flatMap((mapping, i) =>
      // A block may also map an ephemeral disk, or no device.
      present(mapping, "ebs") ? [`blockDeviceMappings.${i}.ebs.`] : [],
    );
  return [
    // Without a block, the root volume is as the image has it.
    "rootBlockDevice.",
    ...list(props, "ebsBlockDevices").map((_, i) => `ebsBlockDevices.${i}.`),
  ];
}

function problems(resource: ResourceView, path: string): string[] {
  const encrypted = at(resource.props, `${path}encrypted`);
  // A launch template takes the text, because the field may also be unset.
  if (encrypted !== true && encrypted !== "true")
    return [`${subject(resource)} must set ${path}encrypted to true, got ${shown(encrypted)}`];
  return present(resource.props, `${path}kmsKeyId`)
    ? []
    : [`${subject(resource)} must name a customer-managed key in ${path}kmsKeyId, got nothing`];
}
