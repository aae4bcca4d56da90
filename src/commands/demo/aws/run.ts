import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSystemClock } from '../../../base/clock.ts';
import { describeError } from '../../../base/errors.ts';
import { decodeText } from '../../../base/text-file.ts';
import { checkPair } from '../../../http/certificate.ts';
import type { KeyPair } from '../../../http/issue-certificate.ts';
import { runUntilSignal, type SignalSource } from '../../../http/lifecycle.ts';
import type { KeyEvent } from '../../../issuer/keys/key-reports.ts';
import { DEFAULT_CONFIG, EXAMPLE_CONFIG } from '../../../local-aws/config/example.ts';
import type { LocalAwsConfig } from '../../../local-aws/config/read.ts';
import { readLocalAwsConfig } from '../../../local-aws/config/read.ts';
import { createProviderKeys } from '../../../local-aws/provider-keys.ts';
import { startLocalAws } from '../../../local-aws/start.ts';
import type { SettingsReading } from '../../../settings/checks.ts';
import { complain, complainOf } from '../../diagnostics.ts';
import type { ExitCode, Surroundings, Terminal } from '../../surroundings.ts';
import { renderEnvironment, renderKeyEvent, renderLogLine } from './report.ts';

export interface DemoAwsOptions {
  readonly config?: string;
  readonly port: string;
  readonly bindAddress: string;
  readonly data?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly printConfig?: boolean;
}

const COMMAND = 'demo aws';

/** `iam-bridge demo aws`: serves until a signal; 2 where flags or configuration are wrong, 3 where it cannot serve. */
export async function runDemoAws(
  options: DemoAwsOptions,
  { terminal, signals }: Pick<Surroundings, 'terminal' | 'signals'>,
): Promise<ExitCode> {
  if (options.printConfig) {
    terminal.out(EXAMPLE_CONFIG);
    return 0;
  }
  const reading = readSettings(options);
  if (reading.kind === 'problems') return complain(COMMAND, reading.problems, terminal, 2);
  try {
    await serve(reading.settings, terminal, signals);
    return 0;
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

interface Settings {
  readonly config: LocalAwsConfig;
  readonly host: string;
  readonly port: number;
  readonly data: string | undefined;
  readonly tls: KeyPair | undefined;
}

function readSettings({
  port,
  bindAddress: host,
  data,
  ...options
}: DemoAwsOptions): SettingsReading<Settings> {
  const problems: string[] = [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    problems.push(`--port=${port} is no port: give a number from 0 to 65535`);
  const tls = readTls(options, problems);
  const config = readConfig(options.config, problems);
  if (config === undefined || problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'settings', settings: { config, host, port: Number(port), data, tls } };
}

function readConfig(path: string | undefined, problems: string[]): LocalAwsConfig | undefined {
  const folder = path === undefined ? '.' : dirname(path);
  const text = path === undefined ? DEFAULT_CONFIG : readNamed('config', path, problems);
  if (text === undefined) return undefined;
  const reading = readLocalAwsConfig(text, {
    resolve: (file) => resolve(folder, file),
    read: (file) => decodeText(readFileSync(file)),
  });
  if (reading.kind === 'config') return reading.config;
  problems.push(...reading.problems.map((problem) => `${path}: ${problem}`));
  return undefined;
}

function readTls(
  { tlsCert, tlsKey }: Pick<DemoAwsOptions, 'tlsCert' | 'tlsKey'>,
  problems: string[],
): KeyPair | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    problems.push('--tls-cert and --tls-key belong together: give both, or neither for plain HTTP');
    return undefined;
  }
  const [cert, key] = [readNamed('tls-cert', tlsCert, problems), readNamed('tls-key', tlsKey, problems)];
  if (cert === undefined || key === undefined) return undefined;
  try {
    return checkPair([cert, key], { certPath: tlsCert, keyPath: tlsKey });
  } catch (error) {
    problems.push(describeError(error));
    return undefined;
  }
}

function readNamed(flag: string, path: string, problems: string[]): string | undefined {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    problems.push(`--${flag}: ${path} cannot be read: ${describeError(error)}`);
    return undefined;
  }
}

async function serve(settings: Settings, terminal: Terminal, signals: SignalSource): Promise<void> {
  const clock = createSystemClock();
  const note = (text: string): void => terminal.err(`${text}\n`);
  const report = (event: KeyEvent): void => {
    const text = renderKeyEvent(event);
    if (text !== undefined) note(text);
  };
  const keys = createProviderKeys(settings.config.providers, { clock, random: Math.random, report });
  let stop = async (): Promise<void> => {};
  const part = {
    name: 'local AWS',
    async start() {
      const aws = await startLocalAws({ ...settings, keys, clock, log: (line) => note(renderLogLine(line)) });
      stop = aws.stop;
      terminal.out(renderEnvironment(aws.url, settings.config));
    },
    async stop() {
      await stop();
      await keys.stop();
    },
  };
  await runUntilSignal([part], { beginDrain: () => {}, delay: 0 }, signals);
}
