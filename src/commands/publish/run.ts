import { createDirectoryTarget } from '../../issuer/publish/directory-target.ts';
import type { KeyChange } from '../../issuer/publish/merge-keys.ts';
import { planPublication, writePublication } from '../../issuer/publish/plan.ts';
import { remarkOnIssuer, remarkOnNewKeys } from '../../issuer/publish/remarks.ts';
import { createS3Target } from '../../issuer/publish/s3-target.ts';
import type { PublishTarget } from '../../issuer/publish/target.ts';
import type { AwsAccount } from '../aws-credentials.ts';
import { complain, complainOf, note } from '../diagnostics.ts';
import { readKeySource } from '../key-source.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { renderPublication, renderPublicationJson } from './report.ts';
import {
  type PublishOptions,
  type PublishSettings,
  readPublishSettings,
  type TargetSettings,
} from './settings.ts';

/** How S3 is reached. */
export type PublishDeps = AwsAccount;

const COMMAND = 'publish';

/**
 * `iam-bridge publish`: 0 where the documents are as they should be, 1 where a dry run found that they are not, 2 where
 * flags, keys or what is published already forbid it, 3 where the cluster or the target failed.
 */
export async function runPublish(
  options: PublishOptions,
  surroundings: Surroundings,
  deps: PublishDeps,
): Promise<ExitCode> {
  const { env, terminal } = surroundings;
  const reading = readPublishSettings(options, env);
  if (reading.kind === 'problems') return complain(COMMAND, reading.problems, terminal, 2);
  try {
    const target = createTarget(reading.settings.target, { ...deps, now: surroundings.now });
    return await publish(reading.settings, { target, json: options.output === 'json' }, surroundings);
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

async function publish(
  settings: PublishSettings,
  { target, json }: { readonly target: PublishTarget; readonly json: boolean },
  { terminal, now, input }: Surroundings,
): Promise<ExitCode> {
  const { place, dryRun } = settings;
  const source = await readKeySource({ ...settings, issuer: place.issuer }, input);
  if (source.kind === 'refused') return complain(COMMAND, source.problems, terminal, 2);
  const plan = await planPublication(target, { ...settings, source: source.keys, now: now() });
  if (plan.kind === 'refused') return complain(COMMAND, plan.problems, terminal, 2);
  if (!dryRun) await writePublication(target, plan.documents);
  const complete = {
    ...plan,
    // A weak key is told by its source, and by what will be published.
    notes: [...new Set([...source.notes, ...plan.notes, ...remark(settings, plan.changes, now())])],
  };
  if (json) {
    terminal.out(renderPublicationJson(complete, settings, target));
  } else {
    terminal.out(renderPublication(complete, settings, target));
    const next = describeNextSteps(settings, plan.documents.length > 0);
    note(COMMAND, [...complete.notes, ...next], terminal);
  }
  return dryRun && plan.documents.length > 0 ? 1 : 0;
}

function createTarget(
  settings: TargetSettings,
  { credentials, fetch, now }: PublishDeps & Pick<Surroundings, 'now'>,
): PublishTarget {
  return settings.kind === 's3'
    ? createS3Target(settings, { credentials, fetch, now })
    : createDirectoryTarget(settings.path);
}

function remark({ target, place }: PublishSettings, changes: readonly KeyChange[], now: number): string[] {
  const s3 = target.kind === 's3' && target.endpoint === undefined ? target : undefined;
  return [...remarkOnIssuer(place.issuer, s3), ...remarkOnNewKeys(changes, now)];
}

/** A folder keeps no headers, so whoever serves it has to be told. */
function describeNextSteps({ target, place, dryRun }: PublishSettings, written: boolean): string[] {
  if (dryRun || !written) return [];
  const remarks =
    target.kind === 'directory'
      ? [
          `a folder has no headers: serve ${place.jwksName} as application/jwk-set+json, the rest as application/json`,
        ]
      : [];
  return [...remarks, `check what the public sees: iam-bridge issuer drift --issuer ${place.issuer}`];
}
