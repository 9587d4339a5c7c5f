import { PodIdentity } from "../../../infra/region/pod-identity";
import { only, record } from "../../support/record";

describe("PodIdentity", () => {
  const permissions = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Read",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::example/*"],
      },
    ],
  } as const;
  const build = () =>
    record(
      () =>
        void new PodIdentity("trainer", {
          clusterName: "c1",
          namespace: "causeway-training",
          serviceAccount: "trainer",
          permissions,
        }),
    );

  test("the role is for one service account of one cluster", async () => {
    const { inputs } = only(await build(), "aws:iam/role:Role");
    const [statement] = JSON.parse(String(inputs["assumeRolePolicy"])).Statement;
    expect(statement).toMatchObject({
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-name": "c1",
          "aws:RequestTag/kubernetes-namespace": "causeway-training",
          "aws:RequestTag/kubernetes-service-account": "trainer",
        },
      },
    });
  });

  test("the association names the service account, and the role has exactly the given permissions", async () => {
    const resources = await build();
    expect(
      only(resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
    ).toMatchObject({
      clusterName: "c1",
      namespace: "causeway-training",
      serviceAccount: "trainer",
    });
    expect(
      JSON.parse(String(only(resources, "aws:iam/rolePolicy:RolePolicy").inputs["policy"])),
    ).toEqual(permissions);
  });
});
