import { join } from 'node:path';
import { createJwk } from '../../support/issuer/jwks.ts';
import { findFreePort } from '../../support/workspace.ts';
import { pause } from '../ready.ts';
import type { Bed } from '../webhook/bed.ts';
import { REVIEW_COUNT, renderReview } from '../webhook/reviews.ts';
import { callOnce, type LegalCall } from './legal.ts';
import { type Target, toCommand } from './measure.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'iam-bridge');
const ISSUER = 'https://oidc.example/clusters/bench';

interface Start {
  readonly bed: Bed;
  readonly prefix: readonly string[];
}

/** The webhook, as it is shipped; it is asked for reviews of pods whose accounts it has. */
export async function startWebhook(start: Start, apiPort: number): Promise<Target> {
  return await startTarget(start, {
    name: 'webhook',
    path: '/mutate?timeout=10s',
    flags: ['--in-cluster=false', `--kube-api=http://127.0.0.1:${apiPort}`],
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
    flags: [`--issuer=${ISSUER}`, `--jwks-file=${keys}`, `--verify-token-file=${tokens}`],
    legal: { method: 'GET', path: '/openid/v1/jwks', expected: '"keys"', body: undefined },
  });
}

interface Plan {
  readonly name: string;
  readonly path: string;
  readonly flags: readonly string[];
  readonly legal: Omit<LegalCall, 'port' | 'tls'>;
}

async function startTarget({ bed, prefix }: Start, { name, path, flags, legal }: Plan): Promise<Target> {
  const [port, opsPort] = [await findFreePort(), await findFreePort()];
  const command = toCommand([...prefix, BIN, name, ...flags]);
  const child = bed.start(name, [
    ...command,
    `--tls-cert=${bed.certPath}`,
    `--tls-key=${bed.keyPath}`,
    `--port=${port}`,
    `--metrics-port=${opsPort}`,
    '--bind-address=127.0.0.1',
    '--shutdown-delay=0s',
  ]);
  const ops = { port: opsPort, method: 'GET', tls: false, body: undefined } as const;
  const target = {
    ...{ name, child, path },
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
    if (!child.isRunning() || performance.now() > deadline)
      throw new Error(`${name} is not ready\n${child.readLogTail()}`);
  }
}
