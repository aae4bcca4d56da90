import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLACEHOLDERS } from '../../src/mapping/template.ts';
import { decide, toBackend, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
const INSTANCE = 'i-0123456789abcdefa';

interface Choice {
  readonly session?: string;
  readonly groups?: readonly string[];
  readonly reserved?: readonly string[];
  readonly accessKeyId?: string;
}

async function map(
  username: string,
  { groups = [], reserved = [], session = 'jane', ...more }: Choice = {},
): Promise<string> {
  const mapRoles = JSON.stringify([{ rolearn: DEV, username, groups }]);
  // Set apart from the ARN, since a name is tried that STS would never give.
  const identity = { ...toRoleSession('Dev', more), sessionName: session };
  return toWords(await decide([toBackend({ mapRoles })], identity, { EKSConfigMap: reserved }));
}

describe('a template', () => {
  test.each([
    ['{{AccountID}}', ACCOUNT],
    ['{{SessionName}}', 'jane-shop.example'],
    ['{{SessionNameRaw}}', 'jane@shop.example'],
    ['{{AccessKeyID}}', 'ASIAEXAMPLE'],
    ['a:{{AccountID}}:{{SessionName}}:z', `a:${ACCOUNT}:jane-shop.example:z`],
    ['{{SessionName}}{{SessionName}}', 'jane-shop.examplejane-shop.example'],
    ['{{AccountId}}', '{{AccountId}}'],
    ['{{ AccountID }}', '{{ AccountID }}'],
    ['{AccountID}', '{AccountID}'],
    ['{{{AccountID}}}', `{${ACCOUNT}}`],
    ['{{Session{{AccountID}}Name}}', `{{Session${ACCOUNT}Name}}`],
    ['$& $1 $$', '$& $1 $$'],
  ])('%s becomes %s', async (template, name) => {
    expect(await map(template, { session: 'jane@shop.example' })).toBe(`${name}|`);
    expect(await map('dev', { session: 'jane@shop.example', groups: [template] })).toBe(`dev|${name}`);
  });

  test('knows the name of the node that a session is named after', async () => {
    const groups = ['nodes:{{EC2PrivateDNSName}}'];
    const name = `${INSTANCE}.node.internal`;
    expect(await map('system:node:{{EC2PrivateDNSName}}', { session: INSTANCE })).toBe(
      `system:node:${name}|`,
    );
    expect(await map('node', { session: INSTANCE, groups })).toBe(`node|nodes:${name}`);
  });

  test.each([
    ['jane'],
    ['i-0123'],
    ['i-0123456789abcdefg'],
    ['i-0123456789ABCDEFA'],
    ['i-0123456789abcdefb'],
  ])('has no name of a node for a session %s', async (session) => {
    expect(await map('system:node:{{EC2PrivateDNSName}}', { session })).toBe('node-name-unknown');
    expect(await map('dev', { session, groups: ['{{EC2PrivateDNSName}}'] })).toBe('node-name-unknown');
    expect(await map('dev', { session })).toBe('dev|');
  });

  test('is replaced in one pass: what a session is called is no template', async () => {
    const parts = fc.constantFrom(
      ...PLACEHOLDERS.map((name) => `{{${name}}}`),
      '{{',
      '}}',
      '$&',
      'a',
      '@',
      '=',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1 }), async (pieces) => {
        const session = pieces.join('');
        expect(await map('u:{{SessionNameRaw}}', { session })).toBe(`u:${session}|`);
        expect(await map('u:{{SessionName}}', { session })).toBe(`u:${session.replaceAll('@', '-')}|`);
      }),
    );
  });
});

describe('a name that was rendered', () => {
  test('may have blanks and anything printable', async () => {
    expect(await map('jane doe', { groups: ['the ädmins', '日本'] })).toBe('jane doe|the ädmins,日本');
  });

  test.each([
    ['nothing', '{{AccessKeyID}}', 'username-malformed'],
    ['a line break', 'a\nb', 'username-malformed'],
    ['NUL', 'a\u0000b', 'username-malformed'],
    ['DEL', 'a\u007f', 'username-malformed'],
    ['a control character of Latin-1', 'a\u0085', 'username-malformed'],
    ['a separator of lines', 'a\u2028b', 'username-malformed'],
    ['a separator of paragraphs', 'a\u2029b', 'username-malformed'],
    ['letters from right to left', '\u202enimda', 'username-malformed'],
    ['a part that is turned', 'a\u2066b\u2069', 'username-malformed'],
    ['half a character', 'a\ud800', 'username-malformed'],
    ['more than 1,024 characters', `${'x'.repeat(1_024)}{{AccountID}}`, 'username-malformed'],
  ])('is refused with %s, as username and as group', async (_, template, code) => {
    expect(await map(template, { accessKeyId: '' })).toBe(code);
    expect(await map('dev', { groups: ['a', template], accessKeyId: '' })).toBe(code);
  });

  test('may have 1,024 characters', async () => {
    expect(await map('x'.repeat(1_024))).toBe(`${'x'.repeat(1_024)}|`);
  });
});

describe('a system name', () => {
  test.each([
    ['system:node:{{SessionName}}', 'ip-1', 'system:node:ip-1'],
    ['system:node:{{EC2PrivateDNSName}}', INSTANCE, `system:node:${INSTANCE}.node.internal`],
    ['system:masters', 'jane', 'system:masters'],
    ['system:{{AccountId}}', 'jane', 'system:{{AccountId}}'],
    ['systems:{{SessionName}}', 'jane', 'systems:jane'],
    ['a-system:{{SessionName}}', 'jane', 'a-system:jane'],
    ['{{SessionName}}', 'system', 'system'],
  ])('%s, said in clear text, is given', async (template, session, name) => {
    expect(await map(template, { session })).toBe(`${name}|`);
    expect(await map('dev', { session, groups: [template] })).toBe(`dev|${name}`);
  });

  test.each([
    ['{{SessionName}}:masters', 'system'],
    ['{{SessionNameRaw}}', 'system:masters'],
    ['{{SessionName}}', 'system:masters'],
    ['s{{SessionName}}', 'ystem:masters'],
    ['system{{SessionName}}', ':masters'],
    ['sys{{SessionName}}masters', 'tem:'],
    ['system:{{SessionName}}', 'masters'],
    ['system:{{SessionNameRaw}}', 'kube-controller-manager'],
    ['system:kube-{{SessionName}}', 'scheduler'],
    ['{{SessionName}}:node:{{AccountID}}', 'system'],
  ])('%s never comes of a session called %s', async (template, session) => {
    expect(await map(template, { session })).toBe('reserved-username');
    expect(await map('dev', { session, groups: ['a', template] })).toBe('reserved-username');
  });
});

test('no session’s name makes a system name of a template that has none', async () => {
  const pieces = fc.constantFrom(
    'system:',
    'system',
    'sys',
    'tem:',
    ':',
    'masters',
    'a',
    '{{SessionName}}',
    '{{SessionNameRaw}}',
  );
  const text = fc.array(pieces, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, async (template, session) => {
      const words = await map(template, { session });
      if (words.startsWith('system:')) expect(template).toMatch(/^system:(?:[^:{]+:|[^{]*$)/);
    }),
    { numRuns: 500 },
  );
});

describe('prefixes that are reserved', () => {
  const reserved = ['eks:', 'aws:', ''];

  test.each([
    ['eks:jane', 'reserved-username'],
    ['aws:{{SessionName}}', 'reserved-username'],
    ['{{SessionName}}:x', 'reserved-username'],
    ['eksb:jane', 'eksb:jane|'],
    ['EKS:jane', 'EKS:jane|'],
    ['a-eks:', 'a-eks:|'],
  ])('%s', async (username, words) => {
    expect(await map(username, { reserved, session: 'eks' })).toBe(words);
  });

  test('say nothing of groups, and hold for accounts', async () => {
    expect(await map('dev', { reserved, groups: ['eks:x'] })).toBe('dev|eks:x');
    const backend = toBackend({ mapAccounts: `["${ACCOUNT}"]` });
    const decision = await decide([backend], toUser('bob'), { EKSConfigMap: ['arn:'] });
    expect(toWords(decision)).toBe('reserved-username');
  });

  test('hold for the backend that they are given for', async () => {
    const backend = toBackend({ mapRoles: JSON.stringify([{ rolearn: DEV, username: 'eks:x' }]) });
    expect(toWords(await decide([backend], toRoleSession('Dev'), { CRD: reserved }))).toBe('eks:x|');
  });
});
