/** Prints what became of each run, one line of JSON each, for the program that started jest. */
export default class Reporter {
  onTestResult({ context }, { testResults, testExecError, failureMessage }) {
    const tests = testResults.map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      status,
      failures: failureMessages,
    }));
    const broken = testExecError === undefined ? undefined : (failureMessage ?? "broken");
    process.stdout.write(
      `${JSON.stringify({ run: context.config.displayName.name, broken, tests })}\n`,
    );
  }

  onTestStart() {}
  getLastError() {}
}
