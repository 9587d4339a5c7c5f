import { PolicyPack } from "@pulumi/policy";
import { toPolicies } from "./crossguard";
import { rules } from "./rules";

// The constructor starts the server that the engine talks to, so nothing else may import this file.
new PolicyPack("causeway", {
  displayName: "Causeway",
  description: "Refuses what is not encrypted, not access-controlled or not governed.",
  policies: toPolicies(rules),
});
