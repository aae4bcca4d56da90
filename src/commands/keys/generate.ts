import { resolve } from 'node:path';
import { type NewFile, writeNewFiles } from '../../base/durable-file.ts';
import { describeError, readErrorCode } from '../../base/errors.ts';
import { generateSigningKey, KEY_TYPES, type KeyType } from '../../issuer/keys/generate-key.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Terminal } from '../surroundings.ts';

export interface KeysGenerateOptions {
  readonly type: string;
  readonly out?: string;
  readonly public?: string;
  readonly force?: boolean;
  readonly output?: string;
}

const COMMAND = 'keys generate';

/** `iam-bridge keys generate`: 0 written, 2 usage or a file that is there already, 3 the disk failed. */
export async function runKeysGenerate(options: KeysGenerateOptions, terminal: Terminal): Promise<ExitCode> {
  const { type, out = '', force = false } = options;
  const problems = checkOptions(options);
  if (problems.length > 0 || !isKeyType(type)) return complain(COMMAND, problems, terminal, 2);
  const { jwk, privatePem, publicPem } = await generateSigningKey(type);
  const files: NewFile[] = [{ path: out, text: privatePem, mode: 0o600 }];
  if (options.public !== undefined) files.push({ path: options.public, text: publicPem, mode: 0o644 });
  try {
    await writeNewFiles(files, force);
  } catch (error) {
    return explain(error, terminal);
  }
  const { kid, alg } = jwk;
  const written = { kid, alg, private: out, ...(options.public !== undefined && { public: options.public }) };
  terminal.out(
    options.output === 'json'
      ? `${JSON.stringify(written, undefined, 2)}\n`
      : `${kid} (${alg})\n${files.map(({ path }) => `wrote ${path}\n`).join('')}`,
  );
  return 0;
}

function checkOptions(options: KeysGenerateOptions): string[] {
  const { type, out, public: publicPath } = options;
  const problems: string[] = [];
  if (!isKeyType(type)) problems.push(`--type is none of ${KEY_TYPES.join(', ')}: give rsa, as kubeadm does`);
  if (!out) problems.push('--out is missing: give the file for the private key');
  if (publicPath === '') problems.push('--public is empty: give a file, or leave it out');
  if (out === '-' || publicPath === '-') problems.push('- is no file: keys are not printed, give a path');
  if (out && publicPath && resolve(out) === resolve(publicPath)) {
    problems.push('--out and --public are the same file: the public key needs one of its own');
  }
  return problems;
}

function isKeyType(type: string): type is KeyType {
  return KEY_TYPES.some((each) => each === type);
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  if (readErrorCode(error) !== 'EEXIST')
    return complain(COMMAND, [`cannot write the key: ${describeError(error)}`], terminal, 3);
  const path = error instanceof Error && 'dest' in error ? `${error.dest}` : 'the file';
  const problem = `${path} exists, and may be the only copy of a key that signs: choose another name, or give --force`;
  return complain(COMMAND, [problem], terminal, 2);
}
