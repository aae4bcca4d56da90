import { readJson } from '../../json/read.ts';

/** The JSON of a policy, and how it was given. */
export interface PolicySource {
  readonly text: string;
  /** That it was not given as it is, a sentence for people; places are those of `text`. */
  readonly remark?: string;
}

/**
 * The JSON of a policy: IAM's API hands it out URL-encoded (RFC 3986), and tools that keep it in JSON as a text within
 * quotes. What is neither comes back as it is.
 * Source: IAM API reference, GetRole, "AssumeRolePolicyDocument".
 */
export function unwrapPolicy(text: string): PolicySource {
  const quoted = unquote(text);
  const decoded = decode(quoted ?? text);
  if (decoded !== undefined)
    return { text: decoded, remark: 'the policy is URL-encoded, as IAM’s API gives it: it was read decoded' };
  return quoted === undefined
    ? { text }
    : { text: quoted, remark: 'the policy is a text within quotes: it was read without' };
}

/** Of a text that is a JSON string and nothing else, what it stands for. */
function unquote(text: string): string | undefined {
  if (!/^\s*"\s*(?:\{|\\|%)/.test(text)) return undefined;
  const reading = readJson(text);
  return reading.kind === 'read' && typeof reading.value === 'string' ? reading.value : undefined;
}

/** An object that begins with an encoded brace, perhaps behind encoded white space. Forms write blanks as `+`. */
function decode(text: string): string | undefined {
  if (!/^\s*(?:%EF%BB%BF)?(?:%20|%0[9AD]|\+)*%7B/i.test(text)) return undefined;
  try {
    return decodeURIComponent(text.trim().replaceAll('+', ' ')).replace(/^\ufeff/, '');
  } catch {
    return undefined;
  }
}
