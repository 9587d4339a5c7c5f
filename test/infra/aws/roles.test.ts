import {
  bucketsTooLong,
  roleArn,
  roleName,
  roleNames,
  type PlatformRole,
} from "../../../infra/aws/naming";
import { permissionsBoundary } from "../../../infra/aws/role-boundary";
import { rolePolicy } from "../../../infra/aws/role-policies";
import { approvalRoleStatements, trustPolicy } from "../../../infra/aws/role-trust";
import { only } from "../../support/record";
import { access, account, foundation, ofType, prod, twoRegions, type Built } from "./support";

const scope = { ...prod, regions: twoRegions };
const roles = Object.keys(roleNames) as PlatformRole[];
const actionsOf = (role: PlatformRole) =>
  rolePolicy(role, scope).Statement.flatMap((s) => s.Action);

let built: Built;
beforeAll(async () => {
  built = await foundation();
});

/** Whether an IAM pattern with `*` matches a text. */
const matches = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(text);

describe("trust", () => {
  const people = [`arn:aws:iam::${account}:role/Admin`];
  const center = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`;

  it("demands a second factor of people", () => {
    expect(trustPolicy(people, "human").Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Sid: "AssumeWithSecondFactor",
        Principal: { AWS: people },
        Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
      },
    ]);
  });

  it("takes the second factor that Identity Center has asked for", () => {
    expect(
      trustPolicy([...people, center], "human").Statement.map((s) => [s.Sid, s.Principal]),
    ).toEqual([
      ["AssumeWithSecondFactor", { AWS: people }],
      ["AssumeFromIdentityCenter", { AWS: [center] }],
    ]);
  });

  it("demands none of programs", () => {
    expect(trustPolicy(people, "program").Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Sid: "AssumeByPrograms",
        Principal: { AWS: people },
      },
    ]);
  });

  it("is given to nobody where the list is empty", () => {
    expect(trustPolicy([], "human").Statement).toEqual([
      { Sid: "AssumeByNobody", Effect: "Deny", Principal: "*", Action: ["sts:AssumeRole"] },
    ]);
  });
});

describe("the roles", () => {
  it.each([
    ["platformAdmin", access.platformAdmins, true, 3_600],
    ["mlEngineer", access.mlEngineers, true, 14_400],
    ["auditor", access.auditors, true, 14_400],
    ["pipeline", access.pipelines, false, 3_600],
    ["promoter", access.approvers, true, 3_600],
  ] as const)(
    "let %s be assumed by its list alone, within the boundary",
    (role, principals, factor, seconds) => {
      const { inputs } = only(
        built.resources,
        "aws:iam/role:Role",
        `global-roles-${roleNames[role]}`,
      );
      expect(inputs).toMatchObject({
        name: `example-causeway-prod-${roleNames[role]}`,
        permissionsBoundary: `arn:aws:iam::${account}:policy/example-causeway-prod-boundary`,
        maxSessionDuration: seconds,
      });
      const [statement, ...others] = JSON.parse(String(inputs["assumeRolePolicy"])).Statement;
      expect(others.map(({ Action }: { Action: string[] }) => Action)).toEqual(
        role === "promoter" ? [["sts:TagSession"], ["sts:TagSession"]] : [],
      );
      expect(statement.Principal).toEqual({ AWS: principals });
      expect(statement.Condition).toEqual(
        factor ? { Bool: { "aws:MultiFactorAuthPresent": "true" } } : undefined,
      );
    },
  );

  it("hold an approver to the one role that the stack file gives them, and to no other tag", () => {
    const [, ...tagging] = JSON.parse(
      String(
        only(built.resources, "aws:iam/role:Role", "global-roles-promoter").inputs[
          "assumeRolePolicy"
        ],
      ),
    ).Statement;
    const statement = (i: number, role: string, principals: readonly string[]) => ({
      Effect: "Allow",
      Action: ["sts:TagSession"],
      Sid: `ApproveAs${i}`,
      Principal: { AWS: principals },
      Condition: {
        StringEquals: { "aws:RequestTag/approval-role": role },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["approval-role"] },
        Bool: { "aws:MultiFactorAuthPresent": "true" },
      },
    });
    expect(tagging).toEqual([
      statement(0, "ethics-board", access.approvalRoles["ethics-board"]),
      statement(1, "model-risk", access.approvalRoles["model-risk"]),
    ]);
  });

  it("take the second factor of Identity Center for a tag, too, and let nobody approve where the stack file names no roles", () => {
    const center = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Board_0123456789abcdef`;
    expect(
      approvalRoleStatements({ "ethics-board": [center] }).map(({ Sid, Condition }) => [
        Sid,
        Object.keys(Condition ?? {}),
      ]),
    ).toEqual([["ApproveFromIdentityCenterAs0", ["StringEquals", "ForAllValues:StringEquals"]]]);
    expect(approvalRoleStatements({})).toEqual([]);
  });

  it("let platform administrators into the break-glass role for an hour, through the regions that listen", () => {
    const { inputs } = only(built.resources, "aws:iam/role:Role", "global-roles-break-glass");
    expect(inputs["maxSessionDuration"]).toBe(3_600);
    expect(JSON.parse(String(inputs["assumeRolePolicy"])).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Sid: "AssumeWithSecondFactor",
        Principal: { AWS: access.platformAdmins },
        Condition: {
          Bool: { "aws:MultiFactorAuthPresent": "true" },
          StringEquals: { "aws:RequestedRegion": [...twoRegions] },
        },
      },
    ]);
  });

  it("alarm every use of the break-glass role in every region", () => {
    for (const region of twoRegions) {
      const name = `global-break-glass-${region}`;
      const rule = only(built.resources, "aws:cloudwatch/eventRule:EventRule", name);
      expect(
        JSON.parse(String(rule.inputs["eventPattern"])).detail.requestParameters.roleArn,
      ).toEqual([roleArn(prod, "breakGlass")]);
      expect(rule.inputs["state"]).toBe("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS");
      expect(
        only(
          built.resources,
          "aws:sns/topicSubscription:TopicSubscription",
          `${name}-subscription-0`,
        ).inputs,
      ).toMatchObject({ protocol: "email", endpoint: "security@example.com" });
    }
  });

  it("are told by ARN", () => {
    expect(only(built.resources, "causeway:global:GlobalFoundation").outputs["roleArns"]).toEqual(
      Object.fromEntries(
        roles.map((role) => [role, `arn:aws:iam::${account}:role/${roleName(prod, role)}`]),
      ),
    );
  });

  it("have names that IAM takes where the names of the buckets are short enough", () => {
    const longest = { ...prod, organization: "o".repeat(20), stack: "s".repeat(13) };
    expect(bucketsTooLong(longest, "us-east-1")).toEqual([]);
    for (const role of roles) expect(roleName(longest, role).length).toBeLessThanOrEqual(64);
  });

  it.each(roles)("spell out every action of %s", (role) => {
    expect(actionsOf(role).filter((action) => action.includes("*"))).toEqual([]);
    expect(JSON.stringify(rolePolicy(role, scope)).length).toBeLessThan(10_240);
  });

  it.each(roles)(
    "give %s no way to change identities, keys, the trail or audit objects",
    (role) => {
      expect(
        actionsOf(role).filter((action) =>
          /^(iam:(?!Get|List)|sts:|organizations:|cloudtrail:(?!Get|Describe|Lookup)|kms:(Put|Schedule|Disable|CreateGrant)|s3:.*(Delete.*Version|Bypass|Retention))/.test(
            action,
          ),
        ),
      ).toEqual([]);
      const writes = rolePolicy(role, scope).Statement.filter((s) =>
        s.Action.some((action) => /^s3:(Put|Delete)/.test(action)),
      );
      const audit = writes.flatMap((s) =>
        (s.Resource ?? []).filter((arn) => arn.includes("-audit-")).map((arn) => [s.Action, arn]),
      );
      const allowed: Partial<Record<PlatformRole, string[]>> = {
        platformAdmin: ["ledger"],
        pipeline: ["ledger"],
        promoter: ["approvals/${aws:PrincipalTag/approval-role}", "ledger"],
        breakGlass: ["ledger"],
      };
      expect(audit).toEqual(
        (allowed[role] ?? []).map((folder) => [
          ["s3:PutObject"],
          `arn:aws:s3:::example-causeway-prod-audit-*/${folder}/*`,
        ]),
      );
    },
  );

  it("let the auditor only read", () => {
    expect(
      actionsOf("auditor").filter(
        (action) => !/:(Get|List|Describe|Lookup|BatchGet|Decrypt$)/.test(action),
      ),
    ).toEqual([]);
  });

  it("keep the data lake from administrators, auditors and promoters", () => {
    for (const role of ["platformAdmin", "auditor", "promoter", "breakGlass"] as const) {
      const readers = rolePolicy(role, scope).Statement.filter((s) =>
        s.Action.includes("s3:GetObject"),
      );
      expect(
        readers.flatMap((s) => s.Resource ?? []).filter((arn) => arn.includes("-data-")),
      ).toEqual([]);
    }
  });

  it("separate who publishes a release from who approves it", () => {
    expect(actionsOf("promoter")).not.toContain("ecr:PutImage");
    const approvals = (role: PlatformRole) =>
      JSON.stringify(rolePolicy(role, scope)).includes("approvals/");
    expect(roles.filter(approvals)).toEqual(["promoter"]);
  });
});

describe("the boundary", () => {
  const boundary = permissionsBoundary(scope);
  const allows = boundary.Statement.filter((s) => s.Effect === "Allow");

  it.each(roles)("contains everything that %s is given", (role) => {
    const missing = rolePolicy(role, scope).Statement.flatMap((s) =>
      s.Action.flatMap((action) =>
        (s.Resource ?? [])
          .filter(
            (resource) =>
              !allows.some(
                (b) =>
                  b.Action.some((a) => matches(a, action)) &&
                  b.Resource?.some((r) => matches(r, resource)),
              ),
          )
          .map((resource) => `${action} ${resource}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("denies what would erase the audit log, whatever is attached later", () => {
    const deny = boundary.Statement.find((s) => s.Sid === "KeepAuditLog");
    expect(deny?.Effect).toBe("Deny");
    expect(deny?.Action).toEqual(
      expect.arrayContaining([
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
        "s3:PutBucketObjectLockConfiguration",
      ]),
    );
    expect(deny?.Resource).toEqual([
      "arn:aws:s3:::example-causeway-prod-audit-*",
      "arn:aws:s3:::example-causeway-prod-audit-*/*",
    ]);
  });

  it("fits into a managed policy with six regions", () => {
    const regions = [
      "eu-west-1",
      "eu-west-2",
      "eu-central-1",
      "us-east-1",
      "us-west-2",
      "ap-northeast-1",
    ];
    expect(
      JSON.stringify(permissionsBoundary({ ...scope, organization: "o".repeat(20), regions }))
        .length,
    ).toBeLessThanOrEqual(6_144);
  });

  it("is one for all roles of people, beside that of pods and services", () => {
    expect(
      ofType(built.resources, "aws:iam/policy:Policy").map((policy) => policy.inputs["name"]),
    ).toEqual(["example-causeway-prod-boundary", "example-causeway-prod-workload-boundary"]);
  });
});
