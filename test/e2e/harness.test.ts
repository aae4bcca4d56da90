import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { startChild } from '../support/child.ts';
import { awaitReady } from '../support/e2e/components.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { findFreePorts } from '../support/free-port.ts';
import { createWorkspace } from '../support/workspace.ts';

it('a test run that is killed leaves neither a process nor a folder behind', async () => {
  const script = join(import.meta.dirname, 'scenarios', 'start-and-hang.ts');
  const run = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const { folder, group } = await readFirstLine(run);
  expect(existsSync(folder)).toBe(true);
  expect(isGroupAlive(group)).toBe(true);

  run.kill('SIGKILL');
  await eventually(() => expect(isGroupAlive(group)).toBe(false));
  await eventually(() => expect(existsSync(folder)).toBe(false));
});

async function readFirstLine({ stdout }: ChildProcess): Promise<{ folder: string; group: number }> {
  if (stdout === null) throw new Error('the script has no stdout');
  const [line] = await once(createInterface(stdout), 'line');
  return JSON.parse(line);
}

function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

it('a component that does not start is an error with the end of its log', async () => {
  const workspace = createWorkspace();
  const child = startChild({
    workspace,
    name: 'broken',
    command: ['/bin/sh', '-c', 'echo flag provided but not defined >&2; exit 7'],
  });
  const refused = () => Promise.reject(new Error('connection refused'));
  await expect(awaitReady(child, refused)).rejects.toThrow(/exit code 7.*flag provided but not defined/s);
  await workspace.remove();
  expect(existsSync(workspace.folder)).toBe(false);
});

it('tells nobody of a port twice, also where nothing listens there yet', async () => {
  const ports = (await Promise.all(Array.from({ length: 40 }, () => findFreePorts(5)))).flat();
  expect(new Set(ports).size).toBe(200);
  // Not of those that Linux gives to whoever does not care.
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

it('issues certificates that their authority vouches for, by name and by address', () => {
  const authority = createAuthority('test authority');
  const leaf = new X509Certificate(authority.issue({ names: ['127.0.0.1', 'a.b.svc'] }).certificate);
  const issuer = new X509Certificate(authority.certificate);
  expect(leaf.verify(issuer.publicKey)).toBe(true);
  expect(leaf.checkIssued(issuer)).toBe(true);
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.checkHost('a.b.svc')).toBe('a.b.svc');
  expect(leaf.checkHost('a.c.svc')).toBeUndefined();
  expect(issuer.ca).toBe(true);
  expect(leaf.ca).toBe(false);
});
