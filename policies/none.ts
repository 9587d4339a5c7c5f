/** Default of a parameter that lists exceptions. */
export const none: readonly string[] = [];
