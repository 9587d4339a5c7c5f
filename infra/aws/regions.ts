/**
 * What a component keeps for a region. A region that the stack does not have is a mistake of the
 * program, not of the stack file, so it is thrown at once.
 */
export function inRegion<T>(kept: ReadonlyMap<string, T>, key: string, what: string): T {
  const found = kept.get(key);
  if (found === undefined)
    throw new RangeError(`no ${what}; there are: ${[...kept.keys()].join(", ")}`);
  return found;
}
