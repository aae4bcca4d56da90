import { describeEntryRef } from '../../access/entry-ref.ts';
import { CAVEATS, type Caveat } from '../../rbac/caveats.ts';
import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import type { MappingData } from './data.ts';

/** Facts, one a line, with what they are in front. */
export function renderFacts(
  facts: readonly (readonly [name: string, value: string])[],
  paint: Paint,
): readonly string[] {
  const width = Math.max(0, ...facts.map(([name]) => showText(name).length));
  return facts.map(([name, value]) => `${paint('quiet', showText(name).padEnd(width))}  ${showText(value)}`);
}

/** What an answer does not know, and what to do about it. */
export function renderCaveats(caveats: readonly Caveat[], paint: Paint): readonly string[] {
  return caveats.map(
    ({ code, message }) =>
      `${paint('warning', 'caveat')} ${showText(message)} (${code})\n  ${paint('good', '→')} ${CAVEATS[code].remedy}`,
  );
}

/** What the mappings say, line by line. */
export function renderMapping(mapping: MappingData, paint: Paint): readonly string[] {
  const others = mapping.others.map(
    ({ reason, message, arn, ...entry }) =>
      `  ${paint('quiet', '–')} ${showText(`${describeEntryRef(entry)}${arn === undefined ? '' : ` (${arn})`}`)}: ${message} (${reason})`,
  );
  return [renderOutcome(mapping, paint), ...others];
}

function renderOutcome(mapping: MappingData, paint: Paint): string {
  switch (mapping.outcome) {
    case 'mapped': {
      const { by } = mapping;
      return `${paint('good', 'mapped')} by ${showText(describeEntryRef(by))}${by.arn === undefined ? '' : showText(` (${by.arn})`)}`;
    }
    case 'unmapped':
      return `${paint('bad', 'unmapped')}: no entry is for this principal${mapping.others.length === 0 ? '' : '; the nearest are'}`;
    case 'failed':
      // What cannot be read refuses nobody who is in already.
      if (mapping.code === 'source-unknown')
        return `${paint('warning', 'the mappings are not known')}: ${showText(mapping.message)}`;
      return `${paint('bad', 'refused')} (${mapping.code}): ${showText(mapping.message)}`;
  }
}
