import { errorMessage, say } from "../lib/text";
import { ensureToolchain } from "./ensure";

// Gets the tools only, so that a later run of the tests starts warm.
ensureToolchain().catch((error: unknown) => {
  say(errorMessage(error));
  process.exitCode = 1;
});
