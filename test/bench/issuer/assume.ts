import { join } from 'node:path';
import { judgeAssumeRole } from '../../../src/web-identity/sts/judge.ts';
import { startChild } from '../../support/child.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createFacts, createRequest, ROLE } from '../../support/web-identity/sts.ts';
import { createToken, ec, NOW, rsa } from '../../support/web-identity/tokens.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { type Load, type LoadFigures, putUnderLoad } from '../load.ts';
import { untilReady } from '../ready.ts';
import { type Spread, toSpread } from '../statistics.ts';
import { SERVER_CORE } from '../tools.ts';
import { measureBurst, type Rate, type RateSpread, toRateSpread } from './burst.ts';
import type { IssuerBenchOptions } from './options.ts';

export interface AssumeFigures {
  /** STS's verdict on an RS256 token, trust policy and all; without HTTP and the making of credentials. */
  readonly judged: RateSpread;
  /** What a caller of the local STS gets. */
  readonly served: readonly ServedFigures[];
}

export interface ServedFigures {
  readonly alg: string;
  /** Answers per second of processor time of the whole process. */
  readonly perCore: Spread;
  readonly perSecond: Spread;
  /** ms */
  readonly p99: Spread;
}

export async function measureAssume(options: IssuerBenchOptions): Promise<AssumeFigures> {
  return { judged: await measureJudge(options), served: await measureServer(options) };
}

async function measureJudge({ rounds, seconds }: IssuerBenchOptions): Promise<RateSpread> {
  const request = createRequest({ webIdentityToken: createToken({ signer: rsa }) });
  const facts = createFacts();
  const once = async (): Promise<void> => {
    const verdict = await judgeAssumeRole(request, facts);
    if (verdict.kind !== 'granted') throw new Error(verdict.reason);
  };
  await measureBurst(once, seconds / 2);
  const rates: Rate[] = [];
  for (let round = 0; round < rounds; round += 1) rates.push(await measureBurst(once, seconds));
  return toRateSpread(rates);
}

/** wrk counts in whole seconds, and /proc in hundredths: a burst is as long as four of the others, rounded up. */
async function measureServer({ rounds, seconds }: IssuerBenchOptions): Promise<ServedFigures[]> {
  const workspace = createWorkspace();
  const server = await startServer(workspace);
  const length = Math.ceil(seconds * 4);
  try {
    const figures: ServedFigures[] = [];
    for (const signer of [rsa, ec]) {
      const bodiesPath = workspace.write(signer.alg, `${renderForm(createToken({ signer }))}\n`);
      const load: Load = { ...server, bodiesPath, contentType: 'application/x-www-form-urlencoded' };
      await putUnderLoad(load, 2 * length);
      const bursts: LoadFigures[] = [];
      for (let burst = 0; burst < Math.ceil(rounds / 5); burst += 1)
        bursts.push(await putUnderLoad(load, length));
      figures.push({
        alg: signer.alg,
        perCore: toSpread(bursts.map(({ cpu }) => 1_000 / cpu)),
        perSecond: toSpread(bursts.map(({ requestsPerSecond }) => requestsPerSecond)),
        p99: toSpread(bursts.map(({ p99 }) => p99)),
      });
    }
    return figures;
  } finally {
    await server.child.stop(2_000);
    await workspace.remove();
  }
}

async function startServer(workspace: Workspace): Promise<Pick<Load, 'child' | 'url'>> {
  const port = await findFreePort();
  const keys = [rsa, ec].map(({ publicKey, kid, alg }) => ({
    ...publicKey.export({ format: 'jwk' }),
    ...{ kid, alg, use: 'sig' },
  }));
  const keysPath = workspace.write('jwks.json', JSON.stringify({ keys }));
  const script = join(import.meta.dirname, 'local-aws.ts');
  const program = [process.execPath, script, String(port), keysPath, String(NOW * 1_000)];
  const child = startChild({
    workspace,
    name: 'local-aws',
    command: ['taskset', '-c', SERVER_CORE, ...program],
  });
  await untilReady(child);
  return { child, url: `http://127.0.0.1:${port}/` };
}

function renderForm(token: string): string {
  return new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'bench',
    WebIdentityToken: token,
  }).toString();
}
