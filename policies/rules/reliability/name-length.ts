import { present, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/**
 * Longest names that AWS takes, by type, and the input that holds the name. From the API reference
 * of each service, e.g.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
const longest: Readonly<Record<string, readonly [input: string, characters: number]>> = {
  "aws:cloudtrail/trail:Trail": ["name", 128],
  "aws:cloudwatch/eventRule:EventRule": ["name", 64],
  "aws:cloudwatch/logGroup:LogGroup": ["name", 512],
  "aws:ec2/securityGroup:SecurityGroup": ["name", 255],
  "aws:ecr/repository:Repository": ["name", 256],
  "aws:eks/cluster:Cluster": ["name", 100],
  "aws:iam/instanceProfile:InstanceProfile": ["name", 128],
  "aws:iam/policy:Policy": ["name", 128],
  "aws:iam/role:Role": ["name", 64],
  "aws:iam/rolePolicy:RolePolicy": ["name", 128],
  "aws:lb/loadBalancer:LoadBalancer": ["name", 32],
  "aws:lb/targetGroup:TargetGroup": ["name", 32],
  "aws:s3/bucket:Bucket": ["bucket", 63],
  "aws:sns/topic:Topic": ["name", 256],
  "aws:sqs/queue:Queue": ["name", 80],
  "aws:wafv2/webAcl:WebAcl": ["name", 128],
};

/** A hyphen and seven random digits, which the provider adds to a name that it makes itself. */
const added = 8;

export const rule = resourceRule({
  name: "reliability-name-length",
  area: "reliability",
  description:
    "Names, and names that the provider makes from those in the program, must be short enough for AWS.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Give the resource a shorter name in the program, or set its name.",
  url: "https://www.pulumi.com/docs/iac/concepts/resources/names/",
  frameworks: [{ framework: "ml-lens", clause: "MLOPS-04" }],
  partial: true,
  types: Object.keys(longest),
  check: (resource) => {
    const [input, characters] = longest[resource.type] ?? ["name", Infinity];
    const given = text(resource.props, input);
    // A name that another resource will tell is known only then; the provider checks it.
    if (given === undefined && present(resource.props, input)) return [];
    const length = given?.length ?? resource.name.length + added;
    return length <= characters
      ? []
      : [
          `${subject(resource)} must have a name of at most ${characters} characters, got ${given === undefined ? `${resource.name} and ${added} more` : given}: ${length}`,
        ];
  },
});
