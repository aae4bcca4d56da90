import type { ListenAddress } from '../../http/listen.ts';
import {
  checkAddress,
  checkNoWords,
  checkPort,
  type Problems,
  type SettingsReading,
} from '../../settings/checks.ts';
import type { FlagReading, FlagTable } from '../../settings/pflag.ts';
import type { ServerDescriptor } from '../server/descriptor.ts';
import type { PlannedServer } from '../server/process.ts';
import type { ProcessPlan } from '../server/run.ts';
import { isShared, type SERVE_FLAGS, SERVERS, toServeFlag } from './flags.ts';

type Line = FlagReading<typeof SERVE_FLAGS>;

/** What `iam-bridge serve` was told, checked by each server that is to run; or what is wrong with any of it. */
export function readServeSettings(line: Line, env: NodeJS.ProcessEnv): SettingsReading<ProcessPlan> {
  const problems: Problems = [...line.problems];
  checkNoWords(line.rest, problems);
  const asked = SERVERS.filter(({ name }) => isTrue(line, name));
  if (asked.length === 0)
    problems.push(`which servers? Give ${SERVERS.map(toSwitch).join(', ')}, or several`);
  else checkIdle(line, asked, problems);
  checkPort('metrics-port', line.values['metrics-port'], problems);
  checkAddress('metrics-address', line.values['metrics-address'], problems);
  const plans = asked.map((descriptor) => planServer(descriptor, line, { env, problems }));
  checkDoors(plans, problems);
  if (problems.length > 0) return { kind: 'problems', problems: [...new Set(problems)] };
  return {
    kind: 'settings',
    settings: {
      name: 'serve',
      servers: plans.flatMap(({ planned }) => planned ?? []),
      ops: { host: line.values['metrics-address'], port: line.values['metrics-port'] },
      shutdownDelay: line.values['shutdown-delay'],
    },
  };
}

function isTrue({ values }: { readonly values: Readonly<Record<string, unknown>> }, flag: string): boolean {
  return values[flag] === true;
}

function toSwitch({ name }: Pick<ServerDescriptor, 'name'>): string {
  return `--${name}`;
}

/** Settings of a server that does not run are a slip: its switch is missing. */
function checkIdle({ given }: Line, asked: readonly ServerDescriptor[], problems: Problems): void {
  for (const server of SERVERS.filter((each) => !asked.includes(each))) {
    const [flag] = [...given].filter((each) => each.startsWith(`${server.name}-`));
    if (flag !== undefined)
      problems.push(`--${flag} is of a server that does not run: add ${toSwitch(server)}, or leave it out`);
  }
}

interface PlanContext {
  readonly env: NodeJS.ProcessEnv;
  readonly problems: Problems;
}

interface SidePort extends ListenAddress {
  readonly flag: string;
}

interface ServerPlan {
  readonly name: string;
  readonly door: ListenAddress;
  /** Ports beside it and that of the process, such as one for health alone. */
  readonly side: readonly SidePort[];
  /** undefined: something is wrong with it */
  readonly planned: PlannedServer | undefined;
}

function planServer(descriptor: ServerDescriptor, line: Line, { env, problems }: PlanContext): ServerPlan {
  const { name } = descriptor;
  const own = toServerLine(descriptor, line);
  const side = readSidePorts(name, own);
  const reading = descriptor.read(own, env);
  if (reading.kind === 'problems') {
    problems.push(...reading.problems.map((problem) => toServeNames(descriptor, problem)));
    return { name, door: readDoor(own), side, planned: undefined };
  }
  const rename = (text: string): string => toServeNames(descriptor, text);
  const settings = { ...reading.settings, remarks: reading.settings.remarks.map(rename) };
  return { name, door: settings.listen, side, planned: { descriptor, settings, rename } };
}

/** As the flags alone have it: whatever else is wrong with a server, two at one port are wrong, too. */
function readDoor({ values }: FlagReading<FlagTable>): ListenAddress {
  return { host: values['bind-address'] ?? values['address'] ?? '', port: Number(values['port']) };
}

function readSidePorts(name: string, { values }: FlagReading<FlagTable>): readonly SidePort[] {
  const flags = Object.keys(values).filter((flag) => flag.endsWith('-port') && !isShared(flag));
  return flags.map((flag) => ({
    flag: toServeFlag(name, flag),
    host: String(values[flag.replace(/port$/, 'address')] ?? ''),
    port: Number(values[flag]),
  }));
}

/** The line as the server's own command would have read it. Its slips are those of the whole line, which has told them. */
function toServerLine({ name, flags }: ServerDescriptor, line: Line): FlagReading<FlagTable> {
  const values: Readonly<Record<string, unknown>> = line.values;
  const find = (flag: string): unknown => {
    const own = toServeFlag(name, flag);
    return Object.hasOwn(values, own) ? values[own] : flags[flag]?.default;
  };
  const names = Object.keys(flags);
  return {
    // Each was read by the flag's own entry of the table, or is its default.
    values: Object.fromEntries(names.map((flag) => [flag, find(flag)])) as FlagReading<FlagTable>['values'],
    // What the process has once goes before a configuration file, too.
    given: new Set(names.filter((flag) => isShared(flag) || line.given.has(toServeFlag(name, flag)))),
    help: false,
    rest: [],
    problems: [],
  };
}

/** What a server says of its flags, by the names that they have here. */
function toServeNames({ name, flags }: ServerDescriptor, text: string): string {
  return text.replace(/--([a-z][\w-]*)/gi, (typed, flag: string) =>
    Object.hasOwn(flags, flag) ? `--${toServeFlag(name, flag)}` : typed,
  );
}

/** Two servers at one port would be told apart by who came first; the ops port each has compared for itself. */
function checkDoors(plans: readonly ServerPlan[], problems: Problems): void {
  for (const [index, { name, door }] of plans.entries()) {
    const before = plans.slice(0, index).map((each) => ({ ...each.door, flag: `${each.name}-port` }));
    const side = plans.flatMap((each) => (each.name === name ? [] : each.side));
    const taken = [...before, ...side].find((other) => isSameDoor(other, door));
    if (taken === undefined) continue;
    problems.push(`--${taken.flag} and --${name}-port are both ${door.port}: they are two servers`);
  }
}

function isSameDoor(one: ListenAddress, other: ListenAddress): boolean {
  return one.port === other.port && one.port !== 0 && (one.host === other.host || !one.host || !other.host);
}
