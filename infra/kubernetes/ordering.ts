import type * as pulumi from "@pulumi/pulumi";

/**
 * Options of a component whose children wait for what the component waits for. The engine lets a
 * component wait, but not its children, so the component hands `dependsOn` on.
 */
export interface OrderedOptions extends pulumi.ComponentResourceOptions {
  dependsOn?: pulumi.Resource[];
}
