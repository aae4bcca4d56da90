import { describeError } from '../../../base/errors.ts';
import type { SourceNode } from '../../../mapping/source-node.ts';
import type { FlagReading, FlagTable } from '../../../settings/pflag.ts';
import { AUTHENTICATOR_FLAGS } from '../flags.ts';
import { type Config, createConfig } from './config.ts';
import { readConfigFile } from './config-file.ts';
import { findOddKeys, listKnownKeys } from './keys.ts';
import { type LayeredReading, readLayers } from './layers.ts';

/** A command line on top of the environment and the configuration file that it names. */
export interface ConfiguredReading<Table extends FlagTable> extends LayeredReading<Table> {
  readonly config: Config;
  /** What is odd in the file and does no harm, a sentence each; under `--strict-config` these are problems. */
  readonly remarks: readonly string[];
}

const NOTHING: SourceNode = { kind: 'nothing', place: () => undefined };

export interface ConfigSource {
  readonly env: NodeJS.ProcessEnv;
  /** '' where there is none. */
  readonly path: string;
  /** `--strict-config` */
  readonly isStrict: boolean;
}

/** @param line of a command that has the flags of the Go program */
export function readConfigured<Table extends FlagTable>(
  table: Table,
  line: FlagReading<Table>,
  { env, path, isStrict }: ConfigSource,
): ConfiguredReading<Table> {
  const file = readFile(path);
  const config = createConfig(file.node);
  const variables = {
    'cluster-id': env['KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID'],
    'log-verbosity': env['AWS_IAM_AUTHENTICATOR_LOG_VERBOSITY'],
  };
  const reading = readLayers(table, line, { variables, config });
  const odd = [...findOddKeys(config, listKnownKeys(AUTHENTICATOR_FLAGS)), ...reading.conversions].map(
    (text) => `${path}: ${text}`,
  );
  return {
    ...reading,
    config,
    problems: [...reading.problems, ...file.problems, ...(isStrict ? odd : [])],
    remarks: isStrict ? [] : odd,
  };
}

function readFile(path: string): { readonly node: SourceNode; readonly problems: readonly string[] } {
  if (path === '') return { node: NOTHING, problems: [] };
  try {
    return { node: readConfigFile(path), problems: [] };
  } catch (error) {
    return { node: NOTHING, problems: [`--config: ${describeError(error)}`] };
  }
}
