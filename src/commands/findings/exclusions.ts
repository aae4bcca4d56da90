import { findNearest } from '../../base/edit-distance.ts';
import { quoteShort } from '../../json/quote.ts';
import type { RbacFinding } from '../../rbac/findings/finding.ts';
import { TEXTS } from './texts.ts';

/** What somebody knows of, and does not want to be told. */
export interface Exclusion {
  /** As it was given. */
  readonly text: string;
  readonly excludes: (finding: RbacFinding) => boolean;
}

/** `CODE` or `CODE:SUBJECT`. @param problems takes what is wrong with them, a sentence each */
export function readExclusions(texts: readonly string[], problems: string[]): readonly Exclusion[] {
  return texts.map((text) => {
    // Names of subjects have colons, codes none.
    const colon = text.indexOf(':');
    const [code, subject] = colon === -1 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
    if (!Object.hasOwn(TEXTS, code)) {
      const nearest = findNearest(code, Object.keys(TEXTS));
      const hint =
        nearest === undefined ? `there are ${Object.keys(TEXTS).join(', ')}` : `did you mean ${nearest}?`;
      problems.push(`--exclude: ${quoteShort(code)} is no code: ${hint}`);
    }
    if (subject === '')
      problems.push(`--exclude ${quoteShort(text)} names nobody: leave the colon out, or say whom`);
    return {
      text,
      excludes: (finding) =>
        finding.code === code && (subject === undefined || listNames(finding).includes(subject)),
    };
  });
}

/** `Group dev` and `dev`, `ServiceAccount team-a/ci` and `team-a/ci`: as findings and as RBAC have it. */
function listNames({ where, subject }: RbacFinding): readonly string[] {
  const names = [where, where.slice(where.indexOf(' ') + 1)];
  if (subject === undefined) return names;
  const { kind, namespace, name } = subject;
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  return [...names, full, `${kind} ${full}`];
}
