import { quoteShort } from '../json/quote.ts';
import type { RbacIndex } from '../rbac/bindings-index.ts';
import { type Caveat, caveatOf } from '../rbac/caveats.ts';
import type { Identity } from '../rbac/identity.ts';
import { compareTexts } from '../rbac/refs.ts';
import { toPatterns } from './answer.ts';
import { fillHoles } from './name-pattern.ts';

/** As many are told. */
const MOST = 5;

/** What an answer for all sessions leaves out: names of RBAC that somebody has only in some of them. */
export function listOpenNames(index: RbacIndex, identity: Identity): readonly Caveat[] {
  const tables = [index.cluster, ...index.namespaces.values()];
  const names = new Set(
    toPatterns(identity).flatMap((pattern) =>
      tables
        .flatMap(({ users, groups }) => [...(pattern.kind === 'User' ? users : groups).keys()])
        .filter((name) => fillHoles(pattern, name) !== undefined),
    ),
  );
  if (names.size === 0) return [];
  const shown = [...names].toSorted(compareTexts).slice(0, MOST).map(quoteShort).join(', ');
  const more = names.size > MOST ? ` and ${names.size - MOST} more` : '';
  return [
    caveatOf(
      'open-session',
      `what RBAC gives to ${shown}${more} is left out: only some sessions are called so`,
    ),
  ];
}
