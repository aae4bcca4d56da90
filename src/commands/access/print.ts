import type { Terminal } from '../surroundings.ts';
import type { OutputFormat } from './options.ts';

/** Data to standard output, in the form that was asked for. */
export async function printData(data: unknown, format: OutputFormat, terminal: Terminal): Promise<void> {
  terminal.out(format === 'json' ? `${JSON.stringify(data, null, 2)}\n` : await toYaml(data));
}

/** The package is loaded where somebody asks for YAML. */
export async function toYaml(data: unknown): Promise<string> {
  const { renderYaml } = await import('./yaml.ts');
  return renderYaml(data);
}
