import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type NodePod, readPod } from '../../../src/local-cluster/node/pod-spec.ts';
import { createTokenVolumes } from '../../../src/local-cluster/node/token-volumes.ts';
import { writeVolume } from '../../../src/local-cluster/node/volume-writer.ts';
import { toPod, toTokenVolume } from '../../support/local-cluster/pods.ts';

const HOUR = 3_600_000;

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function readNodePod(spec: Readonly<Record<string, unknown>>): NodePod {
  const { metadata, ...pod } = toPod('p', spec);
  const reading = readPod({ ...pod, metadata: { ...metadata, uid: 'u' } });
  if (reading.kind !== 'pod') throw new Error(reading.problem);
  return reading.pod;
}

/** Volumes whose tokens are `audience-1`, `audience-2`, … and live for a day. */
function createRig(spec: Readonly<Record<string, unknown>>) {
  const folder = createFolder();
  const rig = { folder, now: 1_700_000_000_000, asked: 0, broken: false };
  const volumes = createTokenVolumes(readNodePod(spec), folder, {
    now: () => rig.now,
    random: () => 0,
    async requestToken(_pod, { audience }) {
      rig.asked += 1;
      if (rig.broken) throw new Error('the API server is away');
      return { token: `${audience}-${rig.asked}`, expiresAt: rig.now + 24 * HOUR, lifetime: 24 * HOUR };
    },
  });
  return { ...volumes, rig, read: (name: string) => readFileSync(join(folder, 'tokens', name), 'utf8') };
}

describe('the token volume of a pod', () => {
  test('is laid out as kubelet does: a link through ..data to a folder named after the time', async () => {
    const { renew, files, rig, read } = createRig({ volumes: [toTokenVolume('tokens', ['one', 'two'])] });
    expect(await renew()).toEqual({ renewed: 2, problems: [], complete: true });
    const volume = join(rig.folder, 'tokens');
    const target = readlinkSync(join(volume, '..data'));
    expect(target).toMatch(/^\.\.2023_11_14_22_13_20\./);
    expect(readdirSync(volume).sort()).toEqual(['..data', target, 'one', 'two'].sort());
    expect(readlinkSync(join(volume, 'one'))).toBe('..data/one');
    expect([read('one'), read('two')]).toEqual(['one-1', 'two-2']);
    expect(files).toEqual([
      { volume: 'tokens', audience: 'one', path: join(volume, 'one') },
      { volume: 'tokens', audience: 'two', path: join(volume, 'two') },
    ]);
  });

  test('is renewed when a token is due, by a swap of ..data, and the old folder goes', async () => {
    const { renew, rig, read } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    await renew();
    rig.now += 19 * HOUR;
    expect(await renew()).toMatchObject({ renewed: 0 });
    rig.now += HOUR;
    expect(await renew()).toMatchObject({ renewed: 1 });
    expect(read('one')).toBe('one-2');
    expect(readdirSync(join(rig.folder, 'tokens'))).toHaveLength(3);
  });

  test('keeps the old token where none can be had, and asks again', async () => {
    const { renew, rig, read } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    await renew();
    rig.now += 20 * HOUR;
    rig.broken = true;
    expect(await renew()).toEqual({
      renewed: 0,
      problems: ['volume tokens: the API server is away'],
      complete: true,
    });
    expect(read('one')).toBe('one-1');
    rig.broken = false;
    await renew();
    expect(read('one')).toBe('one-3');
  });

  test('is not there before all of its tokens are', async () => {
    const { renew, rig } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    rig.broken = true;
    expect(await renew()).toMatchObject({ complete: false });
    expect(readdirSync(rig.folder)).toEqual([]);
  });

  test('is asked for once where two renewals coincide', async () => {
    const { renew, rig } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    await Promise.all([renew(), renew()]);
    expect(rig.asked).toBe(1);
  });

  test.each([
    ['neither a group nor a user', {}, {}, 0o644],
    ['a mode of its own', {}, { defaultMode: 0o400 }, 0o400],
    ['one user of all containers', { securityContext: { runAsUser: 65_532 } }, { defaultMode: 0o444 }, 0o600],
    ['a group', { securityContext: { runAsUser: 65_532, fsGroup: 65_532 } }, {}, 0o640],
  ])('has the mode that kubelet gives with %s', async (_name, spec, projected, mode) => {
    const { renew, rig } = createRig({ ...spec, volumes: [toTokenVolume('tokens', ['one'], projected)] });
    await renew();
    expect(statSync(join(rig.folder, 'tokens', 'one')).mode & 0o777).toBe(mode);
  });

  test('of another kind is an empty folder', async () => {
    const { renew, rig } = createRig({ volumes: [{ name: 'scratch', emptyDir: {} }] });
    expect(await renew()).toMatchObject({ complete: true });
    expect(readdirSync(join(rig.folder, 'scratch'))).toEqual([]);
  });

  test('may have files in folders', async () => {
    const folder = createFolder();
    await writeVolume(folder, [{ path: 'a/b', text: 'x', mode: 0o644 }], 0);
    await writeVolume(folder, [{ path: 'a/b', text: 'y', mode: 0o644 }], 1);
    expect(readlinkSync(join(folder, 'a'))).toBe('..data/a');
    expect(readFileSync(join(folder, 'a', 'b'), 'utf8')).toBe('y');
  });
});

describe('a token volume that cannot be written', () => {
  test('is a problem of this attempt, and comes with the next one', async () => {
    const { renew, rig, read } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    const file = join(rig.folder, 'tokens');
    writeFileSync(file, 'in the way');
    expect(await renew()).toMatchObject({
      complete: false,
      problems: [expect.stringMatching(/^volume tokens: /)],
    });
    rmSync(file);
    expect(await renew()).toMatchObject({ complete: true, problems: [] });
    expect(read('one')).toBe('one-2');
  });

  test('is left alone once it is closed', async () => {
    const { renew, close, rig } = createRig({ volumes: [toTokenVolume('tokens', ['one'])] });
    await close();
    expect(await renew()).toMatchObject({ renewed: 0, complete: false });
    expect([rig.asked, readdirSync(rig.folder)]).toEqual([0, []]);
  });
});
