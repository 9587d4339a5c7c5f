/** What a stack is for; decides redundancy, deletion protection and how releases are pinned. */
export const environments = ["dev", "prod", "local"] as const;
export type Environment = (typeof environments)[number];
