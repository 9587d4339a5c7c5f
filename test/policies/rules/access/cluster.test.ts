import { rule as analyzer } from "../../../../policies/rules/access/analyzer-region";
import { rule as endpoint } from "../../../../policies/rules/access/cluster-endpoint";
import { rule as entries } from "../../../../policies/rules/access/cluster-entries";
import { rule as immutable } from "../../../../policies/rules/access/repository-immutable";
import { rule as scan } from "../../../../policies/rules/access/repository-scan";
import { cluster, clusterStack, repository } from "../../../support/baselines/aws";
import { resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";

const type = "aws:eks/cluster:Cluster";

ruleSuite(endpoint, {
  type,
  good: cluster,
  deviations: {
    "a public endpoint": (good) => ({
      deviant: set(good, "vpcConfig.endpointPublicAccess", true),
      message:
        /^Cluster "subject" must set vpcConfig.endpointPublicAccess to false or limit publicAccessCidrs, got neither$/,
    }),
    ...Object.fromEntries(
      ["0.0.0.0/0", "128.0.0.0/1", "203.0.0.0/15", "::/0"].map((block) => [
        `a public endpoint for ${block}`,
        (good: Props) => ({
          deviant: {
            ...good,
            vpcConfig: {
              endpointPrivateAccess: true,
              endpointPublicAccess: true,
              publicAccessCidrs: ["203.0.113.0/24", block],
            },
          },
          message: new RegExp(`to IPv4 blocks of /16 or smaller, got "${block}"$`),
        }),
      ]),
    ),
    "an endpoint that AWS makes public": (good) => unset(good, "vpcConfig.endpointPublicAccess"),
    "no private endpoint": (good) => ({
      deviant: set(good, "vpcConfig.endpointPrivateAccess", false),
      message: /endpointPrivateAccess to true, got false$/,
    }),
  },
  configured: [
    {
      title: "a public endpoint for an office",
      parameters: {},
      subject: (good) =>
        set(set(good, "vpcConfig.endpointPublicAccess", true), "vpcConfig.publicAccessCidrs", [
          "203.0.113.0/24",
        ]),
      fires: false,
    },
  ],
});

ruleSuite(entries, {
  type,
  good: cluster,
  deviations: {
    "the aws-auth ConfigMap": (good) => ({
      deviant: set(good, "accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
      message: /must have authenticationMode API, got "API_AND_CONFIG_MAP"$/,
    }),
    "a creator who stays administrator": (good) =>
      unset(good, "accessConfig.bootstrapClusterCreatorAdminPermissions"),
  },
});

ruleSuite(analyzer, {
  good: clusterStack,
  deviations: {
    "a region without an analyzer": (good) => ({
      deviant: without(good, "analyzer"),
      message: /^each of the 1 regions with a cluster must have an Access Analyzer, got 0$/,
    }),
  },
});

it("takes the analyzers that the account has already for those of their regions", () => {
  const watched = (threatDetection: string) =>
    resource("causeway:global:ThreatDetection", "detection", {
      regions: ["eu-west-1"],
      threatDetection,
    });
  const unwatched = without(clusterStack, "analyzer");
  expect(analyzer.check([...unwatched, watched("existing")], {})).toEqual([]);
  expect(analyzer.check([...unwatched, watched("own")], {})).toHaveLength(1);
});

it("asks for one analyzer for each cluster", () => {
  expect(analyzer.check([...clusterStack, resource(type, "second", cluster)], {})).toEqual([
    { message: "each of the 2 regions with a cluster must have an Access Analyzer, got 1" },
  ]);
});

const repositoryType = "aws:ecr/repository:Repository";
ruleSuite(immutable, {
  type: repositoryType,
  good: repository,
  deviations: {
    "tags that move": (good) => ({
      deviant: set(good, "imageTagMutability", "MUTABLE"),
      message: /must have imageTagMutability IMMUTABLE, got "MUTABLE"$/,
    }),
    "AWS's default": (good) => unset(good, "imageTagMutability"),
  },
});
ruleSuite(scan, {
  type: repositoryType,
  good: repository,
  deviations: {
    "no scan": (good) => set(good, "imageScanningConfiguration.scanOnPush", false),
    "AWS's default": (good) => unset(good, "imageScanningConfiguration"),
  },
});
