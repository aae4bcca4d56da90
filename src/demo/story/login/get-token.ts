import { renderEksToken } from '../../../aws/eks-token.ts';
import type { AccessKey } from '../../../aws/sigv4/signature.ts';
import { parseJson } from '../../../json/parse.ts';
import { isRecord } from '../../../json/record.ts';
import type { Folder } from '../../../local-cluster/cleanup.ts';
import type { StoryDeps } from '../../run.ts';
import { runOwn } from '../run-own.ts';
import { CLUSTER_ID } from './authenticator.ts';
import { REGION, STS_HOST } from './people.ts';

/** Behind `iam-bridge`. */
export const GET_TOKEN = ['get-token', '--cluster-name', CLUSTER_ID, '--region', REGION] as const;

/** The environment of somebody with keys, and with nothing else that could count. */
export function toEnvironment({ accessKeyId, secretAccessKey }: AccessKey, folder: Folder) {
  return { HOME: folder.path, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

export type TokenMade =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none'; readonly problem: string };

/** Runs `iam-bridge get-token` as kubectl does, and reads what it prints as kubectl does. */
export async function getToken(
  keys: AccessKey,
  folder: Folder,
  deps: Pick<StoryDeps, 'program' | 'clock' | 'cleanup'>,
): Promise<TokenMade> {
  const { code, stdout, stderr } = await runOwn(
    GET_TOKEN,
    { folder, env: toEnvironment(keys, folder) },
    deps,
  );
  const token = code === 0 ? readToken(stdout) : undefined;
  if (token !== undefined) return { kind: 'token', token };
  const complaint = stderr.split('\n')[0] || 'nothing that kubectl could read';
  return { kind: 'none', problem: `get-token ended with ${code ?? 'a signal'}, and said: ${complaint}` };
}

/** The token that it would have made then. @param now ms since epoch */
export function signToken(accessKey: AccessKey, now: number): string {
  return renderEksToken({ clusterId: CLUSTER_ID, accessKey, host: STS_HOST, region: REGION, now });
}

/** The token of an ExecCredential. */
function readToken(text: string): string | undefined {
  const credential = parseJson(text);
  if (!isRecord(credential) || credential['kind'] !== 'ExecCredential') return undefined;
  const status = isRecord(credential['status']) ? credential['status'] : {};
  return typeof status['token'] === 'string' ? status['token'] : undefined;
}
