import { REASONS, type Reason } from '../../../authenticator/reasons.ts';
import type { TokenCheck } from '../../../authenticator/token/check.ts';
import { quoteValue } from '../../../json/quote.ts';
import type { MappingDecision } from '../../../mapping/mapper.ts';
import type { Paint, Style } from '../../../terminal/paint.ts';
import type { IamVerification } from './verification.ts';

/** A verification, and what the mappings say where they were asked. */
export interface Judged extends IamVerification {
  readonly mapping: MappingDecision | undefined;
}

const MARKS: Readonly<Record<TokenCheck['outcome'], readonly [mark: string, style: Style]>> = {
  passed: ['✔', 'good'],
  failed: ['✘', 'bad'],
  skipped: ['–', 'quiet'],
};

export function renderText(judged: Judged, paint: Paint): string {
  const { checks, identity, refusal, mapping } = judged;
  const width = Math.max(...checks.map(({ rule }) => rule.length));
  const lines = checks.map(({ rule, outcome, source, detail }) => {
    const [mark, style] = MARKS[outcome];
    return `${paint(style, mark)} ${rule.padEnd(width)}  ${detail ?? paint('quiet', source)}`;
  });
  return `${[
    ...lines,
    '',
    ...renderTimes(judged),
    refusal === undefined
      ? `${paint('good', 'accepted')}${identity === undefined ? ' by its form: STS was not asked' : `: ${identity.arn}`}`
      : `${paint('bad', 'refused')} (${refusal.reason}): ${describeReason(refusal.reason)} Seen: ${refusal.detail}`,
    ...(mapping === undefined ? [] : [renderMapping(mapping, paint)]),
  ].join('\n')}\n`;
}

function renderTimes({ token }: Judged): readonly string[] {
  if (token === undefined) return [];
  const { claim, host, expiresAt } = token;
  return [`signed at ${toIso(claim.time)} for ${host} by ${claim.accessKeyId}; ends at ${toIso(expiresAt)}`];
}

function renderMapping(mapping: MappingDecision, paint: Paint): string {
  if (mapping.kind === 'mapped') {
    const { user, origin } = mapping;
    const groups = user.groups.map(quoteValue).join(', ') || 'no groups';
    return `${paint('good', 'mapped')} by ${origin.backend} ${origin.entry}: ${quoteValue(user.username)}, ${groups}`;
  }
  const [reason, detail] = toNoUser(mapping);
  return `${paint('bad', 'nobody')} (${reason}): ${detail}`;
}

function toNoUser(
  mapping: Exclude<MappingDecision, { kind: 'mapped' }>,
): readonly [reason: Reason, detail: string] {
  return mapping.kind === 'unmapped'
    ? ['unmapped', REASONS.unmapped.meaning]
    : [mapping.code, mapping.message];
}

/** What a reason means, as the documentation has it. */
export function describeReason(reason: Reason): string {
  return REASONS[reason].meaning;
}

/** The Go program's names at the top, and ours beside them. Like the text it never shows the token. */
export function renderJson({ checks, token, identity, refusal, mapping }: Judged): string {
  const shown = {
    ...(identity && {
      ARN: identity.arn,
      CanonicalARN: identity.canonicalArn,
      AccountID: identity.accountId,
      UserID: identity.userId,
      SessionName: identity.sessionName,
    }),
    ...(token && {
      AccessKeyID: token.claim.accessKeyId,
      STSEndpoint: token.host,
      signedAt: toIso(token.claim.time),
      expiresAt: toIso(token.expiresAt),
    }),
    valid: refusal === undefined,
    ...(refusal && {
      reason: refusal.reason,
      meaning: describeReason(refusal.reason),
      detail: refusal.detail,
    }),
    ...(mapping && { mapping: toShownMapping(mapping) }),
    checks,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function toShownMapping(mapping: MappingDecision): object {
  if (mapping.kind === 'mapped') {
    const { user, origin } = mapping;
    return { ...user, origin: `${origin.backend} ${origin.entry}` };
  }
  const [reason, detail] = toNoUser(mapping);
  return { reason, detail };
}

function toIso(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
