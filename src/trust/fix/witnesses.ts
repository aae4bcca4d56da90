import { parseArn } from '../../aws/arn.ts';
import type { TrustPolicy } from '../policy.ts';
import { toConditionPrefix } from '../provider.ts';
import type { TrustRequest } from '../request.ts';

/** What stands for the wildcards of a pattern, one after the other. */
const FILLINGS = ['', 'b-1'];

/**
 * Callers by whom two policies are compared: those that the old one names, some that fit its patterns, and strangers, of
 * every provider that it speaks of; each with the audience of the request and others. All else is as in the request.
 */
export function listWitnesses(policy: TrustPolicy, request: TrustRequest): readonly TrustRequest[] {
  return listProviders(policy, request).flatMap((provider) => {
    const prefix = toConditionPrefix(provider.url);
    const { sub, audience } = request.token;
    const strangers = listStrangers(sub);
    const named = listValues(policy, `${prefix}:aud`).filter((each) => each !== audience);
    const few = [audience, 'another.example', ...named.slice(0, 1)];
    // Not all with all: a policy of many patterns would take minutes.
    const pairs = [
      ...[...listValues(policy, `${prefix}:sub`), ...strangers].flatMap((each) => cross(each, few)),
      ...[sub, ...strangers.slice(0, 1)].flatMap((each) => cross(each, [...few, ...named])),
      // Some operators tell no capitals apart, and an exact one beside them would open them a way.
      ...cross(sub, [audience, ...named].map(toOtherCase)),
    ];
    return [...new Map(pairs.map((pair) => [pair.join(' '), pair])).values()].map(([subject, each]) => ({
      ...request,
      provider,
      token: { ...request.token, sub: subject, audience: each, originalAudiences: [each] },
    }));
  });
}

type Pair = readonly [subject: string, audience: string];

function cross(subject: string, audiences: readonly string[]): readonly Pair[] {
  return audiences.map((audience) => [subject, audience]);
}

function listProviders(
  { statements }: TrustPolicy,
  { provider }: TrustRequest,
): readonly TrustRequest['provider'][] {
  const named = statements
    .flatMap(({ principal }) => principal.members)
    .flatMap(({ kind, value }) => {
      const resource = kind === 'Federated' ? parseArn(value)?.resource : undefined;
      return resource?.startsWith('oidc-provider/')
        ? [{ arn: value, url: `https://${resource.slice('oidc-provider/'.length)}` }]
        : [];
    });
  return [...new Map([provider, ...named].map((each) => [each.arn, each])).values()];
}

/** The values of a key under any operator, and texts of their form. */
function listValues({ statements }: TrustPolicy, key: string): readonly string[] {
  const name = key.toLowerCase();
  return statements
    .flatMap(({ conditions }) => conditions)
    .filter((condition) => condition.key.toLowerCase() === name)
    .flatMap(({ values }) => values)
    .flatMap((value) =>
      /[*?]/.test(value) ? [value, ...FILLINGS.map((text) => fill(value, text))] : [value],
    );
}

function fill(pattern: string, text: string): string {
  return pattern.replaceAll('*', text).replaceAll('?', text.charAt(0) || 'z');
}

function toOtherCase(text: string): string {
  const upper = text.toUpperCase();
  return text === upper ? text.toLowerCase() : upper;
}

/** Neighbours of the caller whom nobody has named. */
function listStrangers(sub: string): readonly string[] {
  const name = sub.slice(sub.lastIndexOf(':') + 1);
  return [
    `${sub}-2`,
    sub.toUpperCase(),
    `${sub.slice(0, -name.length)}default`,
    `system:serviceaccount:elsewhere:${name}`,
    '*',
  ];
}
