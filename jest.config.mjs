import { availableParallelism } from "node:os";

export default {
  testEnvironment: "node",
  globalSetup: "<rootDir>/test/global-setup.ts",
  globalTeardown: "<rootDir>/test/global-teardown.ts",
  // A test that hangs is a failure, one that waits for a processor on a busy machine is not.
  testTimeout: 600_000,
  // Half of the time goes into programs that the tests start; alone on two processors, one worker
  // took 2.6 times as long as two.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // What a test file loads stays with its worker: after 180 files one had used up its 4 GB.
  workerIdleMemoryLimit: "2GB",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/e2e/"],
  moduleNameMapper: { "^typescript$": "<rootDir>/test/support/no-typescript.ts" },
  transform: {
    "^.+\\.tsx?$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
};
