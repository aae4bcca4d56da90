import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { toPartition } from '../../../src/aws/partition.ts';
import type { WebhookSettings } from '../../../src/webhook/settings.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { renderExact } from './exact-json.ts';

const FOLDER = new URL('../../golden/', import.meta.url);

const flagsSchema = z
  .strictObject({
    'annotation-prefix': z.string(),
    'aws-default-region': z.string(),
    'compose-role-arn': z.strictObject({ accountId: z.string(), region: z.string() }),
    'container-credentials-audience': z.string(),
    'container-credentials-full-uri': z.string(),
    'container-credentials-token-mount-path': z.string(),
    'container-credentials-token-path': z.string(),
    'container-credentials-token-volume-name': z.string(),
    'sts-regional-endpoint': z.boolean(),
    'token-audience': z.string(),
    'token-expiration': z.number(),
    'token-mount-path': z.string(),
  })
  .partial();

const caseSchema = z.strictObject({
  says: z.string().regex(/\.$/),
  covers: z.string().regex(/^(?:same|differs): /),
  settings: flagsSchema.default({}),
  request: z
    .strictObject({ operation: z.string(), subResource: z.string(), kind: z.string() })
    .partial()
    .default({}),
  namespace: z.string(),
  annotations: z.union([z.record(z.string(), z.string()), z.literal(['absent', 'unread'])]),
  configMap: z.string().optional(),
  containerCredentials: z.array(z.string()).default([]),
  random: z.number().min(0).lt(1).default(0.5),
  reason: z.string(),
  warnings: z.array(z.string()).default([]),
});

const fileSchema = z.strictObject({
  case: caseSchema,
  pod: z.looseObject({}),
  expected: z.union([z.literal('unchanged'), z.looseObject({})]),
});

export type GoldenCase = z.infer<typeof caseSchema>;

/** One file of test/golden; both pods are JSON text, so that no number is rounded on the way. */
export interface Golden {
  readonly name: string;
  readonly case: GoldenCase;
  readonly podText: string;
  readonly expectedText: string;
}

export function loadGoldens(): Golden[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => parseGolden(basename(file, '.yaml'), readFileSync(new URL(file, FOLDER), 'utf8')));
}

function parseGolden(name: string, text: string): Golden {
  const plain = fileSchema.safeParse(parse(text));
  if (!plain.success) throw new Error(`${name}.yaml: ${z.prettifyError(plain.error)}`);
  const exact = parse(text, { intAsBigInt: true });
  const podText = renderExact(exact.pod);
  const unchanged = plain.data.expected === 'unchanged';
  return {
    name,
    case: plain.data.case,
    podText,
    expectedText: unchanged ? podText : renderExact(exact.expected),
  };
}

/** The settings that the flags of a case come to. */
export function toSettings({ settings: flags }: GoldenCase): WebhookSettings {
  const { webIdentity, containerCredentials, ...defaults } = DEFAULT_SETTINGS;
  const instance = flags['compose-role-arn'];
  return {
    annotationPrefix: flags['annotation-prefix'] ?? defaults.annotationPrefix,
    webIdentity: {
      audience: flags['token-audience'] ?? webIdentity.audience,
      mountPath: flags['token-mount-path'] ?? webIdentity.mountPath,
    },
    containerCredentials: {
      audience: flags['container-credentials-audience'] ?? containerCredentials.audience,
      mountPath: flags['container-credentials-token-mount-path'] ?? containerCredentials.mountPath,
      volumeName: flags['container-credentials-token-volume-name'] ?? containerCredentials.volumeName,
      tokenPath: flags['container-credentials-token-path'] ?? containerCredentials.tokenPath,
      fullUri: flags['container-credentials-full-uri'] ?? containerCredentials.fullUri,
    },
    defaultRegion: flags['aws-default-region'] ?? defaults.defaultRegion,
    regionalSts: flags['sts-regional-endpoint'] ?? defaults.regionalSts,
    tokenExpiration: flags['token-expiration'] ?? defaults.tokenExpiration,
    roleComposition: instance && {
      accountId: instance.accountId,
      partition: toPartition(instance.region),
    },
  };
}
