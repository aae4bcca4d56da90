import { join } from 'node:path';
import { toReview } from '../../support/authenticator/bed.ts';
import type { LocalSts, Signer } from '../../support/authenticator/local-sts.ts';
import { CLUSTER, signToken } from '../../support/authenticator/tokens.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createJwk } from '../../support/issuer/jwks.ts';
import { pause } from '../ready.ts';
import type { Bed } from '../webhook/bed.ts';
import { REVIEW_COUNT, renderReview } from '../webhook/reviews.ts';
import { planContainer } from './container.ts';
import { SMALL } from './kinds.ts';
import { callOnce, type LegalCall } from './legal.ts';
import { type Target, toCommand } from './measure.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'iam-bridge');
const ISSUER = 'https://oidc.example/clusters/bench';

interface Start {
  readonly bed: Bed;
  readonly prefix: readonly string[];
  /** MiB that its memory is limited to; absent: it is not. */
  readonly memory?: number | undefined;
}

/** The webhook, as it is shipped; it is asked for reviews of pods whose accounts it has. */
export async function startWebhook(start: Start, apiPort: number): Promise<Target> {
  return await startTarget(start, {
    name: 'webhook',
    path: '/mutate?timeout=10s',
    small: SMALL,
    interval: 25,
    flags: ['--in-cluster=false', `--kube-api=http://127.0.0.1:${apiPort}`, ...toTlsFlags(start.bed)],
    legal: {
      method: 'POST',
      path: '/mutate?timeout=10s',
      expected: '"patchType":"JSONPatch"',
      // Every other account has a role.
      body: (index) => renderReview((index * 2 + 1) % REVIEW_COUNT),
    },
  });
}

/** The issuer, as it is shipped; it is asked for the keys. Strangers send their bodies to `POST /verify`. */
export async function startIssuer(start: Start): Promise<Target> {
  const { workspace } = start.bed;
  const keys = workspace.write('jwks.json', JSON.stringify({ keys: [createJwk()] }));
  const tokens = workspace.write('callers.txt', `${'a1b2c3d4'.repeat(4)}\n`);
  return await startTarget(start, {
    name: 'issuer',
    path: '/verify',
    small: SMALL,
    interval: 25,
    flags: [
      `--issuer=${ISSUER}`,
      `--jwks-file=${keys}`,
      `--verify-token-file=${tokens}`,
      ...toTlsFlags(start.bed),
    ],
    legal: { method: 'GET', path: '/openid/v1/jwks', expected: '"keys"', body: undefined },
  });
}

/**
 * The authenticator, as it is shipped, with its mappings in a file; it is asked who one and the same token is of.
 * @param signer whom STS knows
 */
export async function startAuthenticator(start: Start, sts: LocalSts, signer: Signer): Promise<Target> {
  const { workspace } = start.bed;
  const mapUsers = [{ userARN: signer.principal.arn, username: 'bench', groups: ['benchers'] }];
  const config = { clusterID: CLUSTER, server: { mapUsers } };
  const review = toReview(signToken({ keys: signer, at: Date.now() }));
  return await startTarget(start, {
    name: 'authenticator',
    path: '/authenticate',
    // Reviews end at 64 KiB: whatever is larger is turned away unread.
    small: 60_000,
    interval: 5,
    flags: [
      `--config=${workspace.write('authenticator.json', JSON.stringify(config))}`,
      `--state-dir=${join(workspace.folder, 'state')}`,
      `--generate-kubeconfig=${join(workspace.folder, 'authenticator.kubeconfig')}`,
      `--aws-ca-file=${workspace.write('sts.pem', sts.authority)}`,
      `--sts-address=127.0.0.1:${sts.port}`,
      `--health-port=${await findFreePort()}`,
      '--region=us-west-2',
    ],
    legal: {
      method: 'POST',
      path: '/authenticate',
      expected: '"authenticated":true',
      body: () => review,
    },
  });
}

function toTlsFlags({ certPath, keyPath }: Bed): string[] {
  return [`--tls-cert=${certPath}`, `--tls-key=${keyPath}`, '--bind-address=127.0.0.1'];
}

interface Plan extends Pick<Target, 'name' | 'path' | 'small' | 'interval'> {
  readonly flags: readonly string[];
  readonly legal: Omit<LegalCall, 'port' | 'tls'>;
}

async function startTarget({ bed, prefix, memory }: Start, { flags, legal, ...plan }: Plan): Promise<Target> {
  const { name } = plan;
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const container = memory === undefined ? undefined : planContainer(bed, name, memory);
  const program = [...(container?.command ?? [BIN]), name, ...flags, ...(container?.flags ?? [])];
  const places = [`--port=${port}`, `--metrics-port=${opsPort}`, '--shutdown-delay=0s'];
  const child = bed.start(name, toCommand([...prefix, ...program, ...places]), container?.env);
  const ops = { port: opsPort, method: 'GET', tls: false, body: undefined } as const;
  const target = {
    ...plan,
    child,
    cgroup: container?.cgroup,
    legal: { ...legal, port, tls: true },
    live: { ...ops, path: '/livez', expected: 'ok' },
  };
  const ready = { ...ops, path: '/readyz', expected: '' };
  for (const deadline = performance.now() + 30_000; ; await pause(50)) {
    if (
      await callOnce(ready, 0).then(
        () => true,
        () => false,
      )
    )
      return target;
    if (!child.isRunning() || performance.now() > deadline) {
      await child.stop(2_000);
      container?.cgroup.remove();
      throw new Error(`${name} is not ready\n${child.readLogTail()}`);
    }
  }
}
