import { renderGoDuration } from '../../src/go/durations.ts';
import type { FlagSpec, FlagTable } from '../../src/settings/pflag.ts';
import type { Leaf, Schema } from './node.ts';

/** What a value says otherwise than the flag that it is handed to. */
interface Otherwise {
  /** The chart's own default, where it is not the program's. */
  readonly default?: string | boolean | number;
  readonly help?: string;
  /** Bounds and patterns that the flag table does not have. */
  readonly schema?: Schema;
}

/** The value of a flag: its type, default and help are those of the program. */
export function fromFlag<Table extends FlagTable>(
  table: Table,
  name: keyof Table & string,
  otherwise: Otherwise = {},
): Leaf {
  const spec = table[name];
  if (spec === undefined || spec.noEffect !== undefined) throw new Error(`--${name} has no effect`);
  return {
    kind: 'leaf',
    default: otherwise.default ?? toValue(spec),
    help: otherwise.help ?? spec.help,
    schema: { ...toSchema(spec), ...otherwise.schema },
    flag: { name, default: toWord(spec) },
  };
}

function toValue(spec: FlagSpec): unknown {
  return spec.type === 'duration' ? toWord(spec) : spec.default;
}

function toWord({ type, default: value }: FlagSpec): string | readonly string[] {
  if (typeof value === 'object') return value;
  return type === 'duration' && typeof value === 'number' ? shorten(renderGoDuration(value)) : String(value);
}

/** `5m0s` → `5m` */
function shorten(duration: string): string {
  return duration.replace(/(?<=[hm])0[ms]/g, '');
}

/** The part of Go's durations that a person writes: no sign, no fractions of nanoseconds. */
const DURATION = '^(0|([0-9]+(\\.[0-9]+)?(ms|s|m|h))+)$';

function toSchema({ type }: FlagSpec): Schema {
  switch (type) {
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer' };
    case 'string':
      return { type: 'string' };
    case 'duration':
      return { type: 'string', pattern: DURATION };
    case 'strings':
      return { type: 'array', items: { type: 'string', minLength: 1 } };
  }
}
