import type { AwsStack } from "../../../cli/doctor/aws-stack";
import { boundaryFindings } from "../../../cli/doctor/boundaries";
import * as account from "./account";
import { devOnFakeAws } from "./dev-stack";
import type { FakeAws } from "./fake-aws";

let aws: FakeAws;
let stack: AwsStack;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ aws, stack, stop } = await devOnFakeAws());
});
afterAll(() => stop());

describe("permissions boundaries", () => {
  const found = () => boundaryFindings(stack);
  const subject = "iam:PutRolePermissionsBoundary";
  const pipeline = "arn:aws:iam::111122223333:role/DeliveryPipeline";

  it("asks whether the pipeline may set them on each role of the stack, with the role's own", async () => {
    const bodies: URLSearchParams[] = [];
    aws.replies.set("iam:SimulatePrincipalPolicy", (body) => {
      bodies.push(new URLSearchParams(body));
      return account.simulated();
    });
    expect(await found()).toMatchObject([{ area: "roles", subject, verdict: "ok" }]);
    const planned = stack.resources.filter(
      ({ type, inputs }) => type === "aws:iam/role:Role" && inputs["permissionsBoundary"],
    );
    const resources = bodies.flatMap((body) =>
      [...body].flatMap(([key, value]) => (key.startsWith("ResourceArns") ? [value] : [])),
    );
    expect(planned.length).toBeGreaterThan(5);
    expect(resources).toHaveLength(planned.length);
    expect(resources).toContain("arn:aws:iam::111122223333:role/example-causeway-dev-checkpoints");
    for (const body of bodies)
      expect([body.get("PolicySourceArn"), body.get("ActionNames.member.1")]).toEqual([
        pipeline,
        subject,
      ]);
    expect(
      bodies.map((body) => body.get("ContextEntries.member.1.ContextKeyValues.member.1")).sort(),
    ).toEqual([...new Set(planned.map(({ inputs }) => inputs["permissionsBoundary"]))].sort());
  });

  it("is a problem where one role is denied, however IAM lists it", async () => {
    const role = "arn:aws:iam::111122223333:role/one";
    for (const reply of [account.simulated([role]), account.simulated([role], true)]) {
      aws.replies.set("iam:SimulatePrincipalPolicy", reply);
      const [finding] = await found();
      expect(finding).toMatchObject({ subject, verdict: "problem" });
      expect(finding?.says).toContain(`${pipeline} may not set it on one`);
    }
  });

  it("cannot tell where IAM does not simulate", async () => {
    aws.replies.set("iam:SimulatePrincipalPolicy", { status: 403, code: "AccessDenied" });
    expect(await found()).toMatchObject([{ subject, verdict: "cannot tell" }]);
  });

  it("asks nothing about a pipeline of another account", async () => {
    const access = { ...stack.config.access, pipelines: ["arn:aws:iam::999999999999:role/Other"] };
    expect(await boundaryFindings({ ...stack, config: { ...stack.config, access } })).toEqual([]);
  });
});
