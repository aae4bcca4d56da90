import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { quoteWord } from '../../../src/base/shell.ts';
import { type Child, startChild } from '../child.ts';
import { createMemoryCgroup } from '../memory-cgroup.ts';
import type { Workspace } from '../workspace.ts';

/** A folder or file of this machine at a path of the container. */
export interface BindMount {
  readonly path: string;
  readonly source: string;
  readonly readOnly?: boolean;
}

export interface ContainerOptions {
  readonly workspace: Workspace;
  /** Names log, root and memory cgroup. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  /** Later ones may lie within earlier ones. */
  readonly mounts: readonly BindMount[];
  /** Links of the root: what they lead to, by their paths. */
  readonly links: Readonly<Record<string, string>>;
  /** Bytes; undefined: no limit. */
  readonly memoryLimit: number | undefined;
  /** Absent: the network that the test is in. */
  readonly network?: ContainerNetwork | undefined;
}

/** A network of its own, as a pod has, with one way out: to the one that the test is in. */
export interface ContainerNetwork {
  /** IPv4, used once only: it names the device, and that of a container which has ended goes a moment later. */
  readonly address: string;
  /** Where the test is found from in there, IPv4. */
  readonly gateway: string;
}

/** A process that sees a root of its own, as in a container: read-only, with the machine's /usr and what was mounted. */
export interface Container {
  readonly child: Child;
  /** Whether the limit is one that the kernel holds it to. */
  readonly isLimited: boolean;
  /** Takes the cgroup away; end the child first. */
  remove(): void;
}

/** Why no such container can be made here; undefined where one can. */
export function findContainerObstacle(): string | undefined {
  if (process.geteuid?.() !== 0) return 'only root may change users and roots';
  const { error, status, stderr } = spawnSync('unshare', ['-m', 'chroot', '/', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** Starts a container's process; its pid is the child's. */
export function startContainer(options: ContainerOptions): Container {
  const { workspace, name, uid, gid, command, memoryLimit, network } = options;
  const root = join(workspace.folder, `${name}-root`);
  mkdirSync(root);
  const cgroup =
    memoryLimit === undefined
      ? undefined
      : createMemoryCgroup(`iam-bridge-e2e-${process.pid}-${name}`, memoryLimit);
  const script = workspace.write(`${name}.sh`, toScript(options, root, cgroup?.procs));
  const words = command.map(quoteWord).join(' ');
  // No group beside its own, and no capability.
  const inNetwork = network === undefined ? '' : 'nsenter --net=/run/netns/pod ';
  const run = `exec ${inNetwork}chroot --userspec=${uid}:${gid} --groups='' ${quoteWord(root)} ${words}`;
  const child = startChild({
    workspace,
    name,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/', ...options.env },
    command: [
      'unshare',
      '-m',
      '--propagation',
      'private',
      '/bin/sh',
      '-c',
      `. ${quoteWord(script)}; cd /; ${run}`,
    ],
  });
  return {
    child,
    isLimited: cgroup !== undefined,
    remove: () => {
      cgroup?.remove();
    },
  };
}

/** Makes the root, in the mount namespace that the shell is in, and goes into the cgroup. */
function toScript(
  { mounts, links, network }: ContainerOptions,
  root: string,
  procs: string | undefined,
): string {
  const at = (path: string): string => quoteWord(join(root, path));
  return [
    'set -eu',
    ...(procs === undefined ? [] : [`echo $$ > ${quoteWord(procs)}`]),
    ...(network === undefined ? [] : toNetworkLines(network)),
    `mount -t tmpfs -o mode=755 none ${quoteWord(root)}`,
    ...['bin', 'sbin', 'lib', 'lib64', 'usr'].map(
      (name) =>
        `if [ -h /${name} ]; then cp -P /${name} ${at(name)}; elif [ -d /${name} ]; then mkdir ${at(name)}; mount --rbind /${name} ${at(name)}; fi`,
    ),
    ...['dev', 'proc'].map((name) => `mkdir ${at(name)}; mount --rbind /${name} ${at(name)}`),
    ...mounts.flatMap(({ path, source, readOnly }) => [
      `if [ -d ${quoteWord(source)} ]; then mkdir -p ${at(path)}; else mkdir -p "$(dirname ${at(path)})"; : > ${at(path)}; fi`,
      `mount --bind ${quoteWord(source)} ${at(path)}`,
      ...(readOnly ? [`mount -o remount,bind,ro ${at(path)}`] : []),
    ]),
    ...Object.entries(links).map(([path, target]) => `ln -s ${quoteWord(target)} ${at(path)}`),
    `mount -o remount,ro ${quoteWord(root)}`,
    '',
  ].join('\n');
}

/** Its name is in the mount namespace of the container alone, and goes with it. */
function toNetworkLines({ address, gateway }: ContainerNetwork): string[] {
  const device = `pod-${address.split('.').at(-1)}`;
  return [
    'mount -t tmpfs none /run',
    'mkdir /run/netns',
    'ip netns add pod',
    `ip link add ${device} type veth peer name eth0 netns pod`,
    `ip addr add ${gateway} peer ${address} dev ${device}`,
    `ip link set ${device} up`,
    'ip -n pod link set lo up',
    `ip -n pod addr add ${address} peer ${gateway} dev eth0`,
    'ip -n pod link set eth0 up',
  ];
}
