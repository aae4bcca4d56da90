import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { PublicJwk } from '../documents.ts';
import { toKubernetesKid, toPublicJwk } from './public-jwk.ts';

export type PemReading =
  /** At least one; each once, in the order of the text. */
  | { readonly kind: 'keys'; readonly keys: readonly PublicJwk[] }
  /** One sentence for each thing that is wrong, with its line and the remedy; never any of the text. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** A set of 200 keys, as many as AWS takes, each with its private half, is about half of it. */
const MAX_LENGTH = 1024 * 1024;

interface Unreadable {
  readonly problem: string;
}

/**
 * Blocks that kube-apiserver's `--service-account-key-file` reads (client-go `keyutil.ParsePublicKeysPEM`), private keys
 * and certificates among them: what it would publish of a file is what comes out here. A PKCS#8 EC key is one more, since
 * `--service-account-signing-key-file` takes it.
 */
const READERS: ReadonlyMap<string, (der: Buffer) => KeyObject> = new Map([
  ['PUBLIC KEY', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
  ['CERTIFICATE', (der) => new X509Certificate(der).publicKey],
  ['PRIVATE KEY', (key) => createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }))],
  ['RSA PRIVATE KEY', (key) => createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs1' }))],
  ['EC PRIVATE KEY', (key) => createPublicKey(createPrivateKey({ key, format: 'der', type: 'sec1' }))],
]);

/** Blocks that kube-apiserver passes over without a word, and how to turn them into something that it reads. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['RSA PUBLIC KEY', 'convert it with `openssl rsa -RSAPublicKey_in -pubout`'],
  ['ENCRYPTED PRIVATE KEY', 'kube-apiserver has no passphrase: decrypt it with `openssl pkey`'],
  ['OPENSSH PRIVATE KEY', 'convert it with `ssh-keygen -p -m PEM -f FILE`'],
  ['SSH2 PUBLIC KEY', 'convert it with `ssh-keygen -e -m PKCS8 -f FILE`'],
]);

/** `openssl ecparam -genkey` writes it before the key; the key names its curve again. */
const PASSED_OVER: ReadonlySet<string> = new Set(['EC PARAMETERS']);

/**
 * The public keys of a PEM text with any number of blocks, with kube-apiserver's key ids. The private half of a private
 * key is read to find the public one, and left behind.
 */
export function readPemKeys(text: string): PemReading {
  if (text.length > MAX_LENGTH) return refuse([`it is larger than ${MAX_LENGTH} bytes`]);
  const keys = new Map<string, PublicJwk>();
  const problems: string[] = [];
  const blocks = splitPem(text).filter(({ label }) => !PASSED_OVER.has(label));
  for (const block of blocks) {
    const reading = readBlock(block);
    if ('problem' in reading) problems.push(`line ${block.line}: ${reading.problem}`);
    else keys.set(reading.kid, reading);
  }
  if (blocks.length === 0) {
    problems.push(
      'it has no PEM block: give -----BEGIN PUBLIC KEY-----, a private key, or a certificate (an OpenSSH public key is converted by `ssh-keygen -e -m PKCS8 -f FILE`)',
    );
  }
  return problems.length > 0 ? refuse(problems) : { kind: 'keys', keys: [...keys.values()] };
}

function readBlock(block: PemBlock): PublicJwk | Unreadable {
  const { label } = block;
  if (!block.complete) return { problem: 'the block has no END line of its own: copy the file again' };
  if (block.headers.some((header) => header.startsWith('Proc-Type') && header.includes('ENCRYPTED'))) {
    return {
      problem: 'the key is encrypted: kube-apiserver has no passphrase: decrypt it with `openssl pkey`',
    };
  }
  const read = READERS.get(label);
  if (read === undefined) return { problem: describeForeign(label) };
  const key = decode(block.body, read);
  if (key === undefined) return { problem: `the block is no ${label.toLowerCase()}: copy the file again` };
  const reading = toPublicJwk(key, toKubernetesKid(key));
  return reading.kind === 'key' ? reading.jwk : { problem: reading.problem };
}

function describeForeign(label: string): string {
  // A label is what somebody wrote between dashes: it is shown only where it is a known one.
  const remedy = REMEDIES.get(label);
  if (remedy !== undefined) return `${label} is not read by kube-apiserver: ${remedy}`;
  return 'the block is neither a key nor a certificate: remove it';
}

/** OpenSSL's message may quote what it read, and tells an operator nothing. */
function decode(body: string, read: (der: Buffer) => KeyObject): KeyObject | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  try {
    return read(Buffer.from(body, 'base64'));
  } catch {
    return undefined;
  }
}

function refuse(problems: readonly string[]): PemReading {
  return { kind: 'refused', problems };
}

/** One block of a PEM text (RFC 7468, and RFC 1421 for those with headers). */
interface PemBlock {
  readonly label: string;
  /** 1 for the first line of the text. */
  readonly line: number;
  /** `Proc-Type`, `DEK-Info` and the like: the lines before the empty one. */
  readonly headers: readonly string[];
  /** base64, without its line breaks */
  readonly body: string;
  /** False where its END line is missing, or names another label. */
  readonly complete: boolean;
}

/**
 * The blocks of a PEM text, in one pass over its lines whatever they hold: a text of nothing but BEGIN lines must not
 * cost more than any other. What stands between blocks is passed over, as OpenSSL and Go do.
 */
function splitPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: OpenBlock | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const begins = readLabel(line, '-----BEGIN ');
    if (open !== undefined && begins === undefined && readLabel(line, '-----END ') === undefined) {
      open.lines.push(line);
      continue;
    }
    if (open !== undefined) blocks.push(close(open, readLabel(line, '-----END ') === open.label));
    open = begins === undefined ? undefined : { label: begins, line: index + 1, lines: [] };
  }
  if (open !== undefined) blocks.push(close(open, false));
  return blocks;
}

interface OpenBlock {
  readonly label: string;
  readonly line: number;
  readonly lines: string[];
}

const DASHES = '-----';

function readLabel(line: string, prefix: string): string | undefined {
  if (!line.startsWith(prefix) || !line.endsWith(DASHES) || line.length < prefix.length + DASHES.length) {
    return undefined;
  }
  return line.slice(prefix.length, -DASHES.length);
}

function close({ label, line, lines }: OpenBlock, complete: boolean): PemBlock {
  const headers = lines.filter((each) => each.includes(':'));
  // A folded header's second line has no colon, and stands before the empty line all the same.
  const start = headers.length === 0 ? 0 : lines.indexOf('') + 1;
  return { label, line, headers, body: lines.slice(start).join(''), complete };
}
