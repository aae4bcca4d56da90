import { describeUnreachable } from '../../issuer/unreachable.ts';
import { createPaint, type Paint, PLAIN } from '../../terminal/paint.ts';
import type { CommandStep } from '../../trust/generate/commands.ts';
import { readTrustInputs, type TrustInputs } from '../../trust/generate/inputs.ts';
import { type GeneratedTrust, generateTrust } from '../../trust/generate.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';

export interface TrustGenerateOptions extends TrustInputs {
  readonly output?: string;
}

/** `iam-bridge trust generate`: 0 done, 2 usage. */
export function runTrustGenerate(options: TrustGenerateOptions, surroundings: Surroundings): ExitCode {
  const reading = readTrustInputs(options);
  if (reading.kind === 'problems')
    return complain('trust generate', reading.problems, surroundings.terminal, 2);
  const unreachable = describeUnreachable(options.issuer);
  if (unreachable !== undefined) note('trust generate', [unreachable], surroundings.terminal);
  surroundings.terminal.out(
    render(generateTrust(reading.plan), options.output, createPaint(surroundings.screen)),
  );
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

/** Three ways to the same provider and role, for people. */
export function renderGenerated({ aws, eksctl, terraform }: GeneratedTrust, paint: Paint = PLAIN): string {
  const notEks = 'eksctl makes these for clusters of EKS only, and the issuer is of none.';
  const sections = [
    [paint('title', 'AWS CLI'), '', ...renderSteps(aws, paint)],
    [paint('title', 'eksctl'), '', ...(eksctl === undefined ? [notEks, ''] : renderSteps(eksctl, paint))],
    [paint('title', 'Terraform'), '', paint('command', terraform.trimEnd())],
  ];
  return `${sections.flat().join('\n')}\n`;
}

function renderSteps(steps: readonly CommandStep[], paint: Paint): string[] {
  return steps.flatMap(({ why, commands }) => [
    paint('quiet', `# ${why}`),
    ...commands.map((command) => paint('command', command)),
    '',
  ]);
}
