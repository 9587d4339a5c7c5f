import { classificationMarks, dataClasses } from "../../../services/contract/data-classes";
import { at, record } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

const { tag, label } = classificationMarks;

/** Every kind of resource that keeps data; those of Kubernetes carry a label, the others a tag. */
const stores = [
  "aws:s3/bucket:Bucket",
  "aws:ecr/repository:Repository",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:amp/workspace:Workspace",
  "aws:dynamodb/table:Table",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:efs/fileSystem:FileSystem",
  "aws:ebs/volume:Volume",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:opensearch/domain:Domain",
  "aws:kinesis/stream:Stream",
  "aws:redshift/cluster:Cluster",
  "aws:sagemaker/featureGroup:FeatureGroup",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch",
];

export const rule = resourceRule({
  name: "governance-data-classification",
  area: "governance",
  description:
    "Every store of data must say how sensitive what it holds is: retention, encryption and erasure follow from it.",
  severity: "high",
  enforcement: "mandatory",
  remediation: `Tag the resource with ${tag}, or label the object with ${label}: ${dataClasses.join(", ")}. The classes are in services/contract/data-classes.ts.`,
  url: "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/data-classification.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10" },
    { framework: "iso-42001", clause: "A.7.2" },
    { framework: "ml-lens", clause: "MLSEC-07" },
  ],
  partial: true,
  types: stores,
  parameters: { classes: dataClasses.map(String) },
  check: (resource, { classes }) => {
    const kubernetes = resource.type.startsWith("kubernetes:");
    const given = kubernetes
      ? record(at(resource.props, "metadata"), "labels")[label]
      : record(resource.props, "tags")[tag];
    const key = kubernetes ? `label ${label}` : `tag ${tag}`;
    return typeof given === "string" && classes.includes(given)
      ? []
      : [
          `${subject(resource)} must have the ${key} with one of ${classes.join(", ")}, got ${shown(given)}`,
        ];
  },
});
