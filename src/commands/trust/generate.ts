import type { Paint } from '../../terminal/paint.ts';
import { readTrustInputs, type TrustInputs } from '../../trust/generate/inputs.ts';
import { type GeneratedTrust, generateTrust, renderGenerated } from '../../trust/generate.ts';
import type { ExitCode } from '../outcome.ts';
import { refuseUsage, type TrustSurroundings } from './surroundings.ts';

export interface TrustGenerateOptions extends TrustInputs {
  readonly output?: string;
}

/** `iam-bridge trust generate`: 0 done, 2 usage. */
export function runTrustGenerate(options: TrustGenerateOptions, surroundings: TrustSurroundings): ExitCode {
  const reading = readTrustInputs(options);
  if (reading.kind === 'problems') return refuseUsage('trust generate', reading.problems, surroundings);
  surroundings.terminal.out(render(generateTrust(reading.plan), options.output, surroundings.paint));
  return 0;
}

function render(generated: GeneratedTrust, output: string | undefined, paint: Paint): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(generated, null, 2)}\n`;
    case 'policy':
      return `${JSON.stringify(generated.policy, null, 2)}\n`;
    case 'terraform':
      return generated.terraform;
    default:
      return renderGenerated(generated, paint);
  }
}
