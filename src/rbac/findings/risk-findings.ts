import type { RbacIndex } from '../bindings-index.ts';
import type { Defaults } from '../defaults/defaults.ts';
import { ALL_ACCOUNTS, ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED } from '../identity.ts';
import type { Subject } from '../objects.ts';
import { describeName, describeRef } from '../refs.ts';
import { describeBound, listSome, type RbacFinding } from './finding.ts';
import { type Grade, gradeHolder, RIGHTS } from './grade.ts';
import { collectHoldings } from './holdings.ts';
import { RISKS } from './risks.ts';

/** Who may do more than it seems, and what everybody may. */
export function findRisks(index: RbacIndex, defaults: Defaults): readonly RbacFinding[] {
  return collectHoldings(index, RIGHTS, defaults).flatMap((holder) => {
    const grades = gradeHolder(holder);
    const findings = grades.map((grade) => toFinding(holder.subject, grade));
    const everyone = describeEveryone(holder.subject);
    return everyone === undefined || grades.length === 0
      ? findings
      : [toEveryone(holder.subject, everyone, grades), ...findings];
  });
}

function toFinding(subject: Subject, grade: Grade): RbacFinding {
  const { code, severity, may, isNamed, by } = grade;
  const named = isNamed ? ', for some objects only' : '';
  const through = listSome([...new Set(by.map(describeBound))]);
  return {
    code,
    severity,
    where: describeRef(subject),
    what: `may ${may}${named}${describePlace(grade)} (${through}): ${RISKS[code].why}`,
    remedy: RISKS[code].remedy,
    subject,
  };
}

function describePlace({ code, cluster, namespaces }: Grade): string {
  if (code === 'cluster-admin') return '';
  return cluster ? ', cluster-wide' : ` in ${listSome(namespaces.map(describeName))}`;
}

/** Who a subject is that nobody has to be made a member of; undefined for all others. */
function describeEveryone({ kind, name }: Subject): { who: string; isStranger: boolean } | undefined {
  if (kind === 'User' && name === ANONYMOUS)
    return { who: 'whoever reaches the API server', isStranger: true };
  if (kind !== 'Group') return undefined;
  if (name === UNAUTHENTICATED) return { who: 'whoever reaches the API server', isStranger: true };
  if (name === AUTHENTICATED)
    return { who: 'everybody who can log in, ServiceAccounts included', isStranger: true };
  if (name === ALL_ACCOUNTS) return { who: 'every pod', isStranger: false };
  if (!name.startsWith(`${ALL_ACCOUNTS}:`)) return undefined;
  return { who: `every pod of ${describeName(name.slice(ALL_ACCOUNTS.length + 1))}`, isStranger: false };
}

function toEveryone(
  subject: Subject,
  { who, isStranger }: { readonly who: string; readonly isStranger: boolean },
  grades: readonly Grade[],
): RbacFinding {
  const isCritical = isStranger || grades.some(({ severity }) => severity === 'critical');
  const codes = [...new Set(grades.map(({ code }) => code))];
  return {
    code: 'everyone',
    severity: isCritical ? 'critical' : 'high',
    where: describeRef(subject),
    what: `${who} has risky rights: ${listSome(codes, codes.length)}`,
    remedy: 'bind the role to the people or accounts that need it, by name',
    subject,
  };
}
