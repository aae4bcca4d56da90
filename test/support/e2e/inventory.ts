import type { Cluster } from './cluster.ts';

/** Kinds of which others make objects at any time. */
const RESTLESS = /^(events|leases|nodes)/;

/** `KIND NAMESPACE NAME` of everything in the cluster but for what is in these namespaces. */
export async function listObjects(cluster: Cluster, without: readonly string[]): Promise<readonly string[]> {
  const kinds = await runKubectlWell(cluster, ['api-resources', '--verbs=list', '-o', 'name']);
  const names = kinds.split('\n').filter((name) => name !== '' && !RESTLESS.test(name));
  const columns = 'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name';
  const objects = await runKubectlWell(cluster, [
    'get',
    names.join(','),
    '-A',
    '--no-headers',
    '-o',
    columns,
  ]);
  return objects
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '' && !without.includes(line.split(' ')[1] ?? ''));
}

/** @throws Error with what kubectl says, where it refuses */
export async function runKubectlWell(cluster: Cluster, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}
