/** A lifecycle policy of an image repository, as ECR reads it. */
export interface LifecyclePolicy {
  readonly rules: readonly {
    readonly rulePriority: number;
    readonly description: string;
    readonly selection: Readonly<Record<string, string | number | readonly string[]>>;
    readonly action: { readonly type: "expire" };
  }[];
}

/**
 * Expires what nobody can deploy: layers without a tag, and builds of branches. Release tags never
 * expire here, because the contract's retention of artifacts outlives any count, and an image that
 * a running replica needs must stay pullable.
 */
export const repositoryLifecycle: LifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      description: "Expire untagged images after 14 days",
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 14,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "Expire branch builds after 30 days",
      selection: {
        tagStatus: "tagged",
        tagPatternList: ["branch-*"],
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: 30,
      },
      action: { type: "expire" },
    },
  ],
};

/** Replication rules of the home registry: everything of the stack to every other region. */
export function replicationRules(
  account: string,
  repositoryPrefix: string,
  otherRegions: readonly string[],
) {
  return [
    {
      destinations: otherRegions.map((region) => ({ region, registryId: account })),
      repositoryFilters: [{ filter: repositoryPrefix, filterType: "PREFIX_MATCH" }],
    },
  ];
}
