import { parseInstant } from '../../base/names/instant.ts';
import { checkIssuerUrl } from '../../base/names/issuer-url.ts';
import { planRotation, type RotationFacts, type RotationStep } from '../../issuer/rotation.ts';
import { readLifetime } from '../../settings/checks.ts';
import type { ClusterSettings } from '../../settings/cluster.ts';
import { readKubectlCluster } from '../../settings/cluster.ts';
import { complain, complainOf, note } from '../diagnostics.ts';
import { readKeySource } from '../key-source.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';

export interface KeysRotateOptions {
  readonly plan?: boolean;
  readonly from?: readonly string[];
  readonly kubeconfig?: string;
  readonly issuer?: string;
  readonly to?: string;
  readonly tokenLifetime: string;
  readonly cacheTime: string;
  readonly start?: string;
  readonly output?: string;
}

interface RotateSettings {
  readonly from: readonly string[];
  readonly cluster: ClusterSettings;
  readonly facts: Omit<RotationFacts, 'oldKids'>;
}

const COMMAND = 'keys rotate';

/** `iam-bridge keys rotate --plan`: 0 printed, 2 usage or keys that are not fit, 3 the cluster failed. */
export async function runKeysRotate(
  options: KeysRotateOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, input } = surroundings;
  const problems: string[] = [];
  const { from, cluster, facts } = readSettings(options, surroundings, problems);
  if (problems.length > 0) return complain(COMMAND, problems, terminal, 2);
  try {
    const oldKids = await readKids(from, { cluster, input, issuer: facts.issuer });
    if (oldKids.kind === 'refused') return complain(COMMAND, oldKids.problems, terminal, 2);
    note(COMMAND, oldKids.notes, terminal);
    const steps = planRotation({ ...facts, oldKids: oldKids.kids });
    terminal.out(
      options.output === 'json' ? renderJson(steps, oldKids.kids) : renderText(steps, oldKids.kids),
    );
    return 0;
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

function readSettings(
  options: KeysRotateOptions,
  { env, now }: Surroundings,
  problems: string[],
): RotateSettings {
  const { from = [], issuer, to } = options;
  if (options.plan !== true) {
    problems.push(
      '--plan is missing: the steps are printed, since no program can restart your API servers for you',
    );
  }
  const issuerProblem = issuer === undefined ? undefined : checkIssuerUrl(issuer);
  if (issuerProblem !== undefined) problems.push(`--issuer: ${issuerProblem}`);
  return {
    from,
    cluster: readKubectlCluster(options.kubeconfig, env, from.includes('cluster') ? problems : []),
    facts: {
      issuer,
      place: to,
      start: readStart(options.start, now(), problems),
      tokenLifetime: readLifetime('token-lifetime', options.tokenLifetime, 600_000, problems),
      cacheTime: readLifetime('cache-time', options.cacheTime, 0, problems),
    },
  };
}

/** With its zone: a plan that is read in another one must not begin too early. */
function readStart(text: string | undefined, now: number, problems: string[]): number {
  if (text === undefined) return now;
  const start = parseInstant(text, 'minute');
  if (start === undefined)
    problems.push('--start is no time with its zone: give one such as 2026-01-31T09:00:00Z');
  return start ?? now;
}

type Kids =
  | { readonly kind: 'kids'; readonly kids: readonly string[]; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

interface KidDeps extends Pick<Surroundings, 'input'> {
  readonly cluster: ClusterSettings;
  readonly issuer?: string | undefined;
}

async function readKids(from: readonly string[], { cluster, input, issuer }: KidDeps): Promise<Kids> {
  if (from.length === 0) return { kind: 'kids', kids: [], notes: [] };
  const reading = await readKeySource({ from, cluster, ...(issuer !== undefined && { issuer }) }, input);
  if (reading.kind === 'refused') return reading;
  return { kind: 'kids', kids: reading.keys.map(({ kid }) => kid), notes: reading.notes };
}

function renderJson(steps: readonly RotationStep[], oldKids: readonly string[]): string {
  const dated = steps.map(({ notBefore, ...step }, index) => ({
    step: index + 1,
    notBefore: new Date(notBefore).toISOString(),
    ...step,
  }));
  return `${JSON.stringify({ oldKids, steps: dated }, undefined, 2)}\n`;
}

function renderText(steps: readonly RotationStep[], oldKids: readonly string[]): string {
  const old = oldKids.length === 0 ? [] : [`Keys that go: ${oldKids.join(', ')}`, ''];
  return [...old, ...steps.flatMap(renderStep)].join('\n');
}

function renderStep({ title, notBefore, why, how, check, kops }: RotationStep, index: number): string[] {
  const label = (name: string, lines: readonly string[]) =>
    lines.map((line, at) => `   ${(at === 0 ? name : '').padEnd(6)} ${line}`);
  return [
    `${index + 1}. ${title}`,
    `   not before ${new Date(notBefore).toISOString()}`,
    `   ${why}`,
    ...label('run', how),
    ...label('check', check),
    ...label('kops', kops),
    '',
  ];
}
