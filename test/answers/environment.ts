import { TestEnvironment } from "jest-environment-node";

type Arguments = ConstructorParameters<typeof TestEnvironment>;

/** Runs the tests of a file whose full name has a text, and no other. */
export default class OnlyEnvironment extends TestEnvironment {
  private readonly only: RegExp;

  constructor(...[config, context]: Arguments) {
    super(config, context);
    const { only = "" } = config.projectConfig.testEnvironmentOptions;
    this.only = new RegExp(String(only).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  }

  handleTestEvent(
    event: { readonly name: string },
    state: { testNamePattern?: RegExp | null },
  ): void {
    if (event.name === "run_start") state.testNamePattern = this.only;
  }
}
