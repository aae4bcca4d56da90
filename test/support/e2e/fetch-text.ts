import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

/** Any status but 200 is an error. Connections are not kept: an instance that drains must not wait for a probe. */
export function fetchText(url: string): Promise<string> {
  const get = url.startsWith('https:') ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const options = { agent: false, rejectUnauthorized: false, timeout: 5_000 } as const;
    const asked = get(url, options, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        if (incoming.statusCode === 200) resolve(text);
        else reject(new Error(`GET ${url}: ${incoming.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`GET ${url}: no answer for 5 s`)));
    asked.on('error', reject);
  });
}
