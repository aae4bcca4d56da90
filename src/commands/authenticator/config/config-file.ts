import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parse as parseToml, TomlDate, TomlError } from 'smol-toml';
import { toError } from '../../../base/errors.ts';
import { decodeText, describeFileError } from '../../../base/text-file.ts';
import { quoteShort } from '../../../json/quote.ts';
import { readJson } from '../../../json/read.ts';
import { isRecord } from '../../../json/record.ts';
import type { SourceNode } from '../../../mapping/source-node.ts';
import { toSourceNode } from '../../../mapping/value-nodes.ts';
import { readYaml } from '../../../mapping/yaml-nodes.ts';

type ConfigReading =
  | { readonly kind: 'read'; readonly node: SourceNode }
  /** One sentence, without the name of the file. */
  | { readonly kind: 'malformed'; readonly problem: string };

/** A configuration has mappings of some hundred people at most. */
const MAX_BYTES = 4 * 1024 * 1024;

type ReadText = (text: string) => ConfigReading;

const FORMATS: ReadonlyMap<string, ReadText> = new Map<string, ReadText>([
  ['.yaml', (text) => readYaml(text, { keysOnce: true })],
  ['.yml', (text) => readYaml(text, { keysOnce: true })],
  ['.json', readJsonConfig],
  ['.toml', readTomlConfig],
]);

/**
 * Reads a configuration file, whose extension says what it is written in. At once: a start has nothing else to do then.
 * @throws Error in one sentence that names the file
 */
export function readConfigFile(path: string): SourceNode {
  const reading = readText(path);
  if (reading.kind === 'malformed') throw new Error(`${path}: ${reading.problem}`);
  const { node } = reading;
  if (node.kind === 'map' || node.kind === 'nothing') return node;
  throw new Error(`${path}: it holds no keys: begin with clusterID: NAME`);
}

function readText(path: string): ConfigReading {
  const extension = extname(path).toLowerCase();
  const read = FORMATS.get(extension);
  if (read === undefined) {
    return toMalformed(`extension ${quoteShort(extension)}: name it .yaml, .yml, .json or .toml, as it is`);
  }
  const bytes = readBytes(path);
  if (bytes.length > MAX_BYTES) return toMalformed(`longer than ${MAX_BYTES} bytes: is it the right file?`);
  return read(decodeText(bytes));
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(describeFileError(path, cause), { cause });
  }
}

/** Of a member that is there twice the last counts, as everywhere in Go; whoever reads keys says so. */
function readJsonConfig(text: string): ConfigReading {
  const reading = readJson(text);
  if (reading.kind === 'malformed') return reading;
  const [twice] = reading.duplicates;
  if (twice !== undefined) return toMalformed(`${twice} is there twice: remove the one that is not meant`);
  return { kind: 'read', node: toSourceNode(reading.value, text) };
}

function readTomlConfig(text: string): ConfigReading {
  try {
    return { kind: 'read', node: toSourceNode(toPlain(parseToml(text, { integersAsBigInt: true }))) };
  } catch (error) {
    const where = error instanceof TomlError ? ` at line ${error.line}, column ${error.column}` : '';
    // Its message goes on with the lines around the place.
    const [what = ''] = toError(error).message.split('\n');
    return toMalformed(`it is not TOML${where}: ${what}`);
  }
}

/** Dates as texts; everything else as it is. */
function toPlain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
}

function toMalformed(problem: string): ConfigReading {
  return { kind: 'malformed', problem };
}
