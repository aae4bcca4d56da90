import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Output, run } from './run.ts';

const HERE = join(import.meta.dirname, '..', '..', 'clients');

/** What a client says of its attempt: `ok`, or AWS's error code and message. */
export interface Said {
  readonly code: string;
  readonly message: string;
}

/** A program that assumes a role and puts an object, told of both by its environment only. */
export interface Client {
  readonly name: string;
  /** Why it cannot run here, and what to do; undefined where it can. */
  readonly missing: string | undefined;
  /** Makes it ready, once. @param folder for what is built */
  prepare(folder: string): Promise<void>;
  /** Puts `text`. */
  put(
    object: { readonly bucket: string; readonly key: string; readonly text: string },
    env: Readonly<Record<string, string>>,
  ): Promise<Said>;
}

const nothing = async (): Promise<void> => {};

export const JAVASCRIPT: Client = {
  name: 'AWS SDK for JavaScript v3',
  missing: undefined,
  prepare: nothing,
  put: async ({ bucket, key, text }, env) =>
    readLine(await run([process.execPath, join(HERE, 'javascript', 'put.ts'), bucket, key, text], env)),
};

/** The interpreter that has botocore and the AWS CLI; undefined where there is none. */
export const PYTHON = findPython(process.env['IAM_BRIDGE_PYTHON']);
const NO_PYTHON =
  'IAM_BRIDGE_PYTHON is not set: no test ran against botocore and the AWS CLI. Make a folder for them by ' +
  '`python3 -m venv FOLDER && FOLDER/bin/pip install --require-hashes -r test/clients/requirements.txt`, set the variable to it, and run again.';

export const BOTOCORE: Client = {
  name: 'botocore',
  missing: PYTHON === undefined ? NO_PYTHON : undefined,
  prepare: nothing,
  put: async ({ bucket, key, text }, env) =>
    readLine(await run([PYTHON ?? '', join(HERE, 'python', 'put.py'), bucket, key, text], env)),
};

export const AWS_CLI: Client = {
  name: 'AWS CLI',
  missing: BOTOCORE.missing,
  prepare: nothing,
  async put({ bucket, key, text }, env) {
    const put =
      'cat > "$HOME/body" <<< "$3"; truncate -s -1 "$HOME/body"; exec "$0" s3api put-object --bucket "$1" --key "$2" --body "$HOME/body"';
    return readCli(
      await run(['bash', '-c', put, join(dirname(PYTHON ?? ''), 'aws'), bucket, key, text], env),
    );
  },
};

let goProgram = '';

export const GO: Client = {
  name: 'AWS SDK for Go v2',
  missing: hasGo()
    ? undefined
    : 'There is no Go: no test ran against the AWS SDK for Go. Install it, and run again.',
  async prepare(folder) {
    goProgram = await buildGo('.', join(folder, 'put'));
  },
  put: async ({ bucket, key, text }, env) => readLine(await run([goProgram, bucket, key, text], env)),
};

/**
 * Builds a program of `test/clients/go`. Go keeps what it has built, so that only the first time takes minutes.
 * @param source its folder there
 * @returns `program`, the path that it is built to
 */
export async function buildGo(source: string, program: string): Promise<string> {
  const built = await run(
    ['go', 'build', '-o', program, source],
    { ...toTexts(process.env), GOTOOLCHAIN: 'local' },
    join(HERE, 'go'),
  );
  if (built.code !== 0) throw new Error(`the Go program cannot be built:\n${built.stderr}`);
  return program;
}

function toTexts(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** @param named the folder of the environment, or the interpreter in it */
function findPython(named: string | undefined): string | undefined {
  if (!named) return undefined;
  const python = existsSync(named) && statSync(named).isDirectory() ? join(named, 'bin', 'python') : named;
  if (!existsSync(python)) throw new Error(`IAM_BRIDGE_PYTHON: there is no ${python}`);
  return python;
}

function hasGo(): boolean {
  return spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0;
}

function readLine({ stdout, stderr }: Output): Said {
  if (!stdout.startsWith('{')) throw new Error(`the program did not say what became of it:\n${stderr}`);
  return JSON.parse(stdout) as Said;
}

/** `An error occurred (Code) when calling the Name operation: message` */
function readCli({ code, stderr }: Output): Said {
  if (code === 0) return { code: 'ok', message: '' };
  const [, said = '', message = ''] =
    /An error occurred \((\w+)\) when calling the \w+ operation[^:]*: (.*)/.exec(stderr) ?? [];
  if (said === '') throw new Error(`the AWS CLI ended with ${code}:\n${stderr}`);
  return { code: said, message };
}
