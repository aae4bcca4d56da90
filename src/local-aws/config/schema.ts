import { z } from 'zod';
import { isAccountId } from '../../aws/arn.ts';
import { isBucketName } from '../../base/names/bucket.ts';
import { INSTANCE_STATES, type InstanceState, isInstanceId } from '../ec2/instance.ts';
import type { PolicyStatement } from '../permissions.ts';

/** The file as it is written. Accounts that are left out are `account`. */
export interface ConfigFile {
  /** 12 digits */
  readonly account: string;
  readonly region?: string | undefined;
  readonly providers: readonly {
    readonly url: string;
    readonly account?: string | undefined;
    readonly clientIds: readonly string[];
    readonly jwksFile?: string | undefined;
    readonly jwksUri?: string | undefined;
    readonly caFile?: string | undefined;
  }[];
  readonly roles: readonly {
    readonly arn: string;
    readonly trustPolicy?: string | Readonly<Record<string, unknown>> | undefined;
    readonly trustPolicyFile?: string | undefined;
    /** seconds */
    readonly maxSessionDuration: number;
    readonly permissions: readonly PolicyStatement[];
  }[];
  readonly users: readonly {
    readonly arn: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly permissions: readonly PolicyStatement[];
  }[];
  readonly instances: readonly {
    readonly id: string;
    readonly account?: string | undefined;
    readonly privateDnsName: string;
    readonly state: InstanceState;
    readonly privateIpAddress?: string | undefined;
    readonly vpcId?: string | undefined;
    readonly instanceProfile?: string | undefined;
  }[];
  readonly buckets: readonly string[];
}

export type ConfigFileReading =
  | { readonly kind: 'file'; readonly file: ConfigFile }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Checks every value of the file by itself. What depends on several values, or on other files, is not looked at. */
export function parseConfigFile(value: unknown): ConfigFileReading {
  const parsed = FILE.safeParse(value);
  if (parsed.success) return { kind: 'file', file: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${renderPath(path)}: ${message}`);
  return { kind: 'invalid', problems };
}

function renderPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}

const account = z
  .string('write the account in quotes, it is text')
  .refine(isAccountId, 'an account has 12 digits');
const texts = z.array(z.string().min(1)).min(1);
const statement = z.strictObject({
  effect: z.enum(['Allow', 'Deny']).default('Allow'),
  actions: texts,
  resources: texts,
});
const permissions = z.array(statement).default([]);
const provider = z.strictObject({
  url: z.string(),
  account: account.optional(),
  clientIds: z
    .array(z.string().min(1).max(255))
    .min(1, 'name at least one, such as sts.amazonaws.com')
    .max(100),
  jwksFile: z.string().optional(),
  jwksUri: z.string().optional(),
  caFile: z.string().optional(),
});
const role = z.strictObject({
  arn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      'a role is arn:aws:iam::<12 digits>:role/<name>',
    ),
  trustPolicy: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  trustPolicyFile: z.string().optional(),
  maxSessionDuration: z.int().min(3_600).max(43_200).default(3_600),
  permissions,
});
const user = z.strictObject({
  arn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:user\/[\w+=,.@/-]+$/,
      'a user is arn:aws:iam::<12 digits>:user/<name>',
    ),
  accessKeyId: z.string().regex(/^\w{16,128}$/, 'an access key id has 16 to 128 word characters'),
  secretAccessKey: z.string().min(1),
  permissions,
});
// The keys of a table of ours: no other can be in it.
const STATES = Object.keys(INSTANCE_STATES) as InstanceState[];
const instance = z.strictObject({
  id: z.string().refine(isInstanceId, 'an instance id is i- and 8 or 17 hexadecimal digits'),
  account: account.optional(),
  privateDnsName: z.string().min(1),
  state: z.enum(STATES).default('running'),
  privateIpAddress: z.ipv4().optional(),
  vpcId: z.string().optional(),
  instanceProfile: z.string().optional(),
});

const FILE: z.ZodType<ConfigFile> = z.strictObject({
  account: account.default('111122223333'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional(),
  providers: z.array(provider).max(100).default([]),
  roles: z.array(role).max(1_000).default([]),
  users: z.array(user).max(1_000).default([]),
  instances: z.array(instance).max(10_000).default([]),
  buckets: z
    .array(
      z
        .string()
        .refine(isBucketName, 'this is no bucket name: 3 to 63 lower-case letters, digits, dots and dashes'),
    )
    .max(100)
    .default([]),
});
