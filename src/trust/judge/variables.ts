import { type GlobToken, toGlob } from '../match/glob.ts';
import type { TrustPolicy } from '../policy.ts';
import type { Fact } from '../request.ts';

/** A value of a policy with its variables replaced. */
export type ExpandedValue =
  | {
      readonly kind: 'value';
      readonly text: string;
      /** The same as a pattern: what came out of a variable has no wildcards. Few operators ask for it. */
      readonly toGlob: () => readonly GlobToken[];
    }
  /** A variable has no value: IAM matches nothing then. */
  | { readonly kind: 'no-value' }
  | { readonly kind: 'unknown' };

const VARIABLE = /\$\{([^${}]*|\$)\}/g;

/**
 * Replaces `${key}`, `${key, 'default'}`, `${*}`, `${?}` and `${$}` (IAM user guide, "IAM policy elements: Variables and
 * tags"). Version 2008-10-17 knows no variables: they are text there.
 */
export function expandVariables(
  value: string,
  version: TrustPolicy['version'],
  findFact: (key: string) => Fact,
): ExpandedValue {
  if (version === '2008-10-17' || !value.includes('${'))
    return { kind: 'value', text: value, toGlob: () => toGlob(value) };
  let text = '';
  const glob: GlobToken[] = [];
  let end = 0;
  for (const found of value.matchAll(VARIABLE)) {
    const literal = value.slice(end, found.index);
    const resolved = resolveVariable(found[1] ?? '', findFact);
    if (typeof resolved !== 'string') return resolved;
    text += literal + resolved;
    glob.push(...toGlob(literal), ...Array.from(resolved));
    end = found.index + found[0].length;
  }
  const rest = value.slice(end);
  return { kind: 'value', text: text + rest, toGlob: () => [...glob, ...toGlob(rest)] };
}

/**
 * What a value says beside its variables. A default in quotes and `${*}` have white space and stars that are neither the
 * value's own nor wildcards. Version 2008-10-17 knows no variables.
 */
export function stripVariables(value: string, version: TrustPolicy['version']): string {
  return version === '2008-10-17' ? value : value.replace(VARIABLE, '');
}

/** Whether a value has `*`, `?` or `$` for the character itself: `${*}`, `${?}`, `${$}`. */
export function hasLiteralVariable(value: string, version: TrustPolicy['version']): boolean {
  return version !== '2008-10-17' && /\$\{[*?$]\}/.test(value);
}

function resolveVariable(
  content: string,
  findFact: (key: string) => Fact,
): string | { readonly kind: 'no-value' } | { readonly kind: 'unknown' } {
  if (content === '*' || content === '?' || content === '$') return content;
  const [, key = '', fallback] = /^\s*([^,\s]*)\s*(?:,\s*'([^']*)'\s*)?$/.exec(content) ?? [];
  const fact = findFact(key);
  if (fact.kind === 'unknown') return fact;
  const [only, ...more] = fact.kind === 'values' ? fact.values : [];
  // A variable stands for one value: keys with several have none here.
  if (only !== undefined && more.length === 0) return only;
  return fallback ?? { kind: 'no-value' };
}
