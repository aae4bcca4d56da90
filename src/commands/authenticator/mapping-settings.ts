import { readBackendNames } from '../../mapping/backend-names.ts';
import type { MapperOptions } from '../../mapping/create-mapper.ts';
import { type MountedReading, readMountedMappings } from '../../mapping/mounted-file.ts';
import { toCanonicalArn } from '../../mapping/principal-arn.ts';
import { readReservedPrefixes } from '../../mapping/reserved-prefixes.ts';
import type { Problems } from '../../settings/checks.ts';
import type { FlagValues } from '../../settings/pflag.ts';
import type { Config } from './config/config.ts';
import { RESERVED_PREFIXES_KEY } from './config/keys.ts';
import type { AUTHENTICATOR_FLAGS } from './flags.ts';
import { type Unprinted, unprinted } from './unprinted.ts';

type Flags = FlagValues<typeof AUTHENTICATOR_FLAGS>;

/** What is said of mappings, and where. */
export interface MappingInput {
  readonly flags: Pick<
    Flags,
    | 'backend-mode'
    | 'dynamic-file-path'
    | 'dynamic-file-user-id-strict'
    | 'dynamic-backend-mode-path'
    | 'cluster-creator-arn'
  >;
  readonly config: Config;
  readonly ssoRoleMatch: boolean;
}

/** Where mappings come from. */
export interface MappingSettings extends Omit<MapperOptions, 'mountedFile'> {
  readonly mountedFile: Unprinted<MountedReading>;
}

export function readMappingSettings(
  { flags, config, ssoRoleMatch }: MappingInput,
  problems: Problems,
  remarks: string[],
): MappingSettings {
  const modes = readBackendNames(flags['backend-mode']);
  problems.push(...modes.problems.map((problem) => `--backend-mode: ${problem}`));
  remarks.push(...modes.warnings);
  checkDynamicFile(flags, problems);
  const reserved = readReservedPrefixes(config.find(RESERVED_PREFIXES_KEY));
  problems.push(...reserved.problems.map((problem) => `server.${problem}`));
  remarks.push(...reserved.warnings.map((warning) => `server.${warning}`));
  return {
    backends: modes.backends,
    // The Go program looks at them where they are a backend, and starts with whatever they are where they are none.
    mountedFile: unprinted(
      readMounted(config, modes.backends.includes('MountedFile') ? problems : remarks, remarks),
    ),
    dynamicFile: toDynamicFile(flags),
    backendModePath: flags['dynamic-backend-mode-path'] || undefined,
    ssoRoleMatch,
    reservedPrefixes: reserved.prefixes,
    clusterCreatorArn: readCreator(flags['cluster-creator-arn'], problems),
  };
}

function readMounted(config: Config, problems: string[], remarks: string[]): MountedReading {
  const reading = readMountedMappings({
    mapRoles: config.find('server.mapRoles'),
    mapUsers: config.find('server.mapUsers'),
    mapAccounts: config.find('server.mapAccounts'),
  });
  problems.push(...reading.problems.map((problem) => `server.${problem}`));
  remarks.push(...reading.warnings.map((warning) => `server.${warning}`));
  return reading;
}

/** The Go program wants both or none, so that a path without its backend is not taken for a mapping. */
function checkDynamicFile(flags: MappingInput['flags'], problems: Problems): void {
  const isBackend = flags['backend-mode'].includes('DynamicFile');
  if (isBackend === (flags['dynamic-file-path'] !== '')) return;
  problems.push(
    isBackend
      ? '--backend-mode has DynamicFile: give its file with --dynamic-file-path (server.dynamicfilepath)'
      : '--dynamic-file-path is for backend mode DynamicFile: add that to --backend-mode, or leave the path out',
  );
}

function toDynamicFile(flags: MappingInput['flags']): MapperOptions['dynamicFile'] {
  const path = flags['dynamic-file-path'];
  return path === '' ? undefined : { path, strict: flags['dynamic-file-user-id-strict'] };
}

function readCreator(arn: string, problems: Problems): string | undefined {
  if (arn === '') return undefined;
  if (toCanonicalArn(arn) === undefined)
    problems.push(
      '--cluster-creator-arn is no ARN of a role, a user or a session: give one, or leave it out',
    );
  return arn;
}
