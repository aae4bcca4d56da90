import { isSystemName, meansSystemName } from '../mapping/render.ts';

/** A part of a name that is not known yet, such as the session name of whoever will log in. */
export interface Hole {
  /** What the template calls it, such as `SessionName`. */
  readonly hole: string;
  /** Whether it can be rendered to this text where other holes are what they are. */
  readonly admits: (text: string, others: HoleValues) => boolean;
}

/** A user name or group of which only parts are known: what a mapping's template renders to without a session. */
export interface NamePattern {
  readonly kind: 'User' | 'Group';
  readonly pieces: readonly (string | Hole)[];
}

/** What the holes have to be, by their names. */
export type HoleValues = Readonly<Record<string, string>>;

/** Nothing that AWS has a name for is longer (private DNS names: RFC 1035). */
const LONGEST_VALUE = 255;

/** The values with which a pattern renders to a name; undefined where it cannot. */
export function fillHoles({ pieces }: NamePattern, name: string): HoleValues | undefined {
  const [clear] = pieces;
  const isWhole = pieces.every((piece) => typeof piece === 'string');
  // Whoever chooses the name of a session becomes no member of system:masters by that.
  const isRefused = isSystemName(name) && !meansSystemName(typeof clear === 'string' ? clear : '', isWhole);
  return isRefused ? undefined : fill(pieces, name, {});
}

function fill(pieces: NamePattern['pieces'], rest: string, values: HoleValues): HoleValues | undefined {
  const [piece, ...others] = pieces;
  if (piece === undefined) return rest === '' ? values : undefined;
  if (typeof piece === 'string') {
    return rest.startsWith(piece) ? fill(others, rest.slice(piece.length), values) : undefined;
  }
  for (const value of listValues(piece, rest, values)) {
    const filled = fill(others, rest.slice(value.length), { ...values, [piece.hole]: value });
    if (filled !== undefined) return filled;
  }
  return undefined;
}

/** What a hole can be at this place; one hole renders to the same text wherever it stands. */
function listValues({ hole, admits }: Hole, rest: string, values: HoleValues): readonly string[] {
  const known = Object.hasOwn(values, hole) ? values[hole] : undefined;
  if (known !== undefined) return rest.startsWith(known) ? [known] : [];
  const lengths = Array.from({ length: Math.min(rest.length, LONGEST_VALUE) + 1 }, (_, length) => length);
  return lengths.map((length) => rest.slice(0, length)).filter((text) => admits(text, values));
}
