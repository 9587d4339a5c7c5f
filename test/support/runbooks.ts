/** Where the runbooks are in tests; ends with a slash. */
export const runbookBase = "https://git.example.com/ml/causeway/docs/runbooks/";
