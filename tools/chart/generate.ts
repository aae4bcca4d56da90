/** `npm run chart`: writes what of the chart is generated from the definitions of its values and of the program's flags. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, renderChartFiles } from './files.ts';

for (const [path, text] of renderChartFiles()) writeFileSync(join(CHART, path), text);
