/** Chapters that follow the champion's, in their order. */
export const chapters = ["challenger", "unfair", "drift", "faults"] as const;

export type ChapterName = (typeof chapters)[number];

/** How one numeric feature moves: a constant, plus multiples of features as they were before. */
export interface Move {
  readonly feature: string;
  readonly plus?: number;
  readonly times?: Readonly<Record<string, number>>;
}

/**
 * What a rehearsal tries on one model. It says what happens, never how it ends: verdicts are the
 * gates'.
 */
export interface Scenario {
  /** Arguments of the training steps for each model that is trained, and what it is in words. */
  readonly champion: Recipe;
  /**
   * `meantToWin`: the rehearsal fails unless it is promoted. Whether a change leaves room for a
   * better model knows only who wrote the scenario.
   */
  readonly retrained: Recipe & { readonly meantToWin: boolean };
  /** A better model; without one the chapter is left out. */
  readonly challenger?: Recipe;
  /** A model made worse for one group; without one the chapter is left out. */
  readonly unfair?: Recipe & { readonly folder: string };
  /**
   * A change of the inputs, in words and as moves; true labels stay those of the applicants. Without one the chapter of drift is left out.
   */
  readonly shift?: {
    readonly title: string;
    readonly text: string;
    readonly moves: readonly Move[];
  };
}

export interface Recipe {
  readonly text: string;
  readonly arguments: readonly string[];
}
