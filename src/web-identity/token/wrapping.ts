import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';

/** What people and tools put around a token. */
interface Layer {
  /** Follows on "the token is" and "the token came". */
  readonly what: string;
  /** @returns what is within; undefined where this layer is not there */
  peel(text: string): string | undefined;
}

/** A JWT's header is a JSON object, which begins so in base64url. */
const JWT_LINE = /^\s*token:\s*["']?(eyJ[\w.-]+)["']?\s*$/m;
const QUOTED = /^(?:"([^"]+)"|'([^']+)'|`([^`]+)`|“([^“”]+)”|‘([^‘’]+)’)$/;

const LAYERS: readonly Layer[] = [
  { what: 'with white space around it', peel: (text) => (text.trim() === text ? undefined : text.trim()) },
  {
    what: 'in quotes',
    peel: (text) =>
      QUOTED.exec(text)
        ?.slice(1)
        .find((each) => each !== undefined),
  },
  { what: 'after "Bearer "', peel: (text) => /^(?:authorization:\s*)?bearer\s+(\S.*)$/is.exec(text)?.[1] },
  { what: 'in the JSON of a TokenRequest or the like', peel: readTokenMember },
  {
    what: 'in the YAML of a TokenRequest or the like',
    peel: (text) => (text.includes('\n') ? JWT_LINE.exec(text)?.[1] : undefined),
  },
  { what: 'in base64, as the data of a Secret is', peel: readSecretData },
];

/** More than anybody has come with: a header of JSON within quotes, with white space. */
const MAX_LAYERS = 6;

export interface Unwrapped {
  readonly token: string;
  /** What was around it, from the outside; each follows on "the token came". */
  readonly layers: readonly string[];
}

/** Takes away what is around a token as people have it at hand. For their input alone: AWS is sent what there is. */
export function unwrapToken(text: string): Unwrapped {
  const layers: string[] = [];
  let token = text;
  while (layers.length < MAX_LAYERS) {
    const found = peelOne(token);
    if (found === undefined) break;
    layers.push(found.what);
    token = found.within;
  }
  return { token, layers };
}

/** Why a text that is no JWT may have been taken for one: "the token is …, …", with the remedy; undefined: no idea. */
export function describeWrapping(text: string): string | undefined {
  if (looksLikePath(text)) return 'the token is the path of a file: send what is in the file';
  const found = peelOne(text);
  return found && `the token is ${found.what}: send what is within, and nothing else`;
}

function peelOne(text: string): { readonly what: string; readonly within: string } | undefined {
  for (const { what, peel } of LAYERS) {
    const within = peel(text);
    if (within !== undefined) return { what, within };
  }
  return undefined;
}

/** Of a TokenRequest and of an ExecCredential the token is in `status`. */
function readTokenMember(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const reading = readJson(text, 16);
  if (reading.kind === 'malformed' || reading.duplicates.length > 0 || !isRecord(reading.value))
    return undefined;
  const status = readMember(reading.value, 'status');
  const token = readMember(isRecord(status) ? status : reading.value, 'token');
  return typeof token === 'string' ? token : undefined;
}

/** The header's `eyJ` in base64, on one line or as tools break it. */
function readSecretData(text: string): string | undefined {
  if (!/^ZXlK[\w+/\r\n-]+={0,2}$/.test(text)) return undefined;
  const within = Buffer.from(text, 'base64').toString('latin1').trim();
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(within) ? within : undefined;
}

const MAX_PATH = 4_096;

/** Base64 has slashes, too, and begins with no dot, tilde or slash where it is a JWT. */
export function looksLikePath(text: string): boolean {
  return text.length <= MAX_PATH && /^(?:file:\/\/|~?\/|\.{1,2}[\\/]|[A-Za-z]:[\\/])[^\r\n]*$/.test(text);
}
