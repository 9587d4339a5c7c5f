/** A block of addresses: its bits as one number, and how many of them are fixed. */
interface Block {
  readonly bits: bigint;
  readonly width: 32 | 128;
  readonly prefix: number;
}

/** Reads a CIDR block of IPv4 or IPv6; an address alone is a block of one. */
function parsed(cidr: string): Block | undefined {
  const [address = "", length] = cidr.trim().split("/");
  const width = address.includes(":") ? 128 : 32;
  const bits = width === 32 ? bitsOf4(address) : bitsOf6(address);
  const prefix = length === undefined ? width : Number(length);
  return bits === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > width
    ? undefined
    : { bits, width, prefix };
}

function bitsOf4(address: string): bigint | undefined {
  const parts = address.split(".").map(Number);
  return parts.length === 4 &&
    parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)
    ? parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
    : undefined;
}

function bitsOf6(address: string): bigint | undefined {
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [before, after] = [groups(head), groups(tail)];
  const filled = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array<string>(Math.max(filled, 0)).fill("0"), ...after];
  return all.length === 8 && all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
    : undefined;
}

/**
 * Whether a block is wider than what one organisation has: shorter than /8 of IPv4 or /16 of IPv6.
 * Several such blocks together are everywhere. What is no block counts as wide.
 */
export function isWide(cidr: string): boolean {
  const block = parsed(cidr);
  return block === undefined || block.prefix < (block.width === 32 ? 8 : 16);
}

/** Whether a block holds another, or an address. */
export function holds(cidr: string, inner: string): boolean {
  const [outer, within] = [parsed(cidr), parsed(inner)];
  if (outer === undefined || within === undefined || outer.width !== within.width) return false;
  const shift = BigInt(outer.width - outer.prefix);
  return within.prefix >= outer.prefix && within.bits >> shift === outer.bits >> shift;
}
