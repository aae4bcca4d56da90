import { type JsonRecord, readMember } from '../../json/record.ts';

/** 2^53 has sixteen digits. */
const INTEGER = /^-?[0-9]{1,16}$/;

/**
 * A NumericDate as AWS takes it: an integer, or an integer in quotes; seconds since epoch.
 * @returns undefined where it is neither, or cannot be told exactly
 */
export function toSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  return Number.isSafeInteger(seconds) ? Number(seconds) : undefined;
}

/** A subject as AWS takes it: text, or a number, which becomes text. */
export function toSubject(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** @returns undefined where it is neither a string nor a list of strings with one at least */
export function toAudiences(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((one) => typeof one === 'string') ? value : undefined;
}

/** `azp`, or else the only `aud`; '' where there is neither. */
export function toEffectiveAudience(claims: JsonRecord): string {
  const azp = readMember(claims, 'azp');
  if (typeof azp === 'string') return azp;
  const audiences = toAudiences(readMember(claims, 'aud')) ?? [];
  return audiences.length === 1 ? (audiences[0] ?? '') : '';
}
