/** What the three parts of a statement, and a policy as a whole, may come to. */
export type Tristate = 'yes' | 'no' | 'unknown';

/** One `no` decides; `yes` only where all are; yes of nothing. */
export function allOf(parts: readonly Tristate[]): Tristate {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

/** One `yes` decides; `no` only where all are; no of nothing. */
export function anyOf(parts: readonly Tristate[]): Tristate {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('unknown') ? 'unknown' : 'no';
}

export function not(part: Tristate): Tristate {
  if (part === 'unknown') return part;
  return part === 'yes' ? 'no' : 'yes';
}

export function toTristate(holds: boolean): Tristate {
  return holds ? 'yes' : 'no';
}
