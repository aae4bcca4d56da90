import { renderGoDuration } from '../go/durations.ts';
import type { FlagSpec, FlagTable } from '../settings/pflag.ts';
import { wrapText } from '../terminal/wrap.ts';

const HELP_COLUMN = 52;
const WIDTH = 110;

/** The flags of a table as help text: names, types, what they do, defaults; those without effect by name only. */
export function renderFlags(table: FlagTable): string {
  const flags = Object.entries(table);
  const idle = flags.filter(([, { noEffect }]) => noEffect !== undefined).map(([name]) => `--${name}`);
  const lines = flags
    .filter(([, { noEffect }]) => noEffect === undefined)
    .map(([name, spec]) => renderFlag(name, spec));
  if (idle.length > 0)
    lines.push('', ...wrapText(`Accepted without effect, for existing manifests: ${idle.join(', ')}`, WIDTH));
  return lines.join('\n');
}

function renderFlag(name: string, spec: FlagSpec): string {
  const shorthand = spec.shorthand === undefined ? '    ' : `-${spec.shorthand}, `;
  const type = spec.type === 'bool' ? '' : ` ${spec.type}`;
  const left = `  ${shorthand}--${name}${type}`;
  const lines = wrapText(spec.help + renderDefault(spec), WIDTH - HELP_COLUMN);
  const indent = ' '.repeat(HELP_COLUMN);
  const head = left.length < HELP_COLUMN ? left.padEnd(HELP_COLUMN) : `${left}\n${indent}`;
  return head + lines.join(`\n${indent}`);
}

function renderDefault({ type, default: value }: FlagSpec): string {
  if (value === '' || value === false) return '';
  if (Array.isArray(value)) return value.length === 0 ? '' : ` (default ${value.join(', ')})`;
  return ` (default ${type === 'duration' ? renderGoDuration(Number(value)) : value})`;
}
