import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findAssets } from '../support/e2e/assets.ts';
import { findContainerObstacle } from '../support/e2e/container.ts';
import { OUR_IMAGE } from '../support/e2e/drop-in.ts';
import { OTHER_ROLE_ARN, ROLE_ARN } from '../support/e2e/fixtures.ts';
import { toInjection, toNoInjection, type WebIdentity } from '../support/e2e/injection.ts';
import { findNamespaceObstacle, runInNetworkNamespace } from '../support/e2e/network-namespace.ts';
import { describeOnCluster } from '../support/e2e/suite.ts';
import { findPeer } from '../support/e2e/webhook.ts';
import type { Sighting as AuthenticatorSighting } from './scenarios/drop-in-authenticators.ts';
import type { Sighting as MoveSighting } from './scenarios/drop-in-move.ts';
import type { Sighting } from './scenarios/drop-in-webhooks.ts';

const SCENARIOS = join(import.meta.dirname, 'scenarios');
const obstacle =
  findAssets() === undefined ? undefined : (findContainerObstacle() ?? findNamespaceObstacle());
/** ms; a busy machine starts a control plane in a minute. */
const PATIENCE = 400_000;
const HOOK_PATIENCE = PATIENCE + 20_000;
const isRequired = process.env['IAM_BRIDGE_E2E'] === 'required';
const isSkipped = obstacle !== undefined && !isRequired;
if (isSkipped)
  console.error(`examples/drop-in: NOT TESTED, since no container can be imitated here: ${obstacle}`);

interface Expected {
  readonly name: string;
  readonly uid: number;
  readonly probe: string | undefined;
  readonly annotated: WebIdentity;
  readonly mapped: WebIdentity | undefined;
  readonly checks: readonly string[];
}

const REGIONAL = 'AWS_STS_REGIONAL_ENDPOINTS=regional';
const toRegion = (name: string): string[] => [`AWS_DEFAULT_REGION=${name}`, `AWS_REGION=${name}`];
const CHECKS = ['[+]certificate ok', '[+]serviceaccounts ok'];

const EXPECTED: readonly Expected[] = [
  {
    name: 'pod-identity-webhook',
    uid: 65_532,
    probe: 'http://127.0.0.1:9999/readyz',
    annotated: { role: ROLE_ARN },
    mapped: undefined,
    checks: CHECKS,
  },
  {
    name: 'kops-pod-identity-webhook',
    uid: 65_532,
    probe: 'https://127.0.0.1:443/healthz',
    annotated: {
      role: ROLE_ARN,
      audience: 'amazonaws.com',
      before: [REGIONAL, ...toRegion('eu-central-1')],
    },
    mapped: {
      role: OTHER_ROLE_ARN,
      audience: 'amazonaws.com',
      before: [REGIONAL, ...toRegion('eu-central-1')],
    },
    checks: [...CHECKS, '[+]configmaps ok'],
  },
  {
    name: 'jkroepke-chart',
    uid: 65_534,
    probe: 'https://127.0.0.1:8443/healthz',
    annotated: { role: ROLE_ARN, before: [REGIONAL, ...toRegion('us-east-1')] },
    // An entry without UseRegionalSTS is one that says no.
    mapped: { role: OTHER_ROLE_ARN, before: toRegion('us-east-1') },
    checks: [...CHECKS, '[+]configmaps ok'],
  },
  {
    name: 'static-pod-sidecar',
    uid: 0,
    probe: undefined,
    annotated: { role: ROLE_ARN, audience: 'openshift', before: toRegion('us-east-2') },
    mapped: undefined,
    checks: CHECKS,
  },
];

describeOnCluster('in place of a Go webhook, by the change of the example alone', () => {
  let sightings: readonly Sighting[] = [];
  const find = (name: string): Sighting => {
    const found = sightings.find((each) => each.name === name);
    if (found === undefined) throw new Error(`nothing was seen of ${name}`);
    return found;
  };
  beforeAll(async () => {
    if (isSkipped) return;
    sightings = (await runInNetworkNamespace(
      join(SCENARIOS, 'drop-in-webhooks.ts'),
      PATIENCE,
    )) as readonly Sighting[];
    const unlimited = sightings.filter(({ isLimited }) => !isLimited).map(({ name }) => name);
    if (unlimited.length > 0)
      console.error(`no memory cgroup: no limit was held for ${unlimited.join(', ')}`);
  }, HOOK_PATIENCE);

  describe.skipIf(isSkipped)('in a root of its own', () => {
    it.each(EXPECTED)('$name runs as uid $uid and injects', (expected) => {
      const seen = find(expected.name);
      expect([seen.image, seen.uid, seen.probe]).toEqual([OUR_IMAGE, expected.uid, expected.probe]);
      expect(seen.annotated).toEqual(toInjection(expected.annotated));
      expect(seen.mapped).toEqual(
        expected.mapped === undefined ? toNoInjection() : toInjection(expected.mapped),
      );
      expect(seen.checks).toEqual(expect.arrayContaining([...expected.checks]));
    });

    it.each(EXPECTED)('$name needs no right that it has not', ({ name }) => {
      expect(find(name).complaints.filter((line) => /missing right|forbidden/i.test(line))).toEqual([]);
      expect(find(name).checks.filter((line) => !line.startsWith('[+]'))).toEqual([]);
    });

    it('ends in order', () => {
      expect(find('pod-identity-webhook').ending).toEqual({ code: 0, signal: null });
    });

    it.each(['pod-identity-webhook', 'kops-pod-identity-webhook'])(
      '%s says what to change where it may not listen on 443',
      (name) => {
        const { last = '', ending } = find(name).withoutSysctl ?? {};
        expect(ending).toEqual({ code: 3, signal: null });
        expect(last).toMatch(
          /port 443 \(--port\): .*net\.ipv4\.ip_unprivileged_port_start of the pod to 443/,
        );
      },
    );
  });
});

describeOnCluster('in place of a Go authenticator, by the change of the example alone', () => {
  let seen: AuthenticatorSighting;
  beforeAll(async () => {
    if (isSkipped) return;
    const scenario = join(SCENARIOS, 'drop-in-authenticators.ts');
    seen = (await runInNetworkNamespace(scenario, PATIENCE)) as AuthenticatorSighting;
  }, HOOK_PATIENCE);

  describe.skipIf(isSkipped)('in a root of its own', () => {
    const LOGINS = {
      image: OUR_IMAGE,
      developer: 'dev:jane-example.com',
      stranger: expect.stringMatching(/logged in|Unauthorized/),
      complaints: [],
    };

    it('lets people in from the DaemonSet of the example', () => {
      expect(seen.daemonSet.changed).toMatchObject({ ...LOGINS, uid: 0, administrator: 'admin:root' });
      expect(seen.daemonSet.changed.checks.filter((line) => !line.startsWith('[+]'))).toEqual([]);
    });

    it('lets people in as uid 65532 once the folders are its own', () => {
      expect(seen.daemonSet.chowned).toMatchObject({ ...LOGINS, uid: 65_532, administrator: 'admin:root' });
    });

    it('says what to change where the folders of the node are not its own', () => {
      const { uid, ending, last } = seen.daemonSet.withoutUser;
      expect([uid, ending]).toEqual([65_532, { code: 1, signal: null }]);
      expect(last).toMatch(
        /"problem":"\/var\/aws-iam-authenticator may not be written to by this user, uid 65532; give /,
      );
    });

    it('needs more than the memory of the Go program', () => {
      const { isLimited, ending } = seen.daemonSet.imageAlone;
      if (!isLimited) console.error('no memory cgroup: the limit of 20Mi was not tried');
      else expect(ending).toEqual({ code: null, signal: 'SIGKILL' });
    });

    it('lets people in from the DaemonSet of kops, by its certificate', () => {
      expect(seen.kops).toMatchObject({ ...LOGINS, uid: 10_000, probe: 'https://127.0.0.1:21362/healthz' });
      // Its backend is aws-auth alone, which does not name this role.
      expect(seen.kops.administrator).toMatch(/logged in|Unauthorized/);
    });
  });
});

describeOnCluster('the move from the Go webhook, while pods are created', () => {
  const isAtHand = findPeer() !== undefined;
  if (!isAtHand)
    console.error('PEER_WEBHOOK is not set: the move from the Go webhook itself is NOT TESTED in this run');
  let seen: MoveSighting;
  beforeAll(async () => {
    if (isSkipped || !isAtHand) return;
    seen = (await runInNetworkNamespace(join(SCENARIOS, 'drop-in-move.ts'), PATIENCE)) as MoveSighting;
  }, HOOK_PATIENCE);

  const test = it.skipIf(isSkipped || !isAtHand);

  function checkThatBothWereAsked({ creates, asked }: MoveSighting['besides']): void {
    console.log(`${creates} pods; the Go webhook was asked ${asked.theirs} times, ours ${asked.ours}`);
    // Else the test has shown nothing.
    expect(Math.min(asked.theirs, asked.ours)).toBeGreaterThan(100);
  }

  test('loses no pod, and gives none its role twice, where ours comes beside it', () => {
    expect(seen.besides.faults).toEqual([]);
    checkThatBothWereAsked(seen.besides);
  });

  test('by another image alone loses what the Go program cuts off at its end, and gives none its role twice', () => {
    // It closes connections that the API server keeps, as at each upgrade of its own; each of the four workers may meet one.
    const cut = /failed to call webhook: .*(?:broken pipe|connection reset|EOF|connection refused)/;
    expect(seen.swapped.faults.filter((fault) => !cut.test(fault))).toEqual([]);
    expect(seen.swapped.faults.length).toBeLessThanOrEqual(4);
    console.log(`cut off by the Go webhook at its end: ${seen.swapped.faults.length}`);
    checkThatBothWereAsked(seen.swapped);
  });
});
