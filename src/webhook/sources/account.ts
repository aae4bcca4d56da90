import { parseRoleArn, type RoleArn } from '../../aws/role-arn.ts';
import { parseGoBool } from '../../go/strconv.ts';
import { checkAnnotationNames } from '../annotations.ts';
import { checkAudience } from '../audience.ts';
import { readExpiration } from '../expiration.ts';
import { createNotice, type Notice, quoted } from '../notices.ts';
import type { RoleComposition, WebhookSettings } from '../settings.ts';

/** What a source says of the token and of STS, flag defaults filled in. Shared between accounts that say the same. */
export interface TokenChoices {
  /** Empty: the field is left out, as the Go program does. */
  readonly audience: string;
  /** Seconds, 600 to 86400. */
  readonly expiration: number;
  readonly regionalSts: boolean;
}

/** All that we keep of a ServiceAccount. */
export interface Account {
  /** undefined: no role asked for, or a malformed one. */
  readonly role: RoleArn | undefined;
  /** Set where a role was asked for and its ARN is malformed: as much of it as a warning can hold. */
  readonly malformedRole: string | undefined;
  readonly choices: TokenChoices;
  readonly notices: readonly Notice[];
}

const NO_NOTICES: readonly Notice[] = [];

/** Annotations are free text: past this many values sharing stops, and nothing else changes. */
const MAX_INTERNED = 1_000;

/** Reads ServiceAccounts' annotations. Keeps equal choices once, so that a hundred thousand accounts stay small. */
export interface AccountReader {
  read(annotations: Readonly<Record<string, string>> | undefined): Account;
  /** The one value that stands for every account without annotations that concern us. */
  readonly plain: Account;
  /** Whether it was read from an annotation of our prefix; all others share the choices of the flags. */
  isAnnotated(account: Account): boolean;
}

export function createAccountReader(settings: WebhookSettings): AccountReader {
  const interned = new Map<string, TokenChoices>();
  const unread = new Map<string, Account>();
  const prefix = `${settings.annotationPrefix}/`;
  const defaults: TokenChoices = {
    audience: settings.webIdentity.audience,
    expiration: settings.tokenExpiration,
    regionalSts: settings.regionalSts,
  };
  const plain: Account = {
    role: undefined,
    malformedRole: undefined,
    choices: defaults,
    notices: NO_NOTICES,
  };
  return {
    plain,
    isAnnotated: ({ choices }) => choices !== defaults,
    read(annotations) {
      if (annotations === undefined) return plain;
      const keys = Object.keys(annotations);
      const notices = checkAnnotationNames(keys, settings.annotationPrefix, 'service-account');
      if (!keys.some((key) => key.startsWith(prefix))) {
        return notices.length === 0 ? plain : internUnread(unread, { ...plain, notices });
      }
      const get = (suffix: string) => annotations[prefix + suffix];
      const choices = intern(interned, readChoices(get, defaults, notices));
      const kept = notices.length === 0 ? NO_NOTICES : notices;
      return { ...readRole(get('role-arn'), settings.roleComposition), choices, notices: kept };
    },
  };
}

function readChoices(
  get: (suffix: string) => string | undefined,
  defaults: TokenChoices,
  notices: Notice[],
): TokenChoices {
  const audience = get('audience');
  const notice = checkAudience(audience);
  if (notice !== undefined) notices.push(notice);
  return {
    audience: audience ?? defaults.audience,
    expiration: readExpiration(get('token-expiration'), 'ServiceAccount', notices) ?? defaults.expiration,
    regionalSts: readRegionalSts(get('sts-regional-endpoints'), notices) ?? defaults.regionalSts,
  };
}

function readRegionalSts(text: string | undefined, notices: Notice[]): boolean | undefined {
  if (text === undefined) return undefined;
  const value = parseGoBool(text);
  if (value === undefined) {
    notices.push(
      createNotice(
        'regional-sts-unparsable',
        ['ServiceAccount sts-regional-endpoints ', quoted(text), ' is no boolean, and ignored'],
        'give true or false',
      ),
    );
  }
  return value;
}

function readRole(
  text: string | undefined,
  composition: RoleComposition | undefined,
): Pick<Account, 'role' | 'malformedRole'> {
  // An empty annotation switches the account off, also where bare names are completed.
  if (text === undefined || text === '') return { role: undefined, malformedRole: undefined };
  const role = parseRoleArn(composition === undefined ? text : completeRole(text, composition));
  return { role, malformedRole: role === undefined ? copyStart(text) : undefined };
}

/** Joined, because a part of a text keeps the whole alive: an annotation may have 256 KiB. */
function copyStart(text: string): string {
  return [...text.slice(0, 64)].join('');
}

/** `team/reader` → `arn:aws:iam::<account>:role/team/reader`; IAM paths are often written with a leading slash. */
function completeRole(text: string, { partition, accountId }: RoleComposition): string {
  if (text.includes('arn:')) return text;
  return `arn:${partition}:iam::${accountId}:role/${text.replace(/^\//, '')}`;
}

/** Accounts that are annotated under a wrong prefix alone: a value for each text that is told of them. */
function internUnread(known: Map<string, Account>, account: Account): Account {
  const key = account.notices.map(({ text }) => text).join('\n');
  const same = known.get(key);
  if (same !== undefined) return same;
  if (known.size < MAX_INTERNED) known.set(key, account);
  return account;
}

function intern(known: Map<string, TokenChoices>, choices: TokenChoices): TokenChoices {
  const key = `${choices.expiration}|${choices.regionalSts}|${choices.audience}`;
  const same = known.get(key);
  if (same !== undefined) return same;
  if (known.size < MAX_INTERNED) known.set(key, choices);
  return choices;
}
