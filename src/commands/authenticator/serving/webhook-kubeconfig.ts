import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import { describeWriteError, writeBeside } from '../../../base/durable-file.ts';
import { ConfigurationError } from '../../../base/errors.ts';
import { readTextFileIfPresent } from '../../../base/text-file.ts';
import type { KeyPair } from '../../../http/issue-certificate.ts';
import { isRecord } from '../../../json/record.ts';

/** What the API server is told by the file of `--authentication-token-webhook-config-file`. */
export interface WebhookKubeconfig {
  readonly url: string;
  /** PEM */
  readonly authority: string;
  /** What the API server shows when it calls; absent: nothing. */
  readonly client?: KeyPair | undefined;
}

/** Names are those of the Go program. */
function renderWebhookKubeconfig({ url, authority, client }: WebhookKubeconfig): string {
  const user = client && {
    'client-certificate-data': toBase64(client.cert),
    'client-key-data': toBase64(client.key),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'aws-iam-authenticator',
        cluster: { 'certificate-authority-data': toBase64(authority), server: url },
      },
    ],
    users: [{ name: 'apiserver', user: user ?? {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'aws-iam-authenticator', user: 'apiserver' } }],
    'current-context': 'webhook',
  };
  return stringify(config, { lineWidth: 0 });
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const MAX_BYTES = 1024 * 1024;

/**
 * Writes it where it differs from what is there, for its owner alone, since it may hold a key.
 * @returns `replaced`: the API server, which read another one at its start, has to be restarted
 * @throws ConfigurationError in one sentence
 */
export async function writeWebhookKubeconfig(
  path: string,
  kubeconfig: WebhookKubeconfig,
): Promise<'unchanged' | 'written' | 'replaced'> {
  const text = renderWebhookKubeconfig(kubeconfig);
  const before = await readTextFileIfPresent(path, MAX_BYTES);
  if (before === text) return 'unchanged';
  try {
    await mkdir(dirname(path), { recursive: true });
    await rename(await writeBeside({ path, text, mode: 0o600 }), path);
  } catch (cause) {
    const remedy = 'give its folder to this user, or name another place with --generate-kubeconfig';
    throw new ConfigurationError(`${describeWriteError(path, cause)}; ${remedy}`, { cause });
  }
  return before === undefined || saysTheSame(before, kubeconfig) ? 'written' : 'replaced';
}

/** Whether an API server that was started with another file gets along with this certificate, too. */
export function saysTheSame(text: string, { url, authority }: WebhookKubeconfig): boolean {
  const cluster = readCluster(text);
  return cluster['server'] === url && cluster['certificate-authority-data'] === toBase64(authority);
}

function readCluster(text: string): Readonly<Record<string, unknown>> {
  try {
    const config: unknown = parse(text);
    const clusters = isRecord(config) ? config['clusters'] : undefined;
    const first: unknown = Array.isArray(clusters) ? clusters[0] : undefined;
    return isRecord(first) && isRecord(first['cluster']) ? first['cluster'] : {};
  } catch {
    return {};
  }
}
