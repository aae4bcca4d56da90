import { expect, onTestFinished, test } from 'vitest';
import { describeWithHelm } from '../support/chart/helm.ts';
import { createParent } from '../support/chart/parent.ts';
import { only, render } from '../support/chart/render.ts';
import { createWorkspace } from '../support/workspace.ts';

describeWithHelm('as a dependency of another chart', (helm) => {
  test('takes its values below its name, and global ones', () => {
    const objects = render(helm, {
      chart: createPlatform(),
      release: 'platform',
      values: {
        global: { imageRegistry: 'registry.example', imagePullSecrets: ['pull'], colour: 'blue' },
        'iam-bridge': { replicaCount: 3 },
      },
    });
    const { spec } = only(objects, 'Deployment', 'platform-iam-bridge-webhook');
    expect(spec.replicas).toBe(3);
    expect(spec.template.spec.containers[0].image).toBe('registry.example/iam-bridge:0.1.0');
    expect(spec.template.spec.imagePullSecrets).toEqual([{ name: 'pull' }]);
  });

  test('leaves out what the values of its user take away with null', () => {
    const values = { 'iam-bridge': { podSecurityContext: { runAsUser: null } } };
    const { spec } = only(render(helm, { chart: createPlatform(), values }), 'Deployment');
    expect(Object.keys(spec.template.spec.securityContext)).not.toContain('runAsUser');
  });

  test('renders nothing where it is not enabled', () => {
    expect(render(helm, { chart: createPlatform(), values: { 'iam-bridge': { enabled: false } } })).toEqual(
      [],
    );
  });
});

function createPlatform(): string {
  const workspace = createWorkspace();
  onTestFinished(() => workspace.remove());
  return createParent(workspace, [{ condition: 'iam-bridge.enabled' }]);
}
