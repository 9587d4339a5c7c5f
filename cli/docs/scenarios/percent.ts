/** A share as a cell of a table. */
export const percent = (share: number): string => `${Number((100 * share).toFixed(1))}%`;
