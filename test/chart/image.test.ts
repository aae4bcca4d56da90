import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHART } from '../../tools/chart/files.ts';
import { describeWithHelm, type Helm } from '../support/chart/helm.ts';
import { listWorkloads, type Rendering, render } from '../support/chart/render.ts';
import { findScript, readWorkflow } from '../support/workflow.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const OTHER_DIGEST = `sha256:${'f'.repeat(64)}`;
const RELEASED = `ghcr.io/example/iam-bridge@${DIGEST}`;

function readImages(helm: Helm, rendering: Rendering): readonly string[] {
  const images = listWorkloads(render(helm, rendering)).map(
    (workload) => workload['spec'].template.spec.containers[0].image as string,
  );
  return [...new Set(images)];
}

describeWithHelm('the image', (helm) => {
  test.each<[Record<string, unknown>, string]>([
    [{}, 'iam-bridge:0.1.0'],
    [{ registry: 'registry.example' }, 'registry.example/iam-bridge:0.1.0'],
    [{ repository: 'team/iam-bridge' }, 'team/iam-bridge:0.1.0'],
    [{ registry: 'registry.example/', tag: 'next' }, 'registry.example/iam-bridge:next'],
    [{ tag: 'next', digest: OTHER_DIGEST }, `iam-bridge@${OTHER_DIGEST}`],
    [{ repository: 'eks/amazon-eks-pod-identity-webhook', tag: 'v0.6.17' }, 'iam-bridge:0.1.0'],
  ])('before there is a release, %j is %s', (image, expected) => {
    expect(readImages(helm, { values: { image } })).toEqual([expected]);
  });

  describe('of a chart that was released', () => {
    let folder: string;
    let chart: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'iam-bridge-release-'));
      chart = join(folder, 'charts', 'iam-bridge');
      cpSync(CHART, chart, { recursive: true });
      mkdirSync(join(folder, 'bin'));
      symlinkSync(helm.path, join(folder, 'bin', 'helm'));
      const script = findScript(
        readWorkflow('release.yaml'),
        'the image of this release is the one that the chart runs',
      );
      const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
        cwd: folder,
        env: {
          PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
          HOME: folder,
          IMAGE: 'ghcr.io/example/iam-bridge',
          DIGEST,
        },
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stdout + stderr);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test.each<[Record<string, unknown>, string]>([
      [{}, RELEASED],
      [{ image: { pullPolicy: 'Always' } }, RELEASED],
      // A mirror has the same bytes under the same name.
      [{ image: { registry: 'mirror.example' } }, `mirror.example/example/iam-bridge@${DIGEST}`],
      [{ global: { imageRegistry: 'mirror.example' } }, `mirror.example/example/iam-bridge@${DIGEST}`],
      [{ image: { tag: 'next' } }, 'ghcr.io/example/iam-bridge:next'],
      [{ image: { digest: OTHER_DIGEST } }, `ghcr.io/example/iam-bridge@${OTHER_DIGEST}`],
      [{ image: { repository: 'team/iam-bridge' } }, 'team/iam-bridge:0.1.0'],
      [
        { image: { registry: 'public.ecr.aws', repository: 'eks/amazon-eks-pod-identity-webhook' } },
        RELEASED,
      ],
    ])('%j is %s', (values, expected) => {
      expect(readImages(helm, { chart, values })).toEqual([expected]);
    });
  });
});
