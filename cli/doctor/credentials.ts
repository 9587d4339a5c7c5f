import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ask, clientSettings } from "./ask";
import { homeOf, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("credentials");

/** Whose credentials these are. */
export interface Credentials {
  readonly findings: readonly Finding[];
  /** Why the account cannot be asked about; absent where it can. */
  readonly unusable?: string;
}

/** Asks STS who calls: everything else is asked of the account of the stack alone. */
export async function credentialsOf(stack: AwsStack): Promise<Credentials> {
  const { account, access } = stack.config;
  const sts = new STSClient({ region: homeOf(stack), ...clientSettings });
  const asked = await ask(() => sts.send(new GetCallerIdentityCommand({})));
  const logIn = "log in (aws sso login, aws login) or set AWS_PROFILE";
  if ("refused" in asked) {
    const finding =
      asked.refused === "there are no credentials" || asked.refused.includes("expired")
        ? problem("caller", asked.refused, logIn)
        : unknown("caller", asked.refused, "aws sts get-caller-identity");
    return { findings: [finding], unusable: `nobody is known to AWS: ${asked.refused}` };
  }
  const { Account = "none", Arn = "" } = asked.answer;
  const caller = ok("caller", Arn);
  if (Account !== account)
    return {
      findings: [
        caller,
        problem(
          "account",
          `the credentials are of ${Account}, causeway:account is ${account}`,
          "set AWS_PROFILE to a profile of that account, or mend causeway:account",
        ),
      ],
      unusable: `the credentials are of another account, ${Account}`,
    };
  return { findings: [caller, ok("account", account), pipelineFinding(Arn, access.pipelines)] };
}

/** The cluster lets in nobody but the roles of the stack file, not even who created it. */
function pipelineFinding(caller: string, pipelines: readonly string[]): Finding {
  const role = /^arn:[\w-]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller);
  const mine = pipelines.find((arn) => {
    const [, account, path] = /^arn:[\w-]+:iam::(\d+):role\/(.+)$/.exec(arn) ?? [];
    return role !== null && account === role[1] && path?.split("/").pop() === role[2];
  });
  if (mine !== undefined) return ok("access.pipelines", `the caller is ${mine}`);
  return problem(
    "access.pipelines",
    "the caller is none of these roles: the cluster does not let it in at the stage platform",
    pipelines.length === 0
      ? "add the role that runs pulumi up to causeway:access.pipelines"
      : `assume ${pipelines.join(" or ")}, or add the caller's role to causeway:access.pipelines`,
  );
}
