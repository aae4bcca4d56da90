import { isDnsLabel, isDnsSubdomain } from '../base/names/dns.ts';
import { isHost } from '../base/names/host.ts';
import { parseGoDuration } from '../go/durations.ts';

/** Sentences that each name a flag, what is wrong with its value, and the remedy. */
export type Problems = string[];

/** What a command was told, checked, or everything that is wrong with it. */
export type SettingsReading<Settings> =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** 0 asks the system for a free port. */
export function checkPort(flag: string, port: number, problems: Problems): void {
  if (port >= 0 && port <= 65_535) return;
  problems.push(`--${flag}=${port} is no port: give a number from 1 to 65535`);
}

/** What a port listens on; empty: all addresses of the machine, or those that the flag says. */
export function checkAddress(flag: string, address: string, problems: Problems): void {
  if (address === '' || isHost(address)) return;
  problems.push(`--${flag} is no address: give one such as 127.0.0.1, 0.0.0.0 or ::1`);
}

/** The two ports of a server. */
export function checkPorts(
  { port, 'metrics-port': metricsPort }: { readonly port: number; readonly 'metrics-port': number },
  problems: Problems,
): void {
  checkPort('port', port, problems);
  checkPort('metrics-port', metricsPort, problems);
  if (port === metricsPort && port !== 0) {
    problems.push(`--port and --metrics-port are both ${port}: they are two servers`);
  }
}

/** The part of an annotation key before its slash (Kubernetes: a DNS subdomain of at most 253 characters). */
export function checkSubdomain(flag: string, value: string, problems: Problems): void {
  if (isDnsSubdomain(value)) return;
  problems.push(`--${flag} is no DNS subdomain: give a name such as eks.amazonaws.com, without a slash`);
}

/** A mount path in a container; Kubernetes refuses a colon in one. */
export function checkVolumePath(flag: string, value: string, problems: Problems): void {
  if (value.startsWith('/') && !value.includes(':')) return;
  problems.push(`--${flag} is no absolute path without a colon: give one such as /var/run/secrets/aws`);
}

/** The name of a volume: a DNS label. */
export function checkVolumeName(flag: string, value: string, problems: Problems): void {
  if (isDnsLabel(value)) return;
  problems.push(`--${flag} is no volume name: give lower-case letters, digits and dashes, 63 at most`);
}

/** A file within a projected volume: Kubernetes refuses absolute paths and any step upwards. */
export function checkFilePath(flag: string, value: string, problems: Problems): void {
  const steps = value.split('/');
  if (value !== '' && !steps.includes('..') && !steps.includes('') && !value.startsWith('..')) return;
  problems.push(`--${flag} is no relative file path: give a name such as token`);
}

/** For commands that take flags alone: a word too many is a slip, such as `--plain-http true`. */
export function checkNoWords(rest: readonly string[], problems: Problems): void {
  const [first] = rest;
  if (first === undefined) return;
  problems.push(
    `${JSON.stringify(first.slice(0, 40))} is no flag: write --flag=value, and leave other words out`,
  );
}

const YEAR = 366 * 24 * 3_600_000;

/**
 * A duration such as `24h`, as Go writes them.
 * @param least ms
 * @returns ms; `least` where the text is no such duration, which `problems` says
 */
export function readLifetime(flag: string, text: string, least: number, problems: Problems): number {
  const duration = parseGoDuration(text);
  if (duration !== undefined && duration >= least && duration <= 10 * YEAR) return duration;
  const range = least === 0 ? 'of at most ten years' : `of ${least / 60_000} minutes to ten years`;
  problems.push(`--${flag} is no duration ${range}: give one such as 24h`);
  return least;
}
