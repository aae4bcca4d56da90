import { isLoopbackHost } from '../../base/names/loopback-host.ts';
import { type ReadingContext, showPlain, showValue } from './problem.ts';

/** Checks a condition key: a vendor, one colon, a name. */
export function checkKey(key: string, { pointer, lists }: ReadingContext): void {
  const fault = findScheme(key) ?? findPort(key) ?? findMissingVendor(key);
  if (fault !== undefined) lists.problems.push({ pointer, ...fault });
}

interface Fault {
  readonly problem: string;
  readonly remedy: string;
}

/** IAM: "Condition can contain only one colon". */
function findScheme(key: string): Fault | undefined {
  const scheme = /^\s*(?:https?:\/*|[a-z][a-z0-9+.-]*:\/\/+)/i.exec(key)?.[0];
  if (scheme === undefined) return undefined;
  const rest = key.slice(scheme.length);
  return {
    problem: `the condition key ${showValue(key)} has the issuer's scheme in it, and IAM takes one colon only`,
    remedy: `leave ${scheme.trim()} out of the key: write ${findMissingVendor(rest) === undefined ? showPlain(rest) : EXAMPLE}`,
  };
}

/** No provider of IAM has a port; one on this machine is a local AWS's, which takes it. */
function findPort(key: string): Fault | undefined {
  const [, host = '', port] = /^([^:/]+):([0-9]+)(?=[/:])/.exec(key) ?? [];
  if (port === undefined || isLoopbackHost(host)) return undefined;
  return {
    problem: `the condition key ${showValue(key)} has a port in it, and IAM takes one colon only`,
    remedy: `no provider of IAM has a port: serve the issuer on 443, and write ${showPlain(host + key.slice(host.length + 1 + port.length))}`,
  };
}

const EXAMPLE = '<issuer without https://>:sub';

/** `sub` alone is what the token calls it; IAM wants to know whose. */
function findMissingVendor(key: string): Fault | undefined {
  if (key.indexOf(':') > 0 && !key.endsWith(':')) return undefined;
  return {
    problem: `the condition key ${showValue(key)} has no vendor in front`,
    remedy: `write ${EXAMPLE}, or a key such as aws:SourceIp`,
  };
}
