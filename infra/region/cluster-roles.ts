import { policyDocument, type PolicyDocument } from "../aws/policy-document";

/**
 * What EKS Auto Mode needs to run compute, block storage, load balancing and networking in this
 * account.
 */
export const clusterPolicyArns = [
  "AmazonEKSClusterPolicy",
  "AmazonEKSComputePolicy",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSNetworkingPolicy",
].map((name) => `arn:aws:iam::aws:policy/${name}`);

/**
 * What a node needs: join its cluster and pull images. Pods get their rights from Pod Identity,
 * never from the node.
 */
export const nodePolicyArns = [
  "AmazonEKSWorkerNodeMinimalPolicy",
  "AmazonEC2ContainerRegistryPullOnly",
].map((name) => `arn:aws:iam::aws:policy/${name}`);

/**
 * Lets EKS take the cluster's role; sessions are tagged with the cluster's name, which the managed
 * policies rely on.
 */
export function clusterTrust(): PolicyDocument {
  return policyDocument({
    Sid: "Eks",
    Effect: "Allow",
    Principal: { Service: "eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  });
}

/** Lets EC2 instances take the nodes' role. */
export function nodeTrust(): PolicyDocument {
  return policyDocument({
    Sid: "Ec2",
    Effect: "Allow",
    Principal: { Service: "ec2.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/** Lets Auto Mode encrypt node storage and volumes with the volumes key, itself and through EC2. */
export function volumeKeyPermissions(keyArn: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "UseVolumesKey",
      Effect: "Allow",
      Action: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:DescribeKey",
      ],
      Resource: [keyArn],
    },
    {
      Sid: "GrantVolumesKey",
      Effect: "Allow",
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Resource: [keyArn],
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  );
}

/** Lets the pods of one service account, and of no other, take a role by Pod Identity. */
export function podTrust(
  clusterName: string,
  namespace: string,
  serviceAccount: string,
): PolicyDocument {
  return policyDocument({
    Sid: "Pods",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-name": clusterName,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  });
}
