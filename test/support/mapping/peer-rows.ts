import type { CallerIdentity } from '../../../src/aws/caller-identity.ts';
import type {
  MappedUser,
  MappingDecision,
  MappingFailure,
  MappingOrigin,
} from '../../../src/mapping/mapper.ts';
import { type Plan, REWRITTEN, type Section } from './peer-plans.ts';

export interface Difference {
  readonly own: MappingDecision;
  readonly theirs: MappedUser | undefined;
  readonly identity: CallerIdentity;
  readonly given: Plan;
  readonly isFileTaken: boolean;
}

/** Which row of docs/compatibility.md a difference is; undefined: none. */
export function findRow(difference: Difference): string | undefined {
  const { own, identity, given, isFileTaken } = difference;
  if (own.kind === 'failed') return REFUSALS.has(own.code) ? own.code : undefined;
  if (!isFileTaken) return 'a bad entry refuses the whole file';
  if (/role\/AWSReservedSSO_Adm_Readers_/.test(identity.canonicalArn))
    return 'set Admin matches set Admin_Readers';
  const isKelvin = /king$/i.test(identity.canonicalArn) && JSON.stringify(given).includes('\u212a');
  if (isKelvin) return 'the sign for kelvin is a k';
  return own.kind === 'mapped' ? findRowOfEntry(own.origin, given) : undefined;
}

/** Whom we refuse and the Go program lets in. */
const REFUSALS: ReadonlySet<MappingFailure> = new Set([
  'bad-entry',
  'identity-mismatch',
  'reserved-username',
  'username-malformed',
]);

function findRowOfEntry(
  { backend, entry: label }: MappingOrigin,
  { mounted, dynamic }: Plan,
): string | undefined {
  const section = backend === 'MountedFile' ? mounted : dynamic;
  const [, list = '', index = ''] = /^(mapRoles|mapUsers)\[(\d+)\]$/.exec(label) ?? [];
  const entry = section[list as keyof Section]?.[Number(index)] ?? `": ${section.mapAccounts.join()}`;
  return ENTRY_ROWS.find(([, pattern]) => pattern.test(entry))?.[0];
}

/** What an entry has that counts here and not there, or the other way. */
const ENTRY_ROWS: readonly (readonly [row: string, pattern: RegExp])[] = [
  ['sso with partition never matches', /"partition"/],
  ['an entry for the role itself wins by chance', /AWSReservedSSO/],
  ['a role with a path never matches', /role\/team\/.*"userid"/],
  ['a number without quotes is written anew', new RegExp(`": (?:.*,)?(?:${REWRITTEN.join('|')})[,}]?`)],
];

/** Why only one of both starts. */
export function findStartRow({ mounted: { mapRoles } }: Plan, isOurs: boolean): string | undefined {
  return isOurs && mapRoles.some((entry) => entry.includes('"ARN:'))
    ? 'the ARN of a role in capitals'
    : undefined;
}
