import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { registryAddress } from "../../infra/aws/naming";
import { localRepository } from "../../infra/serving/images";
import type { ClusterConfig } from "../../infra/stack/schema";
import { ask, clientSettings } from "./ask";
import type { AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("registry");

/** Whether images can be pushed and pulled: each region pulls from its own registry. */
export function registryFindings({ config }: AwsStack): Promise<Finding[]> {
  return Promise.all(
    config.regions.map(async ({ name: region }) => {
      const ecr = new ECRClient({ region, ...clientSettings });
      const asked = await ask(() => ecr.send(new GetAuthorizationTokenCommand({})));
      const address = registryAddress(config.account, region);
      return "refused" in asked ? unknown(address, asked.refused) : ok(address, "answers");
    }),
  );
}

const patienceMs = 10_000;

/** Whether the registries of the images that the stack file names answer from this machine. */
export function imageRegistryFindings({ models }: ClusterConfig): Promise<Finding[]> {
  const addresses = models.flatMap(({ image }) => registryOf(image) ?? []);
  if (addresses.length === 0)
    return Promise.resolve([
      ok("images", `are those of the cluster's own nodes (${localRepository}/...)`),
    ]);
  return Promise.all(
    [...new Set(addresses)].map(async (address) => {
      try {
        const { status } = await fetch(`https://${address}/v2/`, {
          signal: AbortSignal.timeout(patienceMs),
        });
        // Who is not logged in is told so, which only a registry does.
        return status === 200 || status === 401
          ? ok(address, "answers")
          : problem(
              address,
              `answers ${status}, and a registry 200 or 401`,
              "mend the image's address",
            );
      } catch (error) {
        const reason = error instanceof Error ? (error.cause ?? error) : error;
        return unknown(
          address,
          `does not answer: ${reason instanceof Error ? reason.message : String(reason)}`,
        );
      }
    }),
  );
}

function registryOf(image: string | undefined): string | undefined {
  if (image === undefined || image.startsWith(`${localRepository}/`)) return undefined;
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "registry-1.docker.io";
}
