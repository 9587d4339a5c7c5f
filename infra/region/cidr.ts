/** IPv4 blocks of the regions' networks: reading, comparing and dividing them. Pure arithmetic. */

/**
 * A block of IPv4 addresses: its first address as an unsigned 32-bit number, and the length of its
 * prefix.
 */
export interface Block {
  readonly base: number;
  readonly length: number;
}

/** A region's name and the block that its stack file gives it. */
export interface RegionBlock {
  readonly name: string;
  readonly cidr?: string | undefined;
}

/** Blocks of one zone. */
export interface ZoneSubnets {
  readonly zone: string;
  /** For nodes, pods and endpoints: a quarter of the region's block. */
  readonly private: string;
  /** For the load balancer and the NAT gateway: a sixteenth of the region's block. */
  readonly public: string;
}

/**
 * Shortest and longest prefix of a region's block; AWS takes no VPC above /16, and below /20 the
 * pods run out of addresses.
 */
export const vpcPrefix = { shortest: 16, longest: 20 } as const;

/** Zones that a plan has room for. */
export const maximumZones = 3;

/** Private address space (RFC 1918, section 3). */
const privateBlocks: readonly Block[] = [
  { base: 0x0a000000, length: 8 },
  { base: 0xac100000, length: 12 },
  { base: 0xc0a80000, length: 16 },
];

/** Addresses in a block. */
export function size(block: Block): number {
  return 2 ** (32 - block.length);
}

/** Reads `10.32.0.0/16`; undefined for anything else, also where bits are set after the prefix. */
export function parseBlock(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [octets, length] = [match.slice(1, 5).map(Number), Number(match[5])];
  if (octets.some((octet) => octet > 255) || length > 32) return undefined;
  const block = { base: octets.reduce((sum, octet) => sum * 256 + octet, 0), length };
  return block.base % size(block) === 0 && formatBlock(block) === text ? block : undefined;
}

/** Writes a block as `10.32.0.0/16`. */
export function formatBlock(block: Block): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(block.base / 2 ** shift) % 256).join(".")}/${block.length}`;
}

/** Whether two blocks share an address. */
export function overlaps(a: Block, b: Block): boolean {
  return a.base < b.base + size(b) && b.base < a.base + size(a);
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return outer.length <= inner.length && overlaps(outer, inner);
}

/** Divides a block into 2^bits equal parts, in the order of their addresses. */
export function split(block: Block, bits: number): Block[] {
  const length = block.length + bits;
  if (!Number.isInteger(bits) || bits < 0 || length > 32)
    throw new RangeError(`cannot split ${formatBlock(block)} by ${bits} bits`);
  return Array.from({ length: 2 ** bits }, (_, i) => ({
    base: block.base + i * size({ base: 0, length }),
    length,
  }));
}

/**
 * What is wrong with the regions' blocks, as the index of a region and what is allowed in its
 * place. Overlaps matter because regions are peered: two networks that share addresses can never
 * reach each other. A region without a block is no problem here.
 */
export function cidrProblems(
  regions: readonly RegionBlock[],
): { index: number; allowed: string }[] {
  return regions.flatMap(({ cidr }, index) => {
    if (cidr === undefined) return [];
    const block = parseBlock(cidr);
    if (!block)
      return [
        { index, allowed: "an IPv4 block such as 10.32.0.0/16, with no bits set after the prefix" },
      ];
    return [...shapeProblems(block), ...overlapProblems(block, regions.slice(0, index))].map(
      (allowed) => ({ index, allowed }),
    );
  });
}

function shapeProblems(block: Block): string[] {
  const problems: string[] = [];
  if (block.length < vpcPrefix.shortest || block.length > vpcPrefix.longest)
    problems.push(`a prefix from /${vpcPrefix.shortest} to /${vpcPrefix.longest}`);
  if (!privateBlocks.some((outer) => contains(outer, block)))
    problems.push(
      `a private block, inside ${privateBlocks.map(formatBlock).join(", ")} (RFC 1918)`,
    );
  return problems;
}

function overlapProblems(block: Block, before: readonly RegionBlock[]): string[] {
  return before.flatMap(({ name, cidr = "" }) => {
    const other = parseBlock(cidr);
    return other && overlaps(block, other)
      ? [`a block that does not overlap ${name} (${cidr})`]
      : [];
  });
}

/**
 * Subnets of a region: a quarter of the block for each zone's private subnet, and from the last
 * quarter a quarter for each zone's public subnet. The plan depends on the position of a zone
 * alone, so a zone added at the end moves nobody. The rest stays free.
 * @throws RangeError where the block cannot be read or there are no or too many zones.
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZoneSubnets[] {
  const block = parseBlock(cidr);
  if (!block) throw new RangeError(`not an IPv4 block: ${JSON.stringify(cidr)}`);
  if (zones.length < 1 || zones.length > maximumZones)
    throw new RangeError(`${zones.length} zones, allowed: 1 to ${maximumZones}`);
  const [first, second, third, last] = split(block, 2);
  const privates = [first, second, third];
  const publics = last ? split(last, 2) : [];
  return zones.flatMap((zone, i) => {
    const [nodes, edge] = [privates[i], publics[i]];
    return nodes && edge ? [{ zone, private: formatBlock(nodes), public: formatBlock(edge) }] : [];
  });
}
