/** How one numeric feature moves: a constant, plus multiples of features as they were before. */
export interface Move {
  readonly feature: string;
  readonly plus?: number;
  readonly times?: Readonly<Record<string, number>>;
}

/** What a rehearsal tries on one model. It says what happens, never how it ends: verdicts are the gates'. */
export interface Scenario {
  /** Arguments of the training steps for each model that is trained, and what it is in words. */
  readonly champion: Recipe;
  readonly challenger: Recipe;
  readonly retrained: Recipe;
  readonly unfair: Recipe & { readonly folder: string };
  /** A change of the world, in words, and as moves of the inputs; true labels stay those of the applicants. */
  readonly shift: { readonly title: string; readonly text: string; readonly moves: readonly Move[] };
}

export interface Recipe {
  readonly text: string;
  readonly arguments: readonly string[];
}
