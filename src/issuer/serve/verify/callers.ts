import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ClientTrust } from '../../../http/client-trust.ts';

/** Who may ask for a verdict. At least one of the two is there. */
export interface CallerRules {
  readonly certificates?: ClientTrust | undefined;
  readonly tokens?: (() => AllowedTokens) | undefined;
}

export function isAllowedCaller(request: IncomingMessage, { certificates, tokens }: CallerRules): boolean {
  if (certificates?.standing(request.socket) === 'accepted') return true;
  return tokens !== undefined && hasAllowedToken(request, tokens());
}

function hasAllowedToken({ headers }: IncomingMessage, allowed: AllowedTokens): boolean {
  const presented = /^bearer +([^\s]{1,2048})$/i.exec(headers.authorization ?? '')?.[1];
  return presented !== undefined && isAllowedToken(allowed, presented);
}

/** Bearer tokens that may ask for a verdict, as their SHA-256 digests: the tokens themselves are not kept. */
export interface AllowedTokens {
  readonly digests: readonly Buffer[];
}

const MAX_TOKENS = 100;
/** Of the characters that a bearer token may have (RFC 6750 section 2.1); shorter ones can be guessed. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,1024}=*$/;

/**
 * Reads a file of one token a line; blank lines, and lines that begin with `#`, are passed over.
 * @throws Error that names the line, never what is on it
 */
export function parseAllowedTokens(text: string): AllowedTokens {
  const digests: Buffer[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (!TOKEN.test(line)) {
      throw new Error(
        `line ${index + 1} is no bearer token of 16 to 1024 characters: make one with \`openssl rand -hex 32\``,
      );
    }
    digests.push(digest(line));
  }
  if (digests.length === 0) throw new Error('there is no token in it: write one on a line of its own');
  if (digests.length > MAX_TOKENS)
    throw new Error(`there are ${digests.length} tokens in it: ${MAX_TOKENS} at most`);
  return { digests };
}

/** Compares with all of them, each in constant time, so that the time of an answer says nothing about any. */
function isAllowedToken({ digests }: AllowedTokens, presented: string): boolean {
  const asked = digest(presented);
  let found = false;
  for (const allowed of digests) found = timingSafeEqual(allowed, asked) || found;
  return found;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
