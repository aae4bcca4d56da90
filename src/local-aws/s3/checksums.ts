import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Checksum header → how it is computed; S3 sends base64 of the big-endian bytes. */
type Digest = (data: Buffer) => Buffer;

/**
 * Source: Amazon S3 User Guide, "Checking object integrity". The XXHash family, which came in 2026, is not computed here;
 * whoever sends one is told so rather than believed.
 */
const DIGESTS: ReadonlyMap<string, Digest> = new Map<string, Digest>([
  ['x-amz-checksum-crc32', (data) => toBytes(crc32(data))],
  ['x-amz-checksum-crc32c', (data) => toBytes(computeCrc32c(data))],
  ['x-amz-checksum-crc64nvme', computeCrc64Nvme],
  ['x-amz-checksum-sha1', (data) => createHash('sha1').update(data).digest()],
  ['x-amz-checksum-sha256', (data) => createHash('sha256').update(data).digest()],
  ['x-amz-checksum-sha512', (data) => createHash('sha512').update(data).digest()],
  ['x-amz-checksum-md5', (data) => createHash('md5').update(data).digest()],
]);

/** Names that begin like a checksum and are none. */
const OTHERS: ReadonlySet<string> = new Set([
  'x-amz-checksum-mode',
  'x-amz-checksum-algorithm',
  'x-amz-checksum-type',
]);

export type ChecksumReading =
  | { readonly kind: 'checksums'; readonly checksums: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong'; readonly header: string }
  | { readonly kind: 'unknown'; readonly header: string };

/** Computes every checksum that came with an object, in a header or a trailer, and compares. */
export function checkChecksums(data: Buffer, headers: Iterable<readonly [string, string]>): ChecksumReading {
  const checksums: Record<string, string> = {};
  for (const [header, value] of headers) {
    if (!header.startsWith('x-amz-checksum-') || OTHERS.has(header)) continue;
    const digest = DIGESTS.get(header);
    if (digest === undefined) return { kind: 'unknown', header };
    if (digest(data).toString('base64') !== value) return { kind: 'wrong', header };
    checksums[header] = value;
  }
  return { kind: 'checksums', checksums };
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** CRC-32C of Castagnoli, reflected polynomial 0x82f63b78 (RFC 3720 appendix B.4). */
function computeCrc32c(data: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of data) crc = (CRC32C[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return crc ^ 0xffff_ffff;
}

const CRC32C: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1;
  return value;
});

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5 (NVM Express command set); in halves, because BigInt is slow. */
function computeCrc64Nvme(data: Buffer): Buffer {
  let [high, low] = [0xffff_ffff, 0xffff_ffff];
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = (CRC64_LOW[index] ?? 0) ^ ((low >>> 8) | (high << 24));
    high = (CRC64_HIGH[index] ?? 0) ^ (high >>> 8);
  }
  return Buffer.concat([toBytes(~high), toBytes(~low)]);
}

const CRC64: readonly bigint[] = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1)
    value = value & 1n ? (value >> 1n) ^ 0x9a6c_9329_ac4b_c9b5n : value >> 1n;
  return value;
});
const CRC64_HIGH: Uint32Array = Uint32Array.from(CRC64, (value) => Number(value >> 32n));
const CRC64_LOW: Uint32Array = Uint32Array.from(CRC64, (value) => Number(value & 0xffff_ffffn));
