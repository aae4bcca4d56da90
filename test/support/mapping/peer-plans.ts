import fc from 'fast-check';
import type { CallerIdentity } from '../../../src/aws/caller-identity.ts';
import { CLUSTER } from '../authenticator/tokens.ts';
import type { Workspace } from '../workspace.ts';
import { ACCOUNT, toRoleSession, toUser } from './identities.ts';

/** An account whose number begins with a zero. */
export const ZERO = '012345678901';
/** In a dynamic file that was read, and of an account that is nowhere else. */
export const SENTINEL = toRoleSession('Sentinel', { roleId: 'AROASENTINEL', account: '999900001111' });

/** Who asks; each has an access key of its own. */
export const IDENTITIES: readonly CallerIdentity[] = [
  SENTINEL,
  ...['jane', 'a@b.example', 'system', '{x}'].map((session) => toRoleSession('Dev', { session })),
  toRoleSession('dev', { roleId: 'AROAOTHER' }),
  toRoleSession('Ops'),
  toRoleSession('Dev', { account: ZERO }),
  toRoleSession('Dev', { partition: 'aws-cn' }),
  toRoleSession('AWSReservedSSO_Adm_0123456789abcdef'),
  toRoleSession('AWSReservedSSO_Adm_Readers_0123456789abcdef'),
  toRoleSession('AWSReservedSSO_Adm_0123456789abcdef', { account: ZERO }),
  toUser('bob'),
  toUser('team/Bob', { userId: 'AIDABOB2' }),
  toUser('eve', { account: ZERO, userId: 'AIDAEVE' }),
  toUser('King', { userId: 'AIDAKING' }),
].map((identity, index) => ({ ...identity, accessKeyId: `AKIAEXAMPLE${String(index).padStart(9, '0')}` }));
/** A text of YAML in braces. */
type Yaml = string;

export interface Section {
  readonly mapRoles: readonly Yaml[];
  readonly mapUsers: readonly Yaml[];
  readonly mapAccounts: readonly Yaml[];
}

export interface Plan {
  readonly modes: readonly string[];
  readonly strict: boolean;
  readonly mounted: Section;
  /** Of JSON, which is YAML, too. */
  readonly dynamic: Section;
  readonly reserved: readonly (readonly [mode: string, prefix: string])[];
}

const USERNAMES = [
  ...['dev', 'jane doe', 'a:{{SessionName}}', '{{SessionName}}', '{{SessionNameRaw}}', '{{AccountID}}-x'],
  ...['{{AccessKeyID}}', '{{AccountId}}', '{{ SessionName }}', '{{{{SessionName}}}}', 'system:masters', ''],
  ...[
    'system:{{SessionName}}',
    '{{SessionName}}:masters',
    'system:node:{{SessionName}}',
    'arn:{{SessionName}}',
  ],
].map((text) => JSON.stringify(text));
/** That the loader of a configuration makes texts of. */
const SCALARS = ['12', '1.5', 'yes', 'On', 'y', 'null', '~', '-3', '700'];
/** What the Go program writes anew before it takes it for a text. */
export const REWRITTEN = ['012', '1e3', '0x1f', 'true', 'FALSE', ZERO, '0o17', '1.50', '.5', '1_000', '0.0'];
const ARNS = [
  ...[
    'role/Dev',
    'role/DEV',
    'role/Ops',
    'role/team/Dev',
    'user/bob',
    'user/team/bob',
    'user/Team/BOB',
    'root',
  ],
  ...['role/AWSReservedSSO_Adm_0123456789abcdef', 'role/Dev ', 'role/*', 'user/\u212aing', 'user/King'],
].map((resource) => `arn:aws:iam::${ACCOUNT}:${resource}`);
const ODD_ARNS = [
  ...[
    `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/x`,
    `arn:aws:iam::${ZERO}:role/Dev`,
    `arn:aws-cn:iam::${ACCOUNT}:role/Dev`,
  ],
  ...[
    `arn:aws:sts::${ACCOUNT}:assumed-role/team/Dev/x`,
    `ARN:AWS:IAM::${ACCOUNT}:USER/BOB`,
    `arn:aws:iam::${ZERO}:user/eve`,
  ],
];
const BAD_ARNS = [
  'Dev',
  'arn:aws:s3:::bucket',
  `arn:az:iam::${ACCOUNT}:role/Dev`,
  `ARN:AWS:IAM::${ACCOUNT}:ROLE/DEV`,
];

const pick = (...values: readonly string[]) => fc.constantFrom(...values);
const quoted = (...values: readonly string[]) => pick(...values.map((value) => JSON.stringify(value)));
const odds = <T>(usual: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>, one = 12): fc.Arbitrary<T> =>
  fc.oneof({ weight: one - 1, arbitrary: usual }, { weight: 1, arbitrary: seldom });
const arn = odds(odds(quoted(...ARNS), quoted(...ODD_ARNS), 4), quoted(...BAD_ARNS), 150);
const group = pick(
  '"a"',
  '"b:{{SessionName}}"',
  '"system:masters"',
  '"system:{{SessionName}}"',
  '"{{SessionName}}"',
);
const name = (scalars: readonly string[]) => odds(pick(...USERNAMES), pick(...scalars), 9);

function toEntry(field: string, scalars: readonly string[]): fc.Arbitrary<Yaml> {
  const set = fc
    .record({
      account: pick(`"${ACCOUNT}"`, `"${ZERO}"`),
      partition: odds(fc.constant(''), pick(', "partition": "aws"'), 4),
    })
    .map((sso) => `"sso": {"permissionSetName": "Adm", "accountID": ${sso.account}${sso.partition}}`);
  const own = arn.map((text) => `"${field}": ${text}`);
  return fc
    .record({
      principal: field === 'rolearn' ? odds(own, set, 6) : own,
      username: fc.option(name(scalars), { freq: 8 }),
      groups: fc.option(
        odds(
          fc.array(group, { maxLength: 2 }).map((items) => `[${items.join(', ')}]`),
          pick('"a,b"', 'null'),
          8,
        ),
      ),
      userid: fc.option(quoted('AROAEXAMPLEJANE', 'AROAOTHER', 'AIDAEXAMPLEBOB', 'AIDABOB2'), { freq: 3 }),
      key: odds(fc.constant('username'), pick('Username', 'USERNAME', 'usrname'), 20),
    })
    .map(({ principal, username, groups, userid, key }) =>
      [
        principal,
        ...(username === null ? [] : [`"${key}": ${username}`]),
        ...(groups === null ? [] : [`"groups": ${groups}`]),
        ...(userid === null ? [] : [`"userid": ${userid}`]),
      ].join(', '),
    )
    .map((members) => `{${members}}`);
}

const section = (scalars: readonly string[], accounts: readonly string[]): fc.Arbitrary<Section> =>
  fc.record({
    mapRoles: fc.array(toEntry('rolearn', scalars), { maxLength: 4 }),
    mapUsers: fc.array(toEntry('userarn', scalars), { maxLength: 3 }),
    mapAccounts: odds(fc.constant<string[]>([]), fc.array(pick(...accounts), { maxLength: 2 }), 3),
  });
/** What both are configured with. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  modes: fc.constantFrom(
    ['MountedFile'],
    ['MountedFile'],
    ['DynamicFile'],
    ['MountedFile', 'DynamicFile'],
    ['DynamicFile', 'MountedFile'],
  ),
  strict: fc.boolean(),
  mounted: section([...SCALARS, ...REWRITTEN], [`"${ACCOUNT}"`, ACCOUNT, `"${ZERO}"`, ZERO, '"x"', '"1, 2"']),
  dynamic: section(['null', '""', '"x"'], [`"${ACCOUNT}"`, `"${ZERO}"`, '"x"']),
  reserved: fc.array(
    fc.tuple(pick('MountedFile', 'File', 'DynamicFile'), pick('dev', 'arn:', 'a:', 'system:')),
    { maxLength: 1 },
  ),
});

function toText({ mapRoles, mapUsers, mapAccounts }: Section): string {
  return [
    `"mapRoles": [${mapRoles.join(', ')}]`,
    `"mapUsers": [${mapUsers.join(', ')}]`,
    `"mapAccounts": [${mapAccounts.join(', ')}]`,
  ].join(', ');
}

const SENTINEL_ENTRY = `{"rolearn": "${SENTINEL.canonicalArn}", "userid": "AROASENTINEL", "username": "there"}`;

/**
 * Writes the dynamic file into a folder.
 * @returns the configuration, with more members of `server`
 */
export function writePlan(
  { modes, strict, mounted, dynamic, reserved }: Plan,
  workspace: Workspace,
): (server: object) => string {
  const followed = { ...dynamic, mapRoles: [...dynamic.mapRoles, SENTINEL_ENTRY] };
  const path = workspace.write('dynamic.json', `{${toText(followed)}}`);
  const file = modes.includes('DynamicFile')
    ? { dynamicfilepath: path, dynamicfileUserIDStrict: strict }
    : {};
  const reservedPrefixConfig = reserved.map(([backendmode, prefix]) => ({
    backendmode,
    usernamePrefixReserveList: [prefix],
  }));
  return (server) => {
    const rest = JSON.stringify({ ...server, ...file, backendMode: modes, reservedPrefixConfig });
    return `{"clusterID": "${CLUSTER}", "server": ${rest.slice(0, -1)}, ${toText(mounted)}}}`;
  };
}
