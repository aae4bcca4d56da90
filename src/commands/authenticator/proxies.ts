import type { ProxyTarget } from '../../authenticator/sts/tunnel-agent.ts';
import type { ProxyVariables } from './aws-settings.ts';

/**
 * The proxy for calls to a host, as Go's net/http finds it: `HTTPS_PROXY` before `https_proxy`, unless `NO_PROXY` has the
 * host, a domain above it (with a dot in front: only what is below), or `*`. Source: golang.org/x/net/http/httpproxy.
 */
export function createFindProxy(variables: ProxyVariables): (host: string) => ProxyTarget | undefined {
  const text = variables['HTTPS_PROXY'] || variables['https_proxy'] || '';
  if (text === '') return () => undefined;
  const target = toTarget(new URL(text.includes('://') ? text : `http://${text}`));
  const without = (variables['NO_PROXY'] || variables['no_proxy'] || '')
    .split(',')
    .map((item) => item.trim());
  return (host) => (without.some((item) => isExcepted(host, item)) ? undefined : target);
}

function toTarget({ protocol, hostname, port, username, password }: URL): ProxyTarget {
  const secure = protocol === 'https:';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    secure,
    ...(username !== '' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

function isExcepted(host: string, item: string): boolean {
  if (item === '*') return true;
  // STS is called on 443 alone.
  const [, name = '', port = '443'] = /^(?:\*(?=\.))?(.*?)(?::([0-9]+))?$/.exec(item.toLowerCase()) ?? [];
  if (name === '' || port !== '443') return false;
  return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}
