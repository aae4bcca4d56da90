import { readJson } from '../../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../../json/record.ts';
import type { TokenClaims } from '../../../web-identity/token/claims.ts';
import type { RuleFinding, Verdict } from '../../../web-identity/token/verdict.ts';

/** What a caller wants to know: is this token good for one of these audiences? */
export interface VerifyQuestion {
  readonly token: string;
  /** Never empty. */
  readonly audiences: readonly string[];
}

/** `json`: a {@link VerifyQuestion}; `raw`: the token alone, for the usual audience. */
export type QuestionForm = 'json' | 'raw';

export type QuestionReading =
  | { readonly kind: 'question'; readonly question: VerifyQuestion }
  | { readonly kind: 'problem'; readonly problem: string };

const MAX_AUDIENCES = 20;
const MAX_AUDIENCE_LENGTH = 255;
const KNOWN: ReadonlySet<string> = new Set(['token', 'audiences']);

/** @returns undefined for a media type that is not taken */
export function toQuestionForm(contentType: string | undefined): QuestionForm | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/jwt' || type === 'text/plain' ? 'raw' : undefined;
}

/** @param usual audiences where the caller names none */
export function readQuestion(form: QuestionForm, text: string, usual: readonly string[]): QuestionReading {
  // One line break at the end is what `echo` and editors leave; anything else is the token's, for the verdict to judge.
  if (form === 'raw') return toQuestion(text.replace(/\r?\n$/, ''), usual);
  const reading = readJson(text, 4);
  if (reading.kind === 'malformed') return problem(`the body cannot be read: ${reading.problem}`);
  if (reading.duplicates.length > 0) return problem('the body has a member twice');
  if (!isRecord(reading.value)) return problem('the body is no object {"token": …, "audiences": […]}');
  return readObject(reading.value, usual);
}

function readObject(body: JsonRecord, usual: readonly string[]): QuestionReading {
  if (Object.keys(body).some((name) => !KNOWN.has(name))) {
    return problem('the body has a member beside "token" and "audiences"');
  }
  const token = readMember(body, 'token');
  if (typeof token !== 'string') return problem('"token" is no text');
  const audiences = readMember(body, 'audiences');
  if (audiences === undefined) return toQuestion(token, usual);
  if (!isAudienceList(audiences)) {
    return problem(
      `"audiences" is no list of 1 to ${MAX_AUDIENCES} texts of 1 to ${MAX_AUDIENCE_LENGTH} characters`,
    );
  }
  return toQuestion(token, audiences);
}

function isAudienceList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MAX_AUDIENCES &&
    value.every((each) => typeof each === 'string' && each !== '' && each.length <= MAX_AUDIENCE_LENGTH)
  );
}

function toQuestion(token: string, audiences: readonly string[]): QuestionReading {
  if (token === '') return problem('the token is empty');
  return { kind: 'question', question: { token, audiences } };
}

function problem(text: string): QuestionReading {
  return { kind: 'problem', problem: text };
}

/** The verdict as a caller gets it. The token is not in it, and of its claims only those whose meaning is known. */
export function renderVerdict(verdict: Verdict): string {
  return `${JSON.stringify(toAnswer(verdict))}\n`;
}

function toAnswer(verdict: Verdict): object {
  if (verdict.kind === 'refused') {
    const { rule, code, detail } = verdict;
    return { accepted: false, code, rule, detail, warnings: [] };
  }
  const { kid, claims, warnings } = verdict;
  return {
    accepted: true,
    code: 'accepted',
    detail: `signed by key ${kid}, and every rule holds`,
    kid,
    claims: pickClaims(claims),
    warnings: warnings.map(({ rule, code, detail }: RuleFinding) => ({ rule, code, detail })),
  };
}

function pickClaims({ iss, sub, aud, azp, exp, iat, nbf, jti, serviceAccount }: TokenClaims): object {
  return { iss, sub, aud, azp, exp, iat, nbf, jti, serviceAccount };
}
