import { Provider } from "@pulumi/aws/provider";
import { GlobalFoundation, type GlobalFoundationArgs } from "../../../infra/aws/foundation";
import { record, type RecordedResource } from "../../support/record";
import { duration } from "../../../services/contract/units";

export const account = "444455556666";
export const prod = { organization: "example", account, stack: "prod" } as const;
export const twoRegions = ["eu-west-1", "eu-central-1"] as const;

const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
export const access = {
  platformAdmins: [role("PlatformAdmin")],
  mlEngineers: [role("MlEngineer")],
  auditors: [role("Auditor")],
  pipelines: [role("DeliveryPipeline")],
  approvers: [role("ModelRisk"), role("EthicsBoard")],
  approvalRoles: { "model-risk": [role("ModelRisk")], "ethics-board": [role("EthicsBoard")] },
  erasers: [role("DataProtection")],
};

export type Built = {
  readonly resources: RecordedResource[];
  readonly foundation: GlobalFoundation;
};

/** Records a foundation: prod in two regions with one model, unless told otherwise. */
export async function foundation(
  overrides: Partial<Omit<GlobalFoundationArgs, "providers">> = {},
): Promise<Built> {
  const built: { foundation?: GlobalFoundation } = {};
  const regions = overrides.regions ?? twoRegions;
  const program = () => {
    const providers = Object.fromEntries(
      regions.map((region) => [region, new Provider(region, { region })]),
    );
    built.foundation = new GlobalFoundation("global", {
      ...prod,
      environment: "prod",
      regions,
      auditRetention: duration.parse("400 days"),
      runRetention: { "loan-approval": duration.parse("730 days") },
      models: ["loan-approval"],
      access,
      alertEmails: ["security@example.com"],
      ...overrides,
      providers,
    });
  };
  const resources = await record(program, { config: { "causeway:account": account } });
  return { resources, foundation: built.foundation! };
}

export function ofType(resources: readonly RecordedResource[], type: string): RecordedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** All policy documents that a plan holds, with where each was found. */
export function documentsOf(
  resources: readonly RecordedResource[],
): { where: string; document: { Statement: Record<string, unknown>[] } }[] {
  return resources.flatMap((resource) =>
    (["policy", "assumeRolePolicy"] as const).flatMap((key) => {
      const text = resource.inputs[key];
      if (typeof text !== "string" || !text.includes('"Statement"')) return [];
      return [{ where: `${resource.type} ${resource.name} ${key}`, document: JSON.parse(text) }];
    }),
  );
}

/** Inputs of the resources of a bucket setting, by bucket. */
export const settingOf = (built: Built, type: string) =>
  new Map(
    ofType(built.resources, `aws:s3/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`).map((r) => [
      r.inputs["bucket"],
      r.inputs,
    ]),
  );
