import { isDnsSubdomain } from '../../base/names/dns.ts';
import { quoteShort } from '../../json/quote.ts';
import { ObjectFlaw } from './members.ts';

const WORD = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** `team`, `example.com/team` (`content.IsLabelKey`). */
export function checkLabelKey(key: string): void {
  const slash = key.indexOf('/');
  const [prefix, word] = slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (WORD.test(word) && (prefix === undefined || isDnsSubdomain(prefix))) return;
  throw new ObjectFlaw(`${quoteShort(key)} is no key of a label: write one such as example.com/team`);
}

/** Empty, or a word (`content.IsLabelValue`). */
export function checkLabelValue(value: string): void {
  if (value === '' || WORD.test(value)) return;
  throw new ObjectFlaw(
    `${quoteShort(value)} is no value of a label: write up to 63 letters, digits and -_. between them`,
  );
}

export function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    checkLabelKey(key);
    checkLabelValue(value);
  }
}
