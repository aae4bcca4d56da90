/** Starts a program on a lifeline and a janitor in a process that a test can kill: `FOLDER`. Prints when both run. */
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { removeAtTheEnd, startOnLifeline } from '../../../src/local-cluster/lifeline.ts';

const [folder = ''] = process.argv.slice(2);
removeAtTheEnd(folder);
const output = openSync(join(folder, 'log'), 'a');
startOnLifeline({ command: ['/bin/sh', '-c', 'echo $$ > pid; exec sleep 600'], folder, env: {}, output });
setInterval(() => {}, 1_000);
process.stdout.write('ready\n');
