import { describe, expect, test } from 'vitest';
import { renderFindings } from '../../src/commands/trust/lint.ts';
import { renderProblems, renderVerdict } from '../../src/commands/trust/render-verdict.ts';
import { createPlaceFinder } from '../../src/json/locate.ts';
import { PLAIN } from '../../src/terminal/paint.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { fixPolicy } from '../../src/trust/fix.ts';
import { lintPolicy, toFindings } from '../../src/trust/lint.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { KEY, PROVIDER, policy, read, requestOf, statement } from '../support/trust/base.ts';

/** Clears the screen, by both introducers of a control sequence, and writes from right to left. */
const EVIL = '\u001b[2J\u009b2J\u202e\u007f';
const sub = `${KEY}:sub`;

test.each<[what: string, document: object]>([
  ['a key', { StringEquals: { [`aws:RequestTag/${EVIL}`]: 'x', [EVIL]: 'x', [`${KEY}:${EVIL}`]: 'x' } }],
  ['an absent key', { Null: { [`aws:RequestTag/${EVIL}`]: 'false', [`${EVIL}.example:sub`]: 'true' } }],
  ['a key that must be absent', { Null: { [sub]: 'true' } }],
  ['a namespace', { StringLike: { [sub]: `system:serviceaccount:${EVIL}:*` } }],
  ['a name', { StringEquals: { [sub]: `system:serviceaccount:demo:${EVIL}` } }],
  ['an operator', { [`StringEquals${EVIL}`]: { [sub]: 'x' } }],
  ['a value', { StringEquals: { [sub]: [EVIL, `a${EVIL}`] }, IpAddress: { 'aws:SourceIp': EVIL } }],
])('nothing that stands in %s of a policy reaches a terminal as it is', (_what, condition) => {
  const federated = (text: string) => ({ Principal: { Federated: text } });
  const arn = (partition: string, account: string) =>
    federated(`arn:${partition}:iam::${account}:oidc-provider/${KEY}`);
  const principals = [arn(EVIL, '111122223333'), arn('aws', EVIL), federated(`${PROVIDER}${EVIL}`)];
  for (const more of [
    ...principals,
    {},
    { Sid: EVIL },
    { [EVIL]: EVIL },
    { Action: EVIL },
    { Principal: { [EVIL]: EVIL } },
  ]) {
    const text = JSON.stringify(policy(statement({ Condition: condition, ...more })));
    const reading = readTrustPolicy(text);
    const { find } = createPlaceFinder(text);
    const found = reading.kind === 'policy' ? lintPolicy(reading.policy) : toFindings(reading.problems);
    const shown = [
      renderFindings(
        found.map((one) => ({ ...one, place: find(one.where) })),
        'file',
        PLAIN,
      ),
    ];
    if (reading.kind === 'invalid') shown.push(renderProblems(reading.problems, PLAIN));
    else {
      const asked = requestOf('system:serviceaccount:demo:default');
      shown.push(renderVerdict(evaluateTrust(reading.policy, asked)));
      shown.push(...(fixPolicy(reading.policy, asked)?.changes ?? []));
    }
    expect(shown.join('\n')).toMatch(/^[ -~\n✔✘→…’]+$/);
  }
});

describe('findings for people', () => {
  const text = JSON.stringify(
    policy(
      statement({
        Action: 'sts:*',
        Condition: { StringLike: { [`${KEY}:sub`]: 'system:serviceaccount:*' } },
      }),
    ),
    null,
    2,
  );
  const places = createPlaceFinder(text);
  const findings = lintPolicy(read(text)).map((finding) => ({
    ...finding,
    place: places.find(finding.where),
  }));

  test('say how bad, what, where, and what to write instead', () => {
    const lines = renderFindings(findings, 'trust.json').split('\n');
    expect(lines[0]).toMatch(/^critical {2}subject-wildcard {2}trust\.json:\d+:11 \/Statement/);
    expect(lines[1]).toContain('every ServiceAccount of the cluster');
    expect(lines[2]).toMatch(/^ {2}→ /);
    expect(lines.at(-2)).toBe('3 findings');
    expect(renderFindings([], 'trust.json')).toBe('✔ trust.json: nothing found\n');
  });
});
