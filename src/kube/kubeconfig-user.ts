import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { Context, KubeConfig, User } from '@kubernetes/client-node';
import { isRecord, type JsonRecord } from '../json/record.ts';

/**
 * The user of a context, mended where client-node reads less than kubectl: `tokenFile`, and what an exec
 * plugin is told.
 * @throws Error naming the file
 */
export async function toUser(config: KubeConfig, context: Context, path: string): Promise<User | undefined> {
  if (!context.user) return undefined;
  const user = config.getUser(context.user);
  if (!user) throw new Error(`kubeconfig ${path}: user "${context.user}" of the context is missing`);
  if (user.impersonateUser) {
    throw new Error(
      `kubeconfig ${path}: user "${user.name}" impersonates another (as:), which is not supported`,
    );
  }
  const tokenFile = await findTokenFile(path, user.name);
  if (tokenFile !== undefined) return withTokenFile(user, tokenFile);
  const exec: unknown = user.exec;
  return isRecord(exec) ? { ...user, exec: toExec(exec, dirname(path)) } : user;
}

/** client-node does not know kubectl's `tokenFile`, so the file is looked at once more. */
async function findTokenFile(path: string, userName: string): Promise<string | undefined> {
  const { parse } = await import('yaml');
  const file = parseQuietly(parse, await readFile(path, 'utf8'));
  const users: unknown = isRecord(file) ? file['users'] : undefined;
  if (!Array.isArray(users)) return undefined;
  const entry: unknown = users.find((each) => isRecord(each) && each['name'] === userName);
  const user = isRecord(entry) ? entry['user'] : undefined;
  const tokenFile = isRecord(user) ? user['tokenFile'] : undefined;
  return typeof tokenFile === 'string' && tokenFile !== '' ? resolve(dirname(path), tokenFile) : undefined;
}

/** client-node has parsed the file with another parser; where the two disagree, there is no token file. */
function parseQuietly(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch {
    // The message would quote the file.
    return undefined;
  }
}

/** In the form that client-node reads again as it is rotated; as in kubectl, the file wins over `token`. */
function withTokenFile({ token: _token, ...user }: User, tokenFile: string): User {
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
}

/** As kubectl: a command with a slash starts from the kubeconfig's folder, and learns what it is asked for. */
function toExec(exec: JsonRecord, folder: string): JsonRecord {
  const { command, env, apiVersion } = exec;
  const relative = typeof command === 'string' && command.includes('/') && !isAbsolute(command);
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return {
    ...exec,
    command: relative ? resolve(folder, command) : command,
    env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...(Array.isArray(env) ? env : [])],
  };
}
