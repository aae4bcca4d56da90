import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long an answer says of itself that it is fresh (RFC 9111 section 4.2.1), less the time that it has spent in caches
 * on its way; undefined where it does not say.
 * @returns ms
 */
export function readMaxAge(headers: IncomingHttpHeaders): number | undefined {
  const control = headers['cache-control'] ?? '';
  if (/(^|[,\s])no-(store|cache)\s*(,|$)/i.test(control)) return 0;
  const seconds = /(?:^|[,\s])max-age\s*=\s*"?(\d{1,10})/i.exec(control)?.[1];
  if (seconds === undefined) return undefined;
  const spent = /^\d{1,10}$/.test(headers.age ?? '') ? Number(headers.age) : 0;
  return Math.max(0, Number(seconds) - spent) * 1000;
}
