import type { Readable } from 'node:stream';
import { describeError } from '../../base/errors.ts';
import { isAtLeast } from '../../base/finding.ts';
import { decodeJwt, type JwtReading } from '../../base/names/jwt.ts';
import { createPaint } from '../../terminal/paint.ts';
import { evaluateTrust } from '../../trust/evaluate.ts';
import { tightenAudience } from '../../trust/fix/tighten.ts';
import { fixPolicy } from '../../trust/fix.ts';
import { lintPolicy } from '../../trust/lint.ts';
import { readTrustPolicy, type TrustPolicy } from '../../trust/policy.ts';
import type { TrustRequest } from '../../trust/request.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { readTokenFile } from '../token-file.ts';
import { type CallerClaims, readCallerClaims } from './caller.ts';
import { readPolicyText } from './policy-file.ts';
import { renderProblems } from './render-verdict.ts';
import { type Evaluation, renderEvaluation, toJson } from './report.ts';
import { checkRequestOptions, createRequest, type RequestOptions, toClaims } from './request.ts';

export interface TrustEvalOptions extends RequestOptions {
  readonly policy: string;
  readonly output?: string;
}

const COMMAND = 'trust eval';

/** `iam-bridge trust eval`: 0 allow, 1 deny or in doubt, 2 a policy that IAM refuses, or usage. */
export async function runTrustEval(options: TrustEvalOptions, surroundings: Surroundings): Promise<ExitCode> {
  const problems = checkRequestOptions(options);
  if (options.policy === '-' && options.token === '-')
    problems.push('only one of --policy and --token can be -');
  if (problems.length > 0) return complain(COMMAND, problems, surroundings.terminal, 2);
  const text = await readPolicyText(options.policy, surroundings);
  if (text.kind === 'problem') return complain(COMMAND, [text.problem], surroundings.terminal, 2);
  const reading = readTrustPolicy(text.text);
  const { remark } = reading.source;
  if (remark !== undefined) note(COMMAND, [remark], surroundings.terminal);
  if (reading.kind === 'invalid') {
    const { terminal, screen } = surroundings;
    const isJson = options.output === 'json';
    terminal.out(
      isJson
        ? toJson({ kind: 'invalid', problems: reading.problems })
        : renderProblems(reading.problems, createPaint(screen)),
    );
    return 2;
  }
  const caller = await readCaller(options, surroundings);
  if (typeof caller === 'number') return caller;
  return judge(caller, { options, policy: reading.policy }, surroundings);
}

/** @returns the claims, or an exit code where they are no use and that was said */
async function readCaller(
  options: TrustEvalOptions,
  surroundings: Surroundings,
): Promise<CallerClaims | ExitCode> {
  if (options.token === undefined) return toClaims(options);
  const decoded = await readToken(options.token, surroundings.input);
  if (decoded.kind === 'malformed')
    return complain(COMMAND, [`--token: ${decoded.problem}`], surroundings.terminal, 2);
  const reading = readCallerClaims(decoded.payload, options.roleArn);
  if (reading.kind === 'claims') return reading.claims;
  if (reading.kind === 'usage')
    return complain(COMMAND, [`--token: ${reading.problem}`], surroundings.terminal, 2);
  const refused = `STS refuses the token before it asks the policy: ${reading.problem}`;
  return complain(COMMAND, [refused], surroundings.terminal, 1);
}

/** White space around it is passed over, since nobody is sent it; whether it is in force is for `iam-bridge verify`. */
async function readToken(path: string, input: Readable): Promise<JwtReading> {
  try {
    const text = await readTokenFile(path, input);
    return decodeJwt(text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, ''));
  } catch (error) {
    return { kind: 'malformed', problem: describeError(error) };
  }
}

function judge(
  claims: CallerClaims,
  { options, policy }: { readonly options: TrustEvalOptions; readonly policy: TrustPolicy },
  surroundings: Surroundings,
): ExitCode {
  const { terminal, screen, now } = surroundings;
  const made = createRequest(claims, options, { policy, now: now() });
  if (made.kind === 'problem') return complain(COMMAND, [made.problem], surroundings.terminal, 2);
  const { request, notes } = made;
  const verdict = evaluateTrust(policy, request);
  const evaluation: Evaluation = {
    request,
    notes: verdict.decision === 'allow' ? [...notes, ...remarkOnOthers(policy, request)] : notes,
    verdict,
    fix: fixPolicy(policy, request),
    tightening: tightenAudience(policy, request),
    fromToken: options.token !== undefined,
  };
  terminal.out(
    options.output === 'json'
      ? toJson({ kind: 'verdict', evaluation })
      : renderEvaluation(evaluation, createPaint(screen)),
  );
  return verdict.decision === 'allow' ? 0 : 1;
}

/** A policy that lets the caller in may let in more than the caller. */
function remarkOnOthers(policy: TrustPolicy, { provider }: TrustRequest): string[] {
  const findings = lintPolicy(policy, { issuers: [provider.url] }).filter(({ severity }) =>
    isAtLeast(severity, 'medium'),
  );
  return findings.map(({ severity, what }) => `${severity}: ${what} (iam-bridge trust lint says more)`);
}
