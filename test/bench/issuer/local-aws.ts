/**
 * The local AWS with one role, for the bench; says `ready` when it listens.
 * argv: port, a file with the key set, and the time at which it stands still, ms since epoch.
 */
import { readFileSync } from 'node:fs';
import { createStaticKeys } from '../../../src/issuer/keys/key-finder.ts';
import { readKeySet } from '../../../src/issuer/keys/key-set.ts';
import { readLocalAwsConfig } from '../../../src/local-aws/config/read.ts';
import { startLocalAws } from '../../../src/local-aws/start.ts';
import { PROVIDER, ROLE, STATEMENT } from '../../support/web-identity/sts.ts';

const [port, keysPath = '', now] = process.argv.slice(2);
const { url, clientIds } = PROVIDER;
const trustPolicy = { Version: '2012-10-17', Statement: [STATEMENT] };
// JSON is YAML.
const text = JSON.stringify({ providers: [{ url, clientIds }], roles: [{ arn: ROLE, trustPolicy }] });
const reading = readLocalAwsConfig(text, { resolve: (path) => path, read: () => '' });
if (reading.kind !== 'config') throw new Error(reading.problems.join('\n'));
const set = readKeySet(readFileSync(keysPath, 'utf8'));
if (set.kind !== 'keys') throw new Error(set.problem);
await startLocalAws({
  config: reading.config,
  keys: createStaticKeys(new Map([[url, set]])),
  clock: { now: () => Number(now) },
  port: Number(port),
  log() {},
});
process.stdout.write('ready\n');
