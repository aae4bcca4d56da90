import { quoteValue } from '../../json/quote.ts';
import { createPaint } from '../../terminal/paint.ts';
import type { TrustPolicy } from '../../trust/policy.ts';
import { toProviderArn } from '../../trust/provider.ts';
import { judgeAssumeRole } from '../../web-identity/sts/judge.ts';
import type { OidcProvider, StsVerdict } from '../../web-identity/sts/verdict.ts';
import type { KeyFinder } from '../../web-identity/token/keys.ts';
import { readUnverifiedIssuer } from '../../web-identity/token/unverified-issuer.ts';
import { inspectToken } from '../../web-identity/token/verify.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { readInputs, type VerifyInputs } from './inputs.ts';
import { type CreateNetworkKeys, createFileKeys } from './keys.ts';
import { readPlan, type StsPlan, type VerifyFlags, type VerifyPlan } from './plan.ts';
import { isWithoutKeys, renderJson, renderText, type Verification } from './render.ts';

/** The words of the command line. */
export interface VerifyRequest {
  readonly jwt: string | undefined;
  readonly flags: VerifyFlags;
}

/** The most that a role can have: how long this one lets sessions be is not known here. */
const MAX_SESSION_DURATION = 43_200;

const COMMAND = 'verify';

/** `iam-bridge verify`: 0 where the token is accepted, or the role granted; 1 where not; 3 where keys could not be had. */
export async function runVerify(
  { jwt: argument, flags }: VerifyRequest,
  surroundings: Surroundings,
  createNetworkKeys: CreateNetworkKeys,
): Promise<ExitCode> {
  const { terminal } = surroundings;
  const plan = readPlan(argument, flags);
  if (isProblems(plan)) return complain(COMMAND, plan, terminal, 2);
  const inputs = await readInputs(plan, argument, surroundings.input);
  if (isProblems(inputs)) return complain(COMMAND, inputs, terminal, 2);
  const issuers = findIssuers(plan, inputs);
  if (typeof issuers === 'string') return complain(COMMAND, [issuers], terminal, 2);
  const tell = (text: string): void => note(COMMAND, [text], terminal);
  if (inputs.layers.length > 0)
    tell(`the token came ${inputs.layers.join(', ')}: it is judged without, and AWS refuses it as it came`);
  if (plan.issuers.length === 0 && issuers.length > 0)
    tell(
      `no --issuer: ${quoteValue(issuers[0])} is trusted, because the token says so and --jwks has its keys`,
    );
  const atWork = inputs.keySet
    ? createFileKeys(inputs.keySet, issuers)
    : createNetworkKeys({
        issuers,
        ca: inputs.ca,
        otherOrigins: plan.profile === 'aws',
        allowedHosts: plan.allowedJwksHosts,
        note: tell,
      });
  try {
    const now = plan.at ?? surroundings.now();
    const verification = await verify(plan, inputs, { issuers, now, keys: atWork.keys });
    const isJson = flags.output === 'json';
    terminal.out(
      isJson ? renderJson(verification) : renderText(verification, createPaint(surroundings.screen)),
    );
    return toExitCode(verification);
  } finally {
    await atWork.stop();
  }
}

function isProblems(value: object): value is readonly string[] {
  return Array.isArray(value);
}

/**
 * A token must not choose where keys are fetched from; where they are in a file, it may choose among them.
 * @returns a problem where there is nobody to trust
 */
function findIssuers({ issuers }: VerifyPlan, { token, keySet }: VerifyInputs): readonly string[] | string {
  if (issuers.length > 0) return issuers;
  const named = readUnverifiedIssuer(token);
  if (keySet !== undefined) return named === undefined ? [] : [named];
  const hint = named === undefined ? '' : ` (the token names ${quoteValue(named)})`;
  return `whose keys? Give --issuer URL${hint}, or the keys with --jwks FILE: nothing is fetched from where a token says`;
}

interface Terms {
  readonly issuers: readonly string[];
  /** ms since epoch */
  readonly now: number;
  readonly keys: KeyFinder;
}

async function verify(
  plan: VerifyPlan,
  { token, policy }: VerifyInputs,
  terms: Terms,
): Promise<Verification> {
  const { audiences, profile, leeway, sts } = plan;
  const inspection = await inspectToken(token, {
    ...terms,
    audiences,
    profile,
    ...(leeway !== undefined && { leeway }),
  });
  const answer = sts && policy && (await askSts(sts, { token, policy, clientIds: audiences, ...terms }));
  return { ...inspection, sts: answer };
}

interface StsQuestion extends Terms {
  readonly token: string;
  readonly policy: TrustPolicy;
  readonly clientIds: readonly string[];
}

/** As if each issuer had a provider in the account, and the role the policy. */
async function askSts(plan: StsPlan, question: StsQuestion): Promise<StsVerdict> {
  const { token, policy, clientIds, issuers, now, keys } = question;
  const { roleArn, account, sessionName, duration } = plan;
  const partition = roleArn.split(':')[1];
  const providers: OidcProvider[] = issuers.map((url) => ({
    arn: toProviderArn(url, account, partition),
    url,
    clientIds,
  }));
  const role = { arn: roleArn, trustPolicy: policy, maxSessionDuration: MAX_SESSION_DURATION };
  return await judgeAssumeRole(
    {
      roleArn,
      roleSessionName: sessionName,
      webIdentityToken: token,
      durationSeconds: duration,
      secureTransport: true,
      sourceIp: 'unknown',
    },
    { providers, findRole: (arn) => (arn === roleArn ? role : undefined), keys, now },
  );
}

function toExitCode({ verdict, sts }: Verification): ExitCode {
  if (verdict.kind === 'refused' && isWithoutKeys(verdict.code)) return 3;
  const isGood = sts === undefined ? verdict.kind === 'accepted' : sts.kind === 'granted';
  return isGood ? 0 : 1;
}
