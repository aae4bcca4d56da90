import { createLocalJWKSet, jwtVerify } from 'jose';
import { createStaticKeys } from '../../../src/issuer/keys/key-finder.ts';
import { readKeySet } from '../../../src/issuer/keys/key-set.ts';
import { verifyToken } from '../../../src/web-identity/token/verify.ts';
import {
  AUDIENCE,
  createToken,
  ec,
  ISSUER,
  NOW,
  rsa,
  type Signer,
} from '../../support/web-identity/tokens.ts';
import { measureBurst, type Rate, type RateSpread, toRateSpread } from './burst.ts';
import type { IssuerBenchOptions } from './options.ts';

export interface VerifyFigures {
  readonly alg: string;
  readonly ours: RateSpread;
  readonly jose: RateSpread;
  /** Ours ÷ jose's, pair by pair. */
  readonly ratio: RateSpread;
}

/** The strict profile, all rules, against what jose does with the same token and keys. */
export async function measureVerify(options: IssuerBenchOptions): Promise<VerifyFigures[]> {
  const figures: VerifyFigures[] = [];
  for (const signer of [rsa, ec]) figures.push(await compare(signer, options));
  return figures;
}

async function compare(signer: Signer, { rounds, seconds }: IssuerBenchOptions): Promise<VerifyFigures> {
  const { ours, jose } = createContestants(signer);
  // Warm: the compiler has seen both before either is measured.
  await measureBurst(ours, seconds / 2);
  await measureBurst(jose, seconds / 2);
  const rates: { ours: Rate[]; jose: Rate[] } = { ours: [], jose: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'jose'] as const) : (['jose', 'ours'] as const);
    for (const name of order) rates[name].push(await measureBurst(name === 'ours' ? ours : jose, seconds));
  }
  const ratios = rates.ours.map((rate, index): Rate => {
    const other = rates.jose[index] ?? { perProcess: Number.NaN, perCore: Number.NaN };
    return { perProcess: rate.perProcess / other.perProcess, perCore: rate.perCore / other.perCore };
  });
  return {
    alg: signer.alg,
    ours: toRateSpread(rates.ours),
    jose: toRateSpread(rates.jose),
    ratio: toRateSpread(ratios),
  };
}

type Contestant = () => Promise<void>;

function createContestants(signer: Signer): { readonly ours: Contestant; readonly jose: Contestant } {
  const { alg, kid } = signer;
  const jwks = { keys: [{ ...signer.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] };
  const token = createToken({ signer });
  const set = readKeySet(JSON.stringify(jwks));
  if (set.kind !== 'keys') throw new Error(set.problem);
  const keys = createStaticKeys(new Map([[ISSUER, set]]));
  const options = {
    issuers: [ISSUER],
    audiences: [AUDIENCE],
    now: NOW * 1000,
    keys,
    profile: 'strict',
  } as const;
  const local = createLocalJWKSet(jwks);
  const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];
  const joseOptions = {
    algorithms,
    issuer: ISSUER,
    audience: AUDIENCE,
    currentDate: new Date(NOW * 1000),
    clockTolerance: 300,
    requiredClaims: ['sub', 'iat', 'exp'],
  };
  return {
    async ours() {
      const verdict = await verifyToken(token, options);
      if (verdict.kind !== 'accepted') throw new Error(verdict.detail);
    },
    async jose() {
      await jwtVerify(token, local, joseOptions);
    },
  };
}
