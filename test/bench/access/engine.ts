/** One round in a process of its own: what the room rbac/ takes for a snapshot. Prints its figures as JSON. */
import { readFileSync } from 'node:fs';
import { createCatalogue } from '../../../src/access/resources/catalogue.ts';
import { toKnownResources } from '../../../src/access/resources/known-resources.ts';
import { createIndex } from '../../../src/rbac/bindings-index.ts';
import { decide } from '../../../src/rbac/decide.ts';
import { findRbacFindings } from '../../../src/rbac/findings.ts';
import { impersonated } from '../../../src/rbac/identity.ts';
import { parseDocuments } from '../../../src/rbac/read/documents.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import { whoCan } from '../../../src/rbac/who-can.ts';
import { NAMESPACES } from './cluster.ts';

/** Times in ms, memory in MB. */
export interface EngineFigures {
  readonly load: number;
  readonly answersPerSecond: number;
  readonly whoCan: number;
  readonly findings: number;
  readonly peak: number;
}

const QUESTIONS = 100_000;

interface Measured<Value> {
  readonly time: number;
  readonly value: Value;
}

async function measure<Value>(work: () => Value | Promise<Value>): Promise<Measured<Value>> {
  const startedAt = performance.now();
  const value = await work();
  return { time: performance.now() - startedAt, value };
}

const text = readFileSync(process.argv[2] ?? '', 'utf8');
const load = await measure(async () => {
  const { objects, problems } = readObjects(await parseDocuments(text));
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return createIndex(objects);
});
const index = load.value;

/** As a batch asks: a line of JSON each, and one back. */
const lines = Array.from({ length: QUESTIONS }, (_, count) =>
  JSON.stringify({
    verb: 'get',
    group: '',
    resource: count % 2 === 0 ? 'pods' : 'secrets',
    namespace: `team-${count % NAMESPACES}`,
    user: `user-${count % 400}`,
    groups: [`group-${count % 100}`],
  }),
);
let bytes = 0;
const answers = await measure(() => {
  for (const line of lines) {
    const { user, groups, ...question } = JSON.parse(line);
    bytes += JSON.stringify(decide(index, impersonated(user, groups), question)).length;
  }
});
const able = await measure(() =>
  whoCan(index, { verb: 'get', group: '', resource: 'secrets' }, { anywhere: true }),
);
const findings = await measure(() =>
  findRbacFindings(index, { resources: toKnownResources(createCatalogue(undefined)) }),
);
if (bytes === 0 || able.value.subjects.length < 10 || findings.value.length < 100)
  throw new Error('nothing was measured');

const figures: EngineFigures = {
  load: load.time,
  answersPerSecond: (QUESTIONS / answers.time) * 1_000,
  whoCan: able.time,
  findings: findings.time,
  peak: process.resourceUsage().maxRSS / 1_000,
};
process.stdout.write(JSON.stringify(figures));
