import { at, ofType, refersTo } from "../../resources";
import { stackRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = stackRule({
  name: "encryption-key-multi-region",
  area: "encryption",
  description:
    "KMS keys must be multi-Region, so that a region can read after a failover what another encrypted; the key of a metrics workspace must not be, since Managed Prometheus takes none.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set multiRegion to true and add a ReplicaKey in each other region, or for a metrics workspace make a key of its own; a key cannot be changed later.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-02" }],
  check: (resources) => {
    const workspaces = ofType(resources, "aws:amp/workspace:Workspace");
    return ofType(resources, "aws:kms/key:Key").flatMap((key) => {
      const multiRegion = at(key.props, "multiRegion");
      const user = workspaces.find((workspace) => refersTo(workspace, "kmsKeyArn", key));
      if (user !== undefined)
        return multiRegion === true
          ? [
              {
                resource: key,
                message: `${subject(key)} must not be multi-Region, because ${subject(user)} uses it`,
              },
            ]
          : [];
      return multiRegion === true
        ? []
        : [
            {
              resource: key,
              message: `${subject(key)} must set multiRegion to true, got ${shown(multiRegion)}`,
            },
          ];
    });
  },
});
