import { ExplainedError, toError } from '../base/errors.ts';
import {
  type Contents,
  joinCertificates,
  NO_TEXTS,
  readContents,
  type Serving,
  type Texts,
} from './contents.ts';
import type { Knowledge } from './knowledge.ts';
import { makeTexts, type WritingStep } from './make-texts.ts';
import { planStep, type Step } from './plan.ts';
import { createSecret, readSecret, type SecretAccess, type SecretReading, writeSecret } from './secret.ts';
import type { Timing } from './timing.ts';

/**
 * Looks once at everything, and does at most one thing about the Secret, else what the configurations need.
 * @returns `again`: something was written, by us or by somebody who was faster
 */
export async function look(
  knowledge: Knowledge,
  signal: AbortSignal,
): Promise<'settled' | 'again' | 'failed'> {
  try {
    await knowledge.bundles.read(signal);
    const access = { ...knowledge.kept.secret, api: knowledge.deps.api, signal };
    const reading = await readSecret(access);
    const contents = readContents(reading.stored?.texts ?? NO_TEXTS);
    const step = plan(knowledge, reading, contents);
    if (step.kind === 'none' || step.kind === 'leave') return await use(knowledge, contents, reading, signal);
    const trouble = await mend(knowledge, access, reading, { contents, step }).catch(toError);
    if (trouble === undefined) return 'again';
    // What is stored may be good for long, and a bundle that others have emptied lets all pods pass.
    const outcome =
      isWorse(knowledge, contents) || signal.aborted
        ? 'failed'
        : await use(knowledge, contents, reading, signal);
    if (outcome === 'again') return 'again';
    throw trouble;
  } catch (error) {
    if (!signal.aborted) fail(knowledge, toError(error).message);
    return 'failed';
  }
}

/** Serves what is stored, and has it trusted. */
async function use(
  knowledge: Knowledge,
  contents: Contents,
  { stored }: SecretReading,
  signal: AbortSignal,
): Promise<'settled' | 'again' | 'failed'> {
  adopt(knowledge, contents, stored?.texts ?? NO_TEXTS);
  return knowledge.isForeign ? 'settled' : await syncBundles(knowledge, signal);
}

/** Whether what is served is better than what is stored and cannot be mended. */
function isWorse({ pair }: Knowledge, contents: Contents): boolean {
  if (contents.kind === 'empty' || contents.serving === undefined) return true;
  return pair !== undefined && contents.serving.notAfter < pair.notAfter;
}

function fail(knowledge: Knowledge, problem: string): void {
  knowledge.problem = problem;
  knowledge.deps.report({ kind: 'failed', problem });
}

function plan(knowledge: Knowledge, { stored }: SecretReading, contents: Contents): Step {
  const { known, jitter, deps } = knowledge;
  const { names, timing } = knowledge.kept;
  const now = deps.clock.now();
  const next = contents.kind === 'own' ? contents.next : undefined;
  const announced = knowledge.bundles.announced(next, stored?.texts['ca.crt'] ?? '', now);
  const step = planStep({ contents, known, announced, names, now, jitter, timing });
  knowledge.problem = step.kind === 'leave' ? step.problem : undefined;
  return step;
}

interface Decision {
  readonly contents: Contents;
  readonly step: WritingStep;
}

/**
 * Writes, or finds that somebody else was faster: in both cases everything has to be looked at again.
 * @throws Error that says why it must not
 */
async function mend(
  { kept, deps, mayWrite }: Knowledge,
  access: SecretAccess,
  { stored, serverTime }: SecretReading,
  { contents, step }: Decision,
): Promise<undefined> {
  const { names, commonName, timing } = kept;
  const now = deps.clock.now();
  checkClock(now, serverTime, timing);
  if (!mayWrite()) {
    throw new ExplainedError(
      `the Secret ${access.namespace}/${access.name} is changed again and again by somebody else: find out by whom (${step.why})`,
    );
  }
  if (stored === undefined) return await createSecret(access);
  const texts = await makeTexts(step, contents, { commonName, names, timing, now });
  const outcome = await writeSecret(access, stored, texts);
  if (outcome === 'written') deps.report({ kind: 'written', step: step.kind, why: step.why });
  else deps.report({ kind: 'lost-update', object: access.name });
}

/** A replica whose clock is wrong would replace what is good by what nobody else accepts. */
function checkClock(now: number, serverTime: number | undefined, { skew }: Timing): void {
  if (serverTime === undefined || Math.abs(now - serverTime) <= skew / 2) return;
  const minutes = Math.round((now - serverTime) / 60_000);
  throw new ExplainedError(
    `the clock here is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead of' : 'behind'} that of the API server, and a certificate is due: set the clock of this node`,
  );
}

/** Nothing is served but what is stored, so that all replicas serve the same. */
function adopt(knowledge: Knowledge, contents: Contents, texts: Texts): void {
  if (contents.kind === 'empty' || contents.serving === undefined) return;
  // What a replica serves is trusted; what somebody else has put in its place most likely is not.
  if (contents.kind === 'foreign' && knowledge.known !== undefined) return;
  knowledge.isForeign = contents.kind === 'foreign';
  if (contents.kind === 'own') {
    const { notBefore, notAfter } = contents.serving;
    const authorities = joinCertificates(contents.authorities);
    knowledge.known = { texts: { ...texts, 'ca.crt': authorities }, notBefore, notAfter };
    knowledge.authorityNotAfter = contents.current?.notAfter;
  }
  serve(knowledge, contents.serving);
}

function serve(knowledge: Knowledge, { cert, key, notBefore, notAfter }: Serving): void {
  if (knowledge.pair?.cert === cert && knowledge.pair.key === key) return;
  const pair = { cert, key, notBefore, notAfter };
  knowledge.pair = pair;
  for (const listener of knowledge.listeners) listener(pair);
  knowledge.deps.report({ kind: 'served', notAfter });
}

async function syncBundles(
  { bundles, known, deps }: Knowledge,
  signal: AbortSignal,
): Promise<'settled' | 'again' | 'failed'> {
  if (known === undefined) return 'settled';
  const outcome = await bundles.sync(known.texts['ca.crt'], signal);
  if (outcome === 'failed') {
    const problems = bundles.status().flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
    deps.report({ kind: 'failed', problem: problems.join('; ') });
  }
  return outcome;
}
