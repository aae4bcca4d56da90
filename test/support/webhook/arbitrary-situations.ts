import fc from 'fast-check';
import type { AdmissionContext } from '../../../src/webhook/admit.ts';
import type { AccountFinding } from '../../../src/webhook/identity.ts';
import type { WebhookSettings } from '../../../src/webhook/settings.ts';
import { createAccountReader } from '../../../src/webhook/sources/account.ts';
import { readConfigMap } from '../../../src/webhook/sources/config-map.ts';
import { annotations, MOUNT_PATHS, VOLUME_NAMES } from './arbitrary-pods.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';

/** Flags as an operator may set them. */
export const settings: fc.Arbitrary<WebhookSettings> = fc.record({
  annotationPrefix: fc.constantFrom('eks.amazonaws.com', 'iam.example', 'constructor'),
  webIdentity: fc.record({
    audience: fc.constantFrom('sts.amazonaws.com', ''),
    mountPath: fc.constantFrom(...MOUNT_PATHS, '/creds/'),
  }),
  containerCredentials: fc.record({
    audience: fc.constant('pods.eks.amazonaws.com'),
    mountPath: fc.constantFrom(...MOUNT_PATHS),
    volumeName: fc.constantFrom(...VOLUME_NAMES),
    tokenPath: fc.constantFrom('token', 'jwt'),
    fullUri: fc.constant(DEFAULT_SETTINGS.containerCredentials.fullUri),
  }),
  defaultRegion: fc.constantFrom('', 'eu-west-1'),
  regionalSts: fc.boolean(),
  tokenExpiration: fc.integer({ min: 600, max: 86_400 }),
  roleComposition: fc.option(fc.constant({ partition: 'aws', accountId: '111122223333' }), {
    nil: undefined,
  }),
});

/** Settings, what is known of the account `shop/web`, and the sources; an identity applies more often than not. */
export const situation: fc.Arbitrary<{ found: AccountFinding; context: AdmissionContext }> = fc
  .record({
    settings,
    role: fc.constantFrom('arn:aws:iam::111122223333:role/web', 'team/web', '', undefined),
    more: annotations,
    known: fc.boolean(),
    listed: fc.boolean(),
    configMap: fc.constantFrom(
      undefined,
      '{"shop/web":null}',
      '{"*/web":{"RoleARN":"arn:aws:iam::111122223333:role/w"}}',
    ),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  .map(({ settings, role, more, known, listed, configMap, random }) => {
    const key = `${settings.annotationPrefix}/role-arn`;
    const own = role === undefined ? more : { ...more, [key]: role };
    const reading = configMap === undefined ? undefined : readConfigMap(configMap, settings.tokenExpiration);
    return {
      found: known
        ? { kind: 'known' as const, account: createAccountReader(settings).read(own) }
        : { kind: 'unknown' as const },
      context: {
        settings,
        sources: {
          containerCredentials: new Set(listed ? ['shop/web'] : []),
          configMap: reading?.kind === 'entries' ? reading.entries : undefined,
        },
        random: () => random,
      },
    };
  });
