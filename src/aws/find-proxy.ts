import { BlockList, isIP, isIPv6 } from 'node:net';
import { ConfigurationError } from '../base/errors.ts';
import { type ProxyTarget, parseProxyUrl } from './proxy-url.ts';

/** `HTTPS_PROXY`, `NO_PROXY` and the same in lower case, as far as they count. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** The proxy for calls to a host; undefined: none. @throws ConfigurationError where a variable names none that can be used */
export type FindProxy = (host: string, port?: number) => ProxyTarget | undefined;

/**
 * The proxy for calls to a host, as Go's net/http finds it: `HTTPS_PROXY` before `https_proxy`, unless the host is this
 * machine, or `NO_PROXY` has it: by its name, a domain above it (with a dot in front: only what is below), its address, a
 * network with that, or `*`. Source: golang.org/x/net/http/httpproxy.
 */
export function createFindProxy(variables: ProxyVariables): FindProxy {
  const text = variables['HTTPS_PROXY'] || variables['https_proxy'] || '';
  if (text === '') return () => undefined;
  const target = parseProxyUrl(text);
  const excepted = (variables['NO_PROXY'] || variables['no_proxy'] || '')
    .split(',')
    .map((item) => toException(item.trim().toLowerCase()));
  return (typed, port = 443) => {
    const host = typed.toLowerCase().replace(/^\[|\]$/g, '');
    if (isOwn(host) || excepted.some((isExcepted) => isExcepted(host, port))) return undefined;
    if (target === undefined)
      throw new ConfigurationError(
        'HTTPS_PROXY is no URL of an HTTP proxy: give one such as http://proxy.example:3128, or add the host to NO_PROXY',
      );
    return target;
  };
}

function isOwn(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

type IsExcepted = (host: string, port: number) => boolean;

function toException(item: string): IsExcepted {
  if (item === '*') return () => true;
  const network = toNetwork(item);
  if (network !== undefined) return network;
  const [, name = '', wanted] =
    /^(?:\*(?=\.))?(.*?)(?::([0-9]+))?$/.exec(isIPv6(item) ? `[${item}]` : item) ?? [];
  const bare = name.replace(/^\[|\]$/g, '');
  if (bare === '') return () => false;
  return (host, port) => {
    if (wanted !== undefined && Number(wanted) !== port) return false;
    return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
  };
}

/** `10.0.0.0/8`, `fd00::/8` */
function toNetwork(item: string): IsExcepted | undefined {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(item) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  const networks = new BlockList();
  networks.addSubnet(address, Number(bits), name);
  return (host) => isIP(host) === family && networks.check(host, name);
}
