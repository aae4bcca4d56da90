/** An HTTP proxy that opens tunnels (`CONNECT`, RFC 9110 section 9.3.6). */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** TLS to the proxy itself. */
  readonly secure: boolean;
  /** Value of `proxy-authorization`, a secret. */
  readonly authorization?: string | undefined;
}

/** `http://proxy.example:3128`, or without its scheme, as Go's net/http reads it. @returns undefined for what is none */
export function parseProxyUrl(text: string): ProxyTarget | undefined {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  const secure = url.protocol === 'https:';
  const target = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
  };
  if (url.username === '') return target;
  const credentials = decodeCredentials(url);
  return credentials === undefined
    ? undefined
    : { ...target, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function decodeCredentials({ username, password }: URL): string | undefined {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}
