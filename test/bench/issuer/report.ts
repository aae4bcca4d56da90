import type { Machine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets, type Target } from '../markdown.ts';
import type { AssumeFigures } from './assume.ts';
import type { RateSpread } from './burst.ts';
import type { UnknownKidFigures } from './unknown-kids.ts';
import type { VerifyFigures } from './verify.ts';

export interface IssuerFigures {
  readonly machine: Machine;
  readonly verify?: readonly VerifyFigures[];
  readonly assume?: AssumeFigures;
  readonly unknownKids?: UnknownKidFigures;
}

const FLOORS: Readonly<Record<string, number>> = { RS256: 8000, ES256: 5000 };

/** The figures as Markdown, for docs/benchmarks.md. */
export function renderReport(figures: IssuerFigures): string {
  const { processor, cores, memoryGb, kernel, node, date } = figures.machine;
  return [
    `${date} · ${processor}, ${cores} cores, ${memoryGb} GB · ${kernel} · Node ${node}`,
    renderTargets(toTargets(figures)),
    ...(figures.verify ? [renderVerify(figures.verify)] : []),
    ...(figures.assume ? [renderServed(figures.assume)] : []),
  ].join('\n\n');
}

function toTargets({ verify = [], assume, unknownKids }: IssuerFigures): Target[] {
  return [
    ...verify.flatMap(toVerifyTargets),
    ...(assume ? toAssumeTargets(assume) : []),
    ...(unknownKids
      ? [
          {
            what: `fetches for ${unknownKids.tokens} unknown kids at once, none known before`,
            unit: '',
            value: unknownKids.cold,
            limit: 1,
            kind: 'max',
          } as const,
          {
            what: `fetches for ${unknownKids.tokens} others right after`,
            unit: '',
            value: unknownKids.again,
            limit: 1,
            kind: 'max',
          } as const,
        ]
      : []),
  ];
}

function toVerifyTargets({ alg, ours, ratio }: VerifyFigures): Target[] {
  return [
    {
      what: `${alg}: verified per core, of jose.jwtVerify`,
      unit: '×',
      value: ratio.perCore.median,
      limit: 0.75,
      kind: 'min',
    },
    {
      what: `${alg}: verified in one process`,
      unit: '/s',
      value: ours.perProcess.median,
      limit: FLOORS[alg] ?? 0,
      kind: 'min',
    },
  ];
}

function toAssumeTargets({ judged, served }: AssumeFigures): Target[] {
  const rows = [
    ...served.map(({ alg, perCore }) => ({ what: `answered by the local STS over HTTP (${alg})`, perCore })),
    { what: 'judged, without HTTP (RS256)', perCore: judged.perCore },
  ];
  return rows.map(({ what, perCore }) => ({
    what: `AssumeRoleWithWebIdentity ${what}`,
    unit: '/s per core',
    value: perCore.median,
    limit: 1000,
    kind: 'min',
  }));
}

function renderServed({ served }: AssumeFigures): string {
  const rows = served.map(({ alg, perCore, perSecond, p99 }) => [
    alg,
    ...[perCore, perSecond].map((spread) => renderSpread(spread, 0)),
    renderSpread(p99, 1),
  ]);
  return `AssumeRoleWithWebIdentity on the local STS over HTTP, 25 kept connections:\n\n${renderTable(['median (least–most)', 'per core and second', 'per second', 'p99 ms'], rows)}`;
}

function renderVerify(figures: readonly VerifyFigures[]): string {
  const rows = figures.flatMap(({ alg, ours, jose, ratio }) => [
    [`${alg}, iam-bridge (strict)`, ...toCells(ours, 0)],
    [`${alg}, jose.jwtVerify`, ...toCells(jose, 0)],
    [`${alg}, iam-bridge ÷ jose, pair by pair`, ...toCells(ratio, 2)],
  ]);
  return `Tokens verified, 32 at once:\n\n${renderTable(['median (least–most)', 'per process and second', 'per core and second'], rows)}`;
}

function toCells({ perProcess, perCore }: RateSpread, digits: number): string[] {
  return [renderSpread(perProcess, digits), renderSpread(perCore, digits)];
}
