import tseslint from "typescript-eslint";

/** Classes of which a callback of apply may make objects: they are no resources. */
const plainObjects = "/^(Map|Set|Date|URL|URLSearchParams|RegExp|Uint8Array)$|Error$/";

/** What the type checker does not say: a promise that nobody waits for ends unseen. */
const promises = {
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-misused-promises": "error",
  "@typescript-eslint/await-thenable": "error",
};

/** prettier breaks code, not strings. */
const columns = [
  "error",
  {
    code: 100,
    ignoreComments: true,
    ignoreStrings: true,
    ignoreTemplateLiterals: true,
    ignoreRegExpLiterals: true,
    ignoreUrls: true,
  },
];

export default tseslint.config(
  { ignores: ["node_modules/", "out/", "policies/bin/", "**/.venv/"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...promises,
      "max-len": columns,
      "no-restricted-syntax": [
        "error",
        {
          selector: `CallExpression[callee.property.name='apply'] > :function NewExpression:not([callee.name=${plainObjects}])`,
          message: "Create no resource inside apply: a preview does not see it.",
        },
        {
          selector:
            "CallExpression > CallExpression.callee[callee.name='createRequire'][arguments.0.name='__filename']",
          message: "Import it: the check of layers does not see a file that is required so.",
        },
      ],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "never" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 50, skipBlankLines: true, skipComments: true }],
      eqeqeq: "error",
      "no-console": "off",
    },
  },
  {
    files: ["**/*.{mjs,cjs,js}"],
    languageOptions: { parserOptions: { project: "tsconfig.scripts.json" } },
    rules: { ...promises, "max-len": columns },
  },
  {
    // Pulumi loads a program exported as a function from CommonJS; a verb is loaded when it is called.
    files: ["infra/index.ts", "cli/run-verb.ts"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/consistent-type-assertions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "max-lines-per-function": "off",
    },
  },
);
