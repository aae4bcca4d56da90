import { isIP } from 'node:net';

const NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** A DNS name, or an IP address without brackets. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || NAME.test(text);
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** As it stands in a URL: an IPv6 address is in brackets there. */
export function toUrlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** All addresses of a machine, which nobody can be called by. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || (isIP(address) === 6 && /^[0:]+$/.test(address));
}
