import { deploy } from "./deploy";
import { stackConfig } from "./config/stack";

/** The whole platform: one stack per environment, all its regions in it. */
export = async function program() {
  return deploy(stackConfig());
};
