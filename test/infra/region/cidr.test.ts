import fc from "fast-check";
import {
  cidrProblems,
  contains,
  formatBlock,
  overlaps,
  parseBlock,
  planSubnets,
  size,
  split,
  type Block,
} from "../../../infra/region/cidr";

const block = (text: string): Block => parseBlock(text)!;
const region = (name: string, cidr?: string) => ({ name, cidr });

/** Any block with a prefix in the range, aligned. */
const anyBlock = (min: number, max: number): fc.Arbitrary<Block> =>
  fc
    .tuple(fc.integer({ min, max }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    .map(([length, at]) => ({ base: Math.floor(at * 2 ** length) * 2 ** (32 - length), length }));

describe("reading a block", () => {
  test.each(["10.32.0.0/16", "0.0.0.0/0", "255.255.255.255/32", "192.168.128.0/17"])(
    "%s is read and written back unchanged",
    (text) => {
      expect(formatBlock(block(text))).toBe(text);
    },
  );

  test.each([
    "",
    "10.32.0.0",
    "10.32.0.0/33",
    "10.256.0.0/16",
    "10.32.1.7/16",
    "010.32.0.0/16",
    "10.32.0/16",
    "fd00::/16",
    "10.32.0.0/16 ",
    "10.32.0.0/016",
  ])("%p is refused", (text) => {
    expect(parseBlock(text)).toBeUndefined();
  });

  test("every block survives writing and reading", () => {
    fc.assert(
      fc.property(anyBlock(0, 32), (any) => {
        expect(parseBlock(formatBlock(any))).toEqual(any);
      }),
    );
  });
});

describe("splitting a block", () => {
  test("the parts are equal, ordered, inside, disjoint, and leave nothing over", () => {
    fc.assert(
      fc.property(anyBlock(8, 26), fc.integer({ min: 0, max: 6 }), (any, bits) => {
        const parts = split(any, bits);
        expect(parts.reduce((sum, part) => sum + size(part), 0)).toBe(size(any));
        for (const [i, part] of parts.entries()) {
          expect(contains(any, part)).toBe(true);
          expect(part.base).toBe(any.base + i * size(part));
        }
      }),
    );
  });

  test("more parts than addresses are refused", () => {
    expect(() => split(block("10.0.0.0/31"), 2)).toThrow("cannot split 10.0.0.0/31 by 2 bits");
  });

  test("overlap is symmetric and the same as containment of one in the other", () => {
    fc.assert(
      fc.property(anyBlock(8, 24), anyBlock(8, 24), (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a));
      }),
    );
  });
});

describe("problems of the regions' blocks", () => {
  test("disjoint private blocks and a region without one are fine", () => {
    expect(
      cidrProblems([
        region("eu-west-1", "10.32.0.0/16"),
        region("eu-central-1", "10.33.0.0/20"),
        region("local"),
        region("us-east-1", "172.31.0.0/16"),
      ]),
    ).toEqual([]);
  });

  test.each(["10.32.0.0/33", "10.32.1.7/16", "ten", ""])("%p is malformed", (cidr) => {
    expect(cidrProblems([region("eu-west-1", cidr)])).toEqual([
      {
        index: 0,
        allowed: "an IPv4 block such as 10.32.0.0/16, with no bits set after the prefix",
      },
    ]);
  });

  test.each(["10.0.0.0/15", "10.32.0.0/21", "10.32.0.0/24"])(
    "%s has a prefix that is too short or too long",
    (cidr) => {
      expect(cidrProblems([region("eu-west-1", cidr)])).toEqual([
        { index: 0, allowed: "a prefix from /16 to /20" },
      ]);
    },
  );

  test.each(["8.8.0.0/16", "172.32.0.0/16", "192.169.0.0/16", "100.64.0.0/16"])(
    "%s is not private",
    (cidr) => {
      expect(cidrProblems([region("eu-west-1", cidr)])).toEqual([
        {
          index: 0,
          allowed: "a private block, inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918)",
        },
      ]);
    },
  );

  test("an overlap is reported at the later region and names the earlier one and its block", () => {
    const regions = [
      region("eu-west-1", "10.32.0.0/16"),
      region("eu-central-1", "10.33.0.0/16"),
      region("us-east-1", "10.32.128.0/17"),
    ];
    expect(cidrProblems(regions)).toEqual([
      { index: 2, allowed: "a block that does not overlap eu-west-1 (10.32.0.0/16)" },
    ]);
  });

  test("several problems of one block are all reported", () => {
    expect(cidrProblems([region("eu-west-1", "8.8.8.0/24")])).toHaveLength(2);
  });
});

describe("subnets of a region", () => {
  const zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];

  test("the plan of a /16 is known", () => {
    expect(planSubnets("10.32.0.0/16", zones)).toEqual([
      { zone: "eu-west-1a", private: "10.32.0.0/18", public: "10.32.192.0/20" },
      { zone: "eu-west-1b", private: "10.32.64.0/18", public: "10.32.208.0/20" },
      { zone: "eu-west-1c", private: "10.32.128.0/18", public: "10.32.224.0/20" },
    ]);
  });

  test("subnets never overlap, all lie inside, and have the sizes that the plan promises", () => {
    fc.assert(
      fc.property(anyBlock(16, 20), fc.integer({ min: 1, max: 3 }), (vpc, count) => {
        const plan = planSubnets(formatBlock(vpc), zones.slice(0, count));
        const all = plan.flatMap((zone) => [block(zone.private), block(zone.public)]);
        expect(plan.map((zone) => zone.zone)).toEqual(zones.slice(0, count));
        for (const [i, one] of all.entries()) {
          expect(contains(vpc, one)).toBe(true);
          expect(all.filter((other, j) => j !== i && overlaps(one, other))).toEqual([]);
        }
        for (const zone of plan) {
          expect(size(block(zone.private))).toBe(size(vpc) / 4);
          expect(size(block(zone.public))).toBe(size(vpc) / 16);
        }
      }),
    );
  });

  test("the same input gives the same plan, and a zone added at the end moves nobody", () => {
    fc.assert(
      fc.property(anyBlock(16, 20), (vpc) => {
        const three = planSubnets(formatBlock(vpc), zones);
        expect(planSubnets(formatBlock(vpc), zones)).toEqual(three);
        expect(planSubnets(formatBlock(vpc), zones.slice(0, 2))).toEqual(three.slice(0, 2));
      }),
    );
  });

  test.each([[[]], [["a", "b", "c", "d"]]])("%j zones are refused", (given: string[]) => {
    expect(() => planSubnets("10.32.0.0/16", given)).toThrow(
      `${given.length} zones, allowed: 1 to 3`,
    );
  });

  test("a block that cannot be read is refused", () => {
    expect(() => planSubnets("10.32.0.0/40", zones)).toThrow('not an IPv4 block: "10.32.0.0/40"');
  });
});
