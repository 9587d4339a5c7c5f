/** Chapters that follow the champion's, in the order in which they are told. */
export const chapters = ["challenger", "drift", "unfair", "faults"] as const;

export type ChapterName = (typeof chapters)[number];
