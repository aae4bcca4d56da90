import { parseGoInt64 } from '../go/strconv.ts';
import { createNotice, type Notice, quoted } from './notices.ts';

/** Seconds. kube-apiserver refuses a projected token below 600. */
const MIN_EXPIRATION = 600;
/** Seconds. EKS caps tokens at a day, and kubelet renews any token after 24 hours. */
const MAX_EXPIRATION = 86_400;

/** Seconds, within the bounds. */
export function clampExpiration(seconds: bigint | number): number {
  if (seconds < MIN_EXPIRATION) return MIN_EXPIRATION;
  return seconds > MAX_EXPIRATION ? MAX_EXPIRATION : Number(seconds);
}

/**
 * Reads a `token-expiration` annotation.
 * @param where names the annotated object in a notice: `Pod` or `ServiceAccount`
 * @returns undefined where the annotation is absent or no integer: the next source in the order of precedence decides
 */
export function readExpiration(
  text: string | undefined,
  where: string,
  notices: Notice[],
): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseGoInt64(text);
  if (seconds === undefined) {
    notices.push(
      createNotice(
        'expiration-unparsable',
        [`${where} token-expiration `, quoted(text), ' is no whole number, and ignored'],
        'give seconds, such as 3600',
      ),
    );
    return undefined;
  }
  const clamped = clampExpiration(seconds);
  if (BigInt(clamped) !== seconds) {
    notices.push(
      createNotice(
        'expiration-clamped',
        [`${where} token-expiration `, quoted(text), ` is out of bounds, and ${clamped} used`],
        'give 600 to 86400',
      ),
    );
  }
  return clamped;
}

/**
 * Spreads the renewal of container credentials: a whole number from 22 to 24 hours, both ends included.
 * The Go program does this whenever the value is exactly a day, even where somebody asked for a day.
 */
export function jitterExpiration(seconds: number, random: () => number): number {
  if (seconds !== MAX_EXPIRATION) return seconds;
  return MAX_EXPIRATION - 7_200 + Math.floor(random() * 7_201);
}
