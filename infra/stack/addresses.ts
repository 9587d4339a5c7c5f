import { z } from "zod";
import { parseBlock } from "../region/cidr";

/** Shortest prefix of a public block that may call a cluster's endpoint. */
const shortestPublicPrefix = 16;
/** A block of public addresses, as small as an organisation has. */
export const publicBlock = z
  .string({ error: "an IPv4 block" })
  .refine(
    (cidr) => (parseBlock(cidr)?.length ?? 0) >= shortestPublicPrefix,
    `an IPv4 block such as 203.0.113.0/24, of /${shortestPublicPrefix} or smaller`,
  );

/** How the clusters of a stack are reached. */
export const clusterAccess = z.discriminatedUnion(
  "via",
  [
    z.strictObject({ via: z.literal("runner") }),
    z.strictObject({ via: z.literal("ssm") }),
    z.strictObject({
      via: z.literal("public"),
      cidrs: z.array(publicBlock, { error: "a list of IPv4 blocks" }).min(1, "at least one block"),
    }),
  ],
  { error: "{ via: runner }, { via: ssm } or { via: public, cidrs: [...] }" },
);
