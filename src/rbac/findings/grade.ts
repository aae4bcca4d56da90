import type { BoundRole } from '../bindings-index.ts';
import { compareTexts } from '../refs.ts';
import type { Holder, Holding } from './holdings.ts';
import { ALL, NAMED, NONE, type Right } from './right.ts';
import { RISKS, type Risk, type RiskCode } from './risks.ts';

export type RiskSeverity = Risk['severity'];

/** Where a subject has a risky right, as bad as that is there. */
export interface Grade {
  readonly code: RiskCode;
  readonly severity: RiskSeverity;
  readonly may: string;
  /** For some objects only, which rules name. */
  readonly isNamed: boolean;
  readonly cluster: boolean;
  /** Sorted; empty where it is cluster-wide. */
  readonly namespaces: readonly string[];
  readonly by: readonly BoundRole[];
}

const LADDER = ['medium', 'high', 'critical'] as const satisfies readonly RiskSeverity[];
const CODES = Object.keys(RISKS) as RiskCode[];

interface Form {
  readonly may: string;
  readonly needs: readonly (readonly Right[])[];
  /** How much of each right is needed. */
  readonly level: number;
  readonly less: number;
}

/** What each risk can be, the worst first. */
const FORMS = Object.fromEntries(CODES.map((code) => [code, listForms(RISKS[code])])) as Readonly<
  Record<RiskCode, readonly Form[]>
>;

function listForms({ may, needs, milder }: Risk): readonly Form[] {
  const whole = [
    { may, needs, level: ALL, less: 0 },
    { may, needs, level: NAMED, less: 1 },
  ];
  if (milder === undefined) return whole;
  const mild = [
    { ...milder, level: ALL, less: 1 },
    { ...milder, level: NAMED, less: 2 },
  ];
  return [...whole, ...mild].sort((left, right) => left.less - right.less);
}

/** Every right that a risk needs, once; holdings are in this order. */
export const RIGHTS: readonly Right[] = [
  ...new Set(CODES.flatMap((code) => FORMS[code].flatMap(({ needs }) => needs.flat()))),
];

const PLACES: ReadonlyMap<Right, number> = new Map(RIGHTS.map((right, place) => [right, place]));

/** The risks of one subject. Who may do everything cluster-wide is told so, and nothing beside it. */
export function gradeHolder(holder: Holder): readonly Grade[] {
  const grades = CODES.flatMap((code) => gradeRisk(code, holder));
  const all = grades.find(({ code, isNamed }) => code === 'cluster-admin' && !isNamed);
  return all === undefined ? grades : [all];
}

/** Cluster-wide, and in namespaces that have more of it than that. */
function gradeRisk(code: RiskCode, { cluster, namespaces }: Holder): readonly Grade[] {
  const wide = findHit(code, { namespace: undefined, holding: cluster, cluster });
  const grades = new Map<string, Grade>();
  for (const [namespace, holding] of [...namespaces].sort(([left], [right]) => compareTexts(left, right))) {
    const hit = findHit(code, { namespace, holding, cluster });
    if (hit === undefined || hit.less >= (wide?.less ?? Number.POSITIVE_INFINITY)) continue;
    const key = `${hit.less}/${hit.may}/${hit.severity}`;
    const known = grades.get(key) ?? { ...hit, code, cluster: false, namespaces: [], by: [] };
    const more = { namespaces: [...known.namespaces, namespace], by: [...known.by, ...hit.by] };
    grades.set(key, { ...known, ...more });
  }
  const ofNamespaces = [...grades.values()];
  return wide === undefined
    ? ofNamespaces
    : [{ ...wide, code, cluster: true, namespaces: [] }, ...ofNamespaces];
}

interface Place {
  /** Undefined: cluster-wide. */
  readonly namespace: string | undefined;
  readonly holding: Holding;
  readonly cluster: Holding;
}

interface Hit extends Pick<Grade, 'severity' | 'may' | 'isNamed' | 'by'> {
  /** Steps of severity below the whole of the risk. */
  readonly less: number;
}

function findHit(code: RiskCode, place: Place): Hit | undefined {
  for (const form of FORMS[code]) {
    const by = form.needs.map((rights) => meet(rights, place, form.level)).find((met) => met !== undefined);
    if (by === undefined) continue;
    const { may, less, level } = form;
    const severity = toSeverity(RISKS[code].severity, less, isRaised(code, place.namespace));
    return { severity, may, less, isNamed: level === NAMED, by };
  }
  return undefined;
}

/** The bindings that give all of these rights at this place; undefined where one is lacking. */
function meet(rights: readonly Right[], place: Place, least: number): readonly BoundRole[] | undefined {
  const by: BoundRole[] = [];
  for (const right of rights) {
    const found = findBy(right, place, least);
    if (found === undefined) return undefined;
    by.push(found);
  }
  return by;
}

function findBy(right: Right, { namespace, holding, cluster }: Place, least: number): BoundRole | undefined {
  const at = PLACES.get(right) ?? -1;
  const wide = (cluster.levels[at] ?? NONE) >= least ? cluster.by[at] : undefined;
  if (wide !== undefined || right.clusterWide || namespace === undefined) return wide;
  if (right.namespace !== undefined && right.namespace !== namespace) return undefined;
  return (holding.levels[at] ?? NONE) >= least ? holding.by[at] : undefined;
}

/** What can be had in one namespace is worse where that is kube-system, or all. */
function isRaised(code: RiskCode, namespace: string | undefined): boolean {
  if (namespace === 'kube-system') return true;
  const isAlwaysWide = RISKS[code].needs.every((rights) => rights.some(({ clusterWide }) => clusterWide));
  return namespace === undefined && !isAlwaysWide;
}

function toSeverity(base: RiskSeverity, lower: number, isHigher: boolean): RiskSeverity {
  const step = LADDER.indexOf(base) - lower + (isHigher ? 1 : 0);
  return LADDER[Math.min(Math.max(step, 0), LADDER.length - 1)] ?? base;
}
