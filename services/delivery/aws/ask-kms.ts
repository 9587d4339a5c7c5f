import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseOrThrow } from "../../contract/problems";
import { askKms } from "./kms";

/** Reads one question of {@link askKms} from standard input and prints the answer as JSON. */
const question = z.strictObject({
  operation: z.enum(["GetPublicKey", "Sign"]),
  request: z.record(z.string(), z.string()),
});

askKms(parseOrThrow(question, JSON.parse(readFileSync(0, "utf8")), "the question")).then(
  (answer) => process.stdout.write(JSON.stringify(answer)),
  (error: unknown) => {
    process.stderr.write(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
