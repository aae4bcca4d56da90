import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Where the workflows of the repository are. */
export const WORKFLOWS = new URL('../../.github/workflows/', import.meta.url);

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly permissions?: object;
  readonly needs?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A workflow of GitHub, as far as the tests look at it. */
export interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

export function readWorkflow(name: string): Workflow {
  return parse(readFileSync(new URL(name, WORKFLOWS), 'utf8')) as Workflow;
}

/** The script of a step. @throws Error where no step has that name */
export function findScript(workflow: Workflow, step: string): string {
  const found = Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .find(({ name }) => name === step)?.run;
  if (found === undefined) throw new Error(`no step is called "${step}"`);
  return found;
}
