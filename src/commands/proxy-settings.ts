import type { ProxyVariables } from '../aws/find-proxy.ts';
import { parseProxyUrl } from '../aws/proxy-url.ts';
import type { Problems } from '../settings/checks.ts';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'];

/**
 * Which variables name proxies for calls to AWS.
 * @param proxy of `--proxy`, in place of `HTTPS_PROXY`; '' where it is not given
 * @param env without the variables where they do not count
 */
export function toProxyVariables(proxy: string, env: NodeJS.ProcessEnv): ProxyVariables {
  const asked = Object.fromEntries(PROXY_VARIABLES.map((name) => [name, env[name]]));
  return proxy === '' ? asked : { ...asked, HTTPS_PROXY: proxy };
}

/** @param problems takes what is wrong with the one that counts */
export function checkProxy(proxy: string, env: NodeJS.ProcessEnv, problems: Problems): void {
  const [by, text] =
    proxy === '' ? ['HTTPS_PROXY', env['HTTPS_PROXY'] || env['https_proxy'] || ''] : ['--proxy', proxy];
  if (text !== '' && parseProxyUrl(text) === undefined)
    problems.push(`${by} is no URL of an HTTP proxy: give one such as http://proxy.example:3128`);
}
