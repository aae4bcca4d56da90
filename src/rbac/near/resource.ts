import { findNearest } from '../../base/edit-distance.ts';

/**
 * Whether somebody who wrote this resource into a rule may have meant the one that is asked for: another part of it, its
 * singular, capitals, a glob that is none.
 */
export function isKindred(written: string, resource: string, subresource = ''): boolean {
  const [base = '', part = ''] = written.split('/', 2);
  if (isSameWord(base, resource)) return true;
  return base === '*' && part === '*' && subresource !== '';
}

function isSameWord(written: string, resource: string): boolean {
  const word = written.toLowerCase().replace(/\*$/, '');
  if (word === '') return false;
  if (word === resource || `${word}s` === resource || `${word}es` === resource) return true;
  return word.length > 4 && findNearest(word, [resource]) !== undefined;
}
