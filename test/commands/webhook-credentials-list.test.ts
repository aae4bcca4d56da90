import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/base/errors.ts';
import { type CredentialsList, openCredentialsList } from '../../src/commands/webhook/credentials-list.ts';
import { parseContainerCredentialsList } from '../../src/webhook/sources/container-credentials.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { until } from '../support/until.ts';

/** Longer than the file is left unlooked at. ms */
const ONE_LOOK = 1_000;

let folder: string;
let path: string;
let log: RecordingLog;
let file: CredentialsList | undefined;

beforeEach(() => {
  // The looks come from an interval; everything else, the file system among it, stays real.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-list-'));
  path = join(folder, 'config.json');
  log = createRecordingLog();
});

afterEach(() => {
  file?.stop();
  file = undefined;
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at = path): Promise<CredentialsList> {
  file = await openCredentialsList(at, log);
  return file;
}

function readList(): readonly string[] {
  return [...(file?.current() ?? [])];
}

function render(...accounts: readonly string[]): string {
  const identities = accounts.map((key) => {
    const [namespace, serviceAccount] = key.split('/');
    return { namespace, serviceAccount };
  });
  return JSON.stringify({ identities });
}

/** The next look, and what it has to bring. */
async function lookUntil(condition: () => boolean, what: string): Promise<void> {
  vi.advanceTimersByTime(ONE_LOOK);
  await until(condition, what);
}

function countErrors(): number {
  return log.lines.filter(({ level }) => level === 'error').length;
}

describe('the file', () => {
  test('is read at start', async () => {
    writeFileSync(path, render('shop/web', 'shop/api'));
    await open();
    expect(readList()).toEqual(['shop/web', 'shop/api']);
  });

  test('without a name is an empty list for ever', async () => {
    await open('');
    expect(readList()).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  test('may be missing at start, in a folder that is missing, and appear', async () => {
    const late = join(folder, 'not', 'yet', 'config.json');
    await open(late);
    expect(readList()).toEqual([]);
    expect(log.lines).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('does not exist yet') }),
    ]);
    mkdirSync(join(folder, 'not', 'yet'), { recursive: true });
    writeFileSync(late, render('shop/web'));
    await lookUntil(() => readList().length === 1, 'the list is read');
  });

  test('may change, and the new list replaces the old one whole', async () => {
    writeFileSync(path, render('shop/web'));
    await open();
    writeFileSync(path, render('shop/api', 'shop/jobs'));
    await lookUntil(() => readList().length === 2, 'the new list is read');
    expect(readList()).toEqual(['shop/api', 'shop/jobs']);
  });

  test('may change by the swap of a symlink, as the kubelet mounts a ConfigMap', async () => {
    const publish = (generation: string, text: string): void => {
      mkdirSync(join(folder, generation));
      writeFileSync(join(folder, generation, 'config.json'), text);
      symlinkSync(generation, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    publish('..1', render('shop/web'));
    symlinkSync(join('..data', 'config.json'), path);
    await open();
    expect(readList()).toEqual(['shop/web']);
    publish('..2', render('shop/api'));
    await lookUntil(() => readList().includes('shop/api'), 'the new list is read');
    expect(readList()).toEqual(['shop/api']);
  });

  test('may be emptied, which empties the list', async () => {
    writeFileSync(path, render('shop/web'));
    await open();
    writeFileSync(path, '');
    await lookUntil(() => readList().length === 0, 'the list is empty');
    expect(countErrors()).toBe(0);
  });

  test('that disappears keeps the list read before, loudly and once, until it is back', async () => {
    writeFileSync(path, render('shop/web'));
    const { check } = await open();
    expect(check?.degraded?.()).toBeUndefined();
    rmSync(path);
    await lookUntil(() => countErrors() === 1, 'it is missed');
    expect(readList()).toEqual(['shop/web']);
    expect([check?.check(), check?.degraded?.()]).toEqual([
      undefined,
      expect.stringMatching(
        /^--watch-container-credentials-config: .* is gone; put it back, .*: the list before stays$/,
      ),
    ]);
    writeFileSync(path, render('shop/api'));
    await lookUntil(() => readList().includes('shop/api'), 'it is back');
    expect([countErrors(), check?.degraded?.()]).toEqual([1, undefined]);
  });

  test('that appears after the start and disappears again is missed as well', async () => {
    await open();
    writeFileSync(path, render('shop/web'));
    await lookUntil(() => readList().length === 1, 'the list is read');
    rmSync(path);
    await lookUntil(() => countErrors() === 1, 'it is missed');
    expect(readList()).toEqual(['shop/web']);
  });

  test('that appears as nonsense leaves the empty list, loudly', async () => {
    const { check } = await open();
    writeFileSync(path, '{');
    await lookUntil(() => countErrors() === 1, 'it is refused');
    expect(readList()).toEqual([]);
    expect(check?.degraded?.()).toMatch(/not JSON; give .*: the list before stays$/);
  });

  test.each([
    '{',
    '[]',
    'null',
    '{"identities": {}}',
    '{"identities": [null]}',
    '{"identities":[{"namespace":1}]}',
  ])('that says %s keeps the list read before, loudly and once, and recovers', async (text) => {
    writeFileSync(path, render('shop/web'));
    await open();
    writeFileSync(path, text);
    await lookUntil(() => countErrors() === 1, 'the file is refused');
    expect(readList()).toEqual(['shop/web']);
    vi.advanceTimersByTime(ONE_LOOK);
    writeFileSync(path, render('shop/api'));
    await lookUntil(() => readList().includes('shop/api'), 'the good list is read');
    expect(countErrors()).toBe(1);
  });

  test.each<[text: string, problem: string]>([
    ['identities:', 'the file is not JSON'],
    ['{"identities": [],}', 'the file is not JSON'],
    ['[]', 'the file is not a JSON object'],
    ['{"identities": {}}', 'identities is not a list'],
    ['{"identities": [1]}', 'identities[0] is not an object'],
  ])(
    'that says %s at start is a mistake of configuration, told with flag, file and remedy',
    async (text, problem) => {
      writeFileSync(path, text);
      const error = await open().catch((each: unknown) => each);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain(
        `--watch-container-credentials-config: ${path}: ${problem}; give {"identities"`,
      );
    },
  );

  test('that cannot be read at start is a mistake of configuration', async () => {
    const error = await open(folder).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(`${folder} is a folder: give the file in it`);
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read keeps the list read before', async () => {
    writeFileSync(path, render('shop/web'));
    await open();
    chmodSync(path, 0o000);
    await lookUntil(() => countErrors() === 1, 'the file is refused');
    expect(readList()).toEqual(['shop/web']);
  });

  test('that turns into a folder keeps the list read before, loudly', async () => {
    writeFileSync(path, render('shop/web'));
    await open();
    rmSync(path);
    mkdirSync(path);
    await lookUntil(() => countErrors() >= 1, 'the file is refused');
    expect(readList()).toEqual(['shop/web']);
  });

  test('is not looked at any more once stopped', async () => {
    writeFileSync(path, render('shop/web'));
    const { stop } = await open();
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what it says', () => {
  test.each<[text: string, accounts: string[]]>([
    ['', []],
    [' \n', []],
    ['{}', []],
    ['{"identities": null}', []],
    ['{"identities": []}', []],
    ['{"Identities":[{"Namespace":"shop","SERVICEACCOUNT":"web"}]}', ['shop/web']],
    ['{"identities":[{"namespace":"*","serviceAccount":"web"}]}', ['*/web']],
    ['{"identities":[{"namespace":"shop","serviceAccount":"web","more":1}],"other":2}', ['shop/web']],
    [
      '{"identities":[{"namespace":"shop","serviceAccount":"web"},{"namespace":"shop","serviceAccount":"web"}]}',
      ['shop/web'],
    ],
    ['{"identities":[{"namespace":"shop"}]}', ['shop/']],
    ['{"identities":[{"namespace":"constructor","serviceAccount":"__proto__"}]}', ['constructor/__proto__']],
  ])('%j', (text, accounts) => {
    expect([...parseContainerCredentialsList(text)]).toEqual(accounts);
  });
});
