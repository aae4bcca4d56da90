import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withValuesTable } from './readme.ts';
import { toSchema } from './schema.ts';
import { COMPONENTS, VALUES } from './values/all.ts';
import { toDefaults, toFlagMap, toValuesYaml } from './values-yaml.ts';

/** The folder of the chart. */
export const CHART = fileURLToPath(new URL('../../charts/iam-bridge', import.meta.url));

/** Every generated file of the chart, by its path there. */
export function renderChartFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['values.yaml', toValuesYaml(VALUES)],
    ['values.schema.json', `${JSON.stringify(toSchema(VALUES), null, 2)}\n`],
    ['files/defaults.yaml', toDefaults(VALUES)],
    ['files/flags.yaml', toFlagMap(COMPONENTS)],
    ['README.md', withValuesTable(readFileSync(join(CHART, 'README.md'), 'utf8'), VALUES)],
  ]);
}
