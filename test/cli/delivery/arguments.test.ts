import { deliveryArguments } from "../../../cli/delivery/arguments";
import { CommandLineEnd } from "../../../cli/command-line";

const problems = (...args: string[]): string[] => {
  try {
    deliveryArguments(args);
    return [];
  } catch (error) {
    if (error instanceof CommandLineEnd)
      return [...error.message.matchAll(/^ {2}- (\S+): got/gm)].map(([, key = ""]) => key);
    throw error;
  }
};

describe("the command line of npm run delivery", () => {
  it("takes a command, a model and its options", () => {
    expect(
      deliveryArguments([
        "kill",
        "loan-approval",
        "--to",
        "fallback",
        "--reason",
        "declines everybody",
        "--ledger",
        "l.jsonl",
        "--context",
        "a",
        "--context",
        "b",
      ]),
    ).toEqual({
      command: "kill",
      model: "loan-approval",
      contexts: ["a", "b"],
      ledger: "l.jsonl",
      role: "",
      reason: "declines everybody",
      digest: undefined,
      key: undefined,
      stack: undefined,
      to: "fallback",
    });
    expect(deliveryArguments(["status", "loan-approval"]).contexts).toEqual([undefined]);
  });

  it.each([
    [["promote", "loan-approval"], ["command"]],
    [["status"], ["model"]],
    [
      ["approve", "loan-approval"],
      ["--ledger", "--role", "--reason"],
    ],
    [["kill", "loan-approval", "--reason", "x", "--ledger", "l"], ["--to"]],
    [["kill", "loan-approval", "--to", "nowhere", "--reason", "x", "--ledger", "l"], ["--to"]],
    [
      ["record", "loan-approval", "and", "more", "--ledger", "l"],
      ["argument", "argument"],
    ],
  ])("refuses %j and names %j", (args, keys) => {
    expect(problems(...args)).toEqual(keys);
  });
});
