/**
 * Charts that a stack may install, as `repository#chart@version`. The same list as the add-on catalogue of the program,
 * written twice on purpose: whoever adds a controller to the cluster changes a policy and so asks a second person.
 */
export const catalogue: readonly string[] = [];
