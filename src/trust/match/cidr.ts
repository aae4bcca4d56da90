/** An address as its bytes: 4 or 16. */
type Address = readonly number[];

/** Whether an address lies in `address/bits`, or is the address where there are no bits (RFC 4632, RFC 4291). */
export function matchCidr(range: string, address: string): boolean {
  const [base = '', bits, ...rest] = range.split('/');
  const network = parseAddress(base);
  const asked = parseAddress(address);
  if (rest.length > 0 || network === undefined || asked === undefined) return false;
  if (network.length !== asked.length) return false;
  const length = bits === undefined ? network.length * 8 : parseBits(bits, network.length * 8);
  return length !== undefined && hasPrefix(asked, network, length);
}

/** Whether IAM could take this for an address or a range. */
export function isCidr(range: string): boolean {
  const [base = '', bits, ...rest] = range.split('/');
  const network = parseAddress(base);
  if (rest.length > 0 || network === undefined) return false;
  return bits === undefined || parseBits(bits, network.length * 8) !== undefined;
}

function parseBits(text: string, most: number): number | undefined {
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function hasPrefix(address: Address, network: Address, length: number): boolean {
  return network.every((byte, index) => {
    const bits = Math.min(Math.max(length - index * 8, 0), 8);
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  // A leading zero would be octal to some readers.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** RFC 4291 section 2.2: eight groups, one run of zeros as `::`, the last four bytes perhaps in dots. */
function parseIpv6(text: string): Address | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const before = parseGroups(head, tail === undefined);
  const after = parseGroups(tail ?? '', true);
  if (before === undefined || after === undefined) return undefined;
  const missing = 16 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

function parseGroups(text: string, isEnd: boolean): Address | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const dotted = isEnd && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (dotted !== undefined) bytes.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes.length <= 16 ? bytes : undefined;
}
