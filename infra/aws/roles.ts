import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { prefix, roleName, roleNames, type PlatformRole } from "./naming";
import { policyDocument, policyText } from "./policy-document";
import { permissionsBoundary } from "./role-boundary";
import { rolePolicy } from "./role-policies";
import type { RoleScope } from "./role-scope";
import { approvalRoleStatements, trustPolicy, type Caller } from "./role-trust";
import { workloadBoundary } from "./workload-boundary";

/** ARNs of the IAM roles that may act in each group. */
export interface AccessLists {
  readonly platformAdmins: readonly string[];
  readonly mlEngineers: readonly string[];
  readonly auditors: readonly string[];
  readonly pipelines: readonly string[];
  readonly approvers: readonly string[];
  /** Approvers by the role in which they approve. @default nobody approves */
  readonly approvalRoles?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly erasers: readonly string[];
}

/** Arguments of {@link PlatformRoles}. */
export interface PlatformRolesArgs extends RoleScope {
  readonly access: AccessLists;
}

/**
 * Who assumes each role. Whoever trained, built or brings a release is not the one to approve it.
 */
const callers = {
  platformAdmin: {
    list: "platformAdmins",
    caller: "human",
    hours: 1,
    does: "Operates the platform",
  },
  mlEngineer: {
    list: "mlEngineers",
    caller: "human",
    hours: 4,
    does: "Explores data and experiments",
  },
  auditor: {
    list: "auditors",
    caller: "human",
    hours: 4,
    does: "Reads audit log, evidence and settings",
  },
  pipeline: {
    list: "pipelines",
    caller: "program",
    hours: 1,
    does: "Trains, builds and publishes releases",
  },
  promoter: { list: "approvers", caller: "human", hours: 1, does: "Approves releases" },
  breakGlass: {
    list: "platformAdmins",
    caller: "human",
    hours: 1,
    does: "Repairs clusters in an emergency; every use is alarmed",
  },
} as const satisfies Record<
  PlatformRole,
  {
    readonly list: Exclude<keyof AccessLists, "approvalRoles">;
    readonly caller: Caller;
    readonly hours: number;
    readonly does: string;
  }
>;

/**
 * The roles of the platform, each within one permissions boundary, and the boundary of the roles of
 * pods and services. The identity that runs `pulumi up` is the account's own, not one of them.
 */
export class PlatformRoles extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:PlatformRoles";
  readonly arns: Readonly<Record<PlatformRole, pulumi.Output<string>>>;
  /** ARN of the permissions boundary of the roles of pods and services. */
  readonly workloads: pulumi.Output<string>;

  constructor(name: string, args: PlatformRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(PlatformRoles.__pulumiType, name, args, opts);
    const boundary = new iam.Policy(
      `${name}-boundary`,
      {
        name: `${prefix(args)}-boundary`,
        description: "The most that any Causeway role can do",
        policy: policyText(permissionsBoundary(args)),
      },
      { parent: this },
    );
    this.workloads = new iam.Policy(
      `${name}-workload-boundary`,
      {
        name: `${prefix(args)}-workload-boundary`,
        description: "The most that a pod of Causeway, or a service that works for it, can do",
        policy: policyText(workloadBoundary(args)),
      },
      { parent: this },
    ).arn;
    const create = (role: PlatformRole) => this.createRole(name, role, args, boundary.arn);
    this.arns = {
      platformAdmin: create("platformAdmin"),
      mlEngineer: create("mlEngineer"),
      auditor: create("auditor"),
      pipeline: create("pipeline"),
      promoter: create("promoter"),
      breakGlass: create("breakGlass"),
    };
    this.registerOutputs({ arns: this.arns, workloads: this.workloads });
  }

  private createRole(
    name: string,
    role: PlatformRole,
    args: PlatformRolesArgs,
    boundary: pulumi.Output<string>,
  ): pulumi.Output<string> {
    const { list, caller, hours, does } = callers[role];
    const id = `${name}-${roleNames[role]}`;
    const created = new iam.Role(
      id,
      {
        name: roleName(args, role),
        description: `Causeway ${args.stack}: ${does}`,
        assumeRolePolicy: policyText(
          policyDocument(
            ...trustPolicy(args.access[list], caller, role === "breakGlass" ? args.regions : [])
              .Statement,
            ...(role === "promoter" ? approvalRoleStatements(args.access.approvalRoles ?? {}) : []),
          ),
        ),
        permissionsBoundary: boundary,
        maxSessionDuration: hours * 3_600,
      },
      { parent: this },
    );
    new iam.RolePolicy(
      `${id}-permissions`,
      { role: created.name, policy: policyText(rolePolicy(role, args)) },
      { parent: this },
    );
    return created.arn;
  }
}
