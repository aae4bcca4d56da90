import { isIPv4 } from 'node:net';

/** A host that by its own spelling stays on this machine. @param hostname as `URL` has it */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
