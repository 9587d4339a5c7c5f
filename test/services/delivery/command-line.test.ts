import { z } from "zod";
import {
  readArguments,
  runProgram,
  seconds,
  text,
  texts,
} from "../../../services/delivery/command-line";
import { InputError } from "../../../services/contract/problems";

const options = z.object({
  folder: text,
  ledger: text,
  actor: text.optional(),
  region: texts.default([]),
  "poll-seconds": seconds.default(10),
});
const read = (...argv: string[]) => readArguments(argv, options, ["folder"]);

describe("the command line of a program", () => {
  test("gives options, repeated options and operands, with their defaults", () => {
    expect(read("runs/1", "--ledger=l", "--region", "x", "--region=y")).toEqual({
      folder: "runs/1",
      ledger: "l",
      region: ["x", "y"],
      "poll-seconds": 10,
    });
    expect(read("--ledger", "l", "--poll-seconds=5", "--", "-folder")).toMatchObject({
      folder: "-folder",
      "poll-seconds": 5,
    });
    expect(read("f", "--ledger=--l")).toMatchObject({ ledger: "--l" });
  });

  test("names everything that is wrong at once", () => {
    expect(() =>
      read("--bogus", "--poll-seconds=0", "--region", "--ledger=a", "--ledger=b", "x", "y"),
    ).toThrow(
      new InputError("command line", [
        {
          key: "--bogus",
          got: undefined,
          allowed: "one of --ledger, --actor, --region, --poll-seconds",
        },
        { key: "--region", got: "--ledger=a", allowed: "a value" },
        { key: "arguments", got: "y", allowed: "options only" },
        { key: "--poll-seconds", got: "0", allowed: "a whole number of seconds, 1 or more" },
      ]),
    );
    expect(() => read("--ledger=a", "--ledger=b", "--actor")).toThrow(
      /--actor: got nothing, allowed: a value\n.*folder: got nothing, allowed: a value\n.*--ledger: got \["a","b"\], allowed: one value/,
    );
  });

  test.each(["1.5", "soon", "", "-1"])("takes no %j for seconds", (given) => {
    expect(() => read("f", "--ledger=l", `--poll-seconds=${given}`)).toThrow(
      "allowed: a whole number of seconds, 1 or more",
    );
  });
});

describe("the exit code of a program", () => {
  afterEach(() => {
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });

  test.each([
    ["what it returns", async () => 3, 3, undefined],
    [
      "2 for an input that cannot be used",
      async () => read("f"),
      2,
      expect.stringContaining("--ledger"),
    ],
    ["1 for anything else", async () => Promise.reject(new Error("broken")), 1, "broken"],
  ])("is %s", async (_title, main, code, said) => {
    const error = jest.spyOn(console, "error").mockReturnValue();
    await runProgram(async () => Number(await main()));
    expect(process.exitCode).toBe(code);
    expect(error.mock.calls[0]?.[0]).toEqual(said);
  });
});
