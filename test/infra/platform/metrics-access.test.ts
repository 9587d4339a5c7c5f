import { MetricsAccess } from "../../../infra/platform/metrics-access";
import { record } from "../../support/record";

const workspaceArn = "arn:aws:aps:eu-west-1:444455556666:workspace/ws-1";
const build = () =>
  record(() => void new MetricsAccess("metrics", { clusterName: "c1", workspaceArn }));

test.each([
  ["prometheus", ["aps:RemoteWrite"]],
  ["grafana", ["aps:QueryMetrics", "aps:GetLabels", "aps:GetSeries", "aps:GetMetricMetadata"]],
])("the pods of %s may do just %j, with the one workspace", async (serviceAccount, actions) => {
  const resources = await build();
  const association = resources.find(
    ({ type, inputs }) =>
      type === "aws:eks/podIdentityAssociation:PodIdentityAssociation" &&
      inputs["serviceAccount"] === serviceAccount,
  );
  expect(association?.inputs).toMatchObject({
    clusterName: "c1",
    namespace: "causeway-observability",
  });
  const policy = resources.find(
    ({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === association?.name,
  );
  expect(JSON.parse(String(policy?.inputs["policy"])).Statement).toEqual([
    expect.objectContaining({ Effect: "Allow", Action: actions, Resource: [workspaceArn] }),
  ]);
});
