import { afterAll, describe, expect, test } from 'vitest';
import { toBoolean, toInteger, toText, toTexts } from '../../../src/commands/authenticator/config/casts.ts';
import { type Config, createConfig } from '../../../src/commands/authenticator/config/config.ts';
import { readConfigFile } from '../../../src/commands/authenticator/config/config-file.ts';
import type { SourceNode } from '../../../src/mapping/source-node.ts';
import { createWorkspace } from '../../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace.remove());

function read(name: string, text: string): Config {
  return createConfig(readConfigFile(workspace.write(name, text)));
}

function find(config: Config, key: string): SourceNode {
  return config.find(key) ?? { kind: 'nothing', place: () => undefined };
}

describe('a value of a configuration', () => {
  // What aws-iam-authenticator 0.7 makes of each, asked by a program of its libraries.
  test.each([
    ['21399', ['21399', 21_399, true, ['21399']]],
    ['"21399"', ['21399', 21_399, undefined, ['21399']]],
    ['21399.0', ['21399.0', 21_399, true, ['21399.0']]],
    ['"21399.7"', ['21399.7', 21_399, undefined, ['21399.7']]],
    ['2.1399e4', ['2.1399e4', 21_399, true, ['2.1399e4']]],
    ['0x10', ['0x10', 16, true, ['0x10']]],
    ['"0x10"', ['0x10', 16, undefined, ['0x10']]],
    ['010', ['010', 8, true, ['010']]],
    ['0o17', ['0o17', 15, true, ['0o17']]],
    ['1_000', ['1_000', 1_000, true, ['1_000']]],
    ['0', ['0', 0, false, ['0']]],
    ['0.5', ['0.5', 0, true, ['0.5']]],
    ['"."', ['.', 0, undefined, ['.']]],
    ['"-5.5"', ['-5.5', -5, undefined, ['-5.5']]],
    ['true', ['true', 1, true, ['true']]],
    ['True', ['true', 1, true, ['true']]],
    ['"true"', ['true', undefined, true, ['true']]],
    ['"t"', ['t', undefined, true, ['t']]],
    ['"1"', ['1', 1, true, ['1']]],
    ['yes', ['yes', undefined, undefined, ['yes']]],
    ['""', ['', 0, undefined, []]],
    ['null', ['', 0, false, []]],
    ["'a b  c'", ['a b  c', undefined, undefined, ['a', 'b', 'c']]],
    ['a,b', ['a,b', undefined, undefined, ['a,b']]],
    ['[a, 1, true]', [undefined, undefined, undefined, ['a', '1', 'true']]],
    ['[[a]]', [undefined, undefined, undefined, undefined]],
    ['[]', [undefined, undefined, undefined, []]],
    ['{a: 1}', [undefined, undefined, undefined, undefined]],
  ])('%s is converted as there', (typed, converted) => {
    const node = find(read('value.yaml', `key: ${typed}\n`), 'key');
    expect([toText(node), toInteger(node), toBoolean(node), toTexts(node)]).toEqual(converted);
  });

  test('is the same in each format', () => {
    const texts = {
      'same.yaml': 'clusterID: one\nserver: {port: "21399", scrubbedAccounts: ["111122223333"]}',
      'same.yml': 'clusterID: one\nserver:\n  port: 21399\n  scrubbedAccounts: 111122223333',
      'same.json': '{"clusterID":"one","server":{"port":21399,"scrubbedAccounts":["111122223333"]}}',
      'same.toml': 'clusterID = "one"\n[server]\nport = 21_399\nscrubbedAccounts = ["111122223333"]',
    };
    for (const [name, text] of Object.entries(texts)) {
      const config = read(name, text);
      expect(toText(find(config, 'clusterid'))).toBe('one');
      expect(toInteger(find(config, 'SERVER.Port'))).toBe(21_399);
      expect(toTexts(find(config, 'server.scrubbedAccounts'))).toEqual(['111122223333']);
    }
  });
});

describe('a key', () => {
  test.each([
    ['in another case', 'SERVER: {PORT: 5}', 'server.port', '5'],
    ['in one piece', 'server.port: 5', 'server.port', '5'],
    ['in one piece before one in two', 'server.port: 5\nserver: {port: 6}', 'server.port', '5'],
    ['with a dot within its section', 'server: {a.b: 5, a: {b: 6}}', 'server.a.b', '5'],
    ['merged in', 'x: &x {port: 5}\nserver: {<<: *x}', 'server.port', '5'],
    ['of the first document', 'server: {port: 5}\n---\nserver: {port: 6}', 'server.port', '5'],
  ])('is found %s', (_, text, key, value) => {
    expect(toText(find(read('keys.yaml', text), key))).toBe(value);
  });

  test.each([
    ['that is not there', 'server: {}'],
    ['without a value', 'server: {port: null}'],
    ['below what has none', 'server: 5'],
  ])('%s is none', (_, text) => {
    expect(read('none.yaml', text).find('server.port')).toBeUndefined();
  });
});

describe('a file', () => {
  test.each([
    ['odd.ini', 'a=1', /odd\.ini: extension "\.ini": name it \.yaml/],
    ['plain', 'a: 1', /plain: extension "": name it/],
    ['list.yaml', '- a', /list\.yaml: it holds no keys/],
    ['tab.yaml', '\ta: 1', /tab\.yaml: it is not YAML \(line 1/],
    ['twice.yaml', 'a: 1\na: 2', /twice\.yaml: it is not YAML \(line 2/],
    ['twice.json', '{"a":1,"a":2}', /twice\.json: \/a is there twice/],
    ['half.json', '{"a":', /half\.json: it is not JSON/],
    ['half.toml', 'a = 1\nb = \n', /half\.toml: it is not TOML at line 2, column \d+: [^\n]+$/],
  ])('that is wrong is refused in one sentence: %s', (name, text, problem) => {
    expect(() => read(name, text)).toThrow(problem);
  });

  test('that is not there is named', () => {
    expect(() => readConfigFile('/nowhere/config.yaml')).toThrow('there is no file /nowhere/config.yaml');
  });

  test('that is empty has no keys', () => {
    for (const name of ['empty.yaml', 'empty.toml']) expect(read(name, '').keys).toEqual([]);
  });
});
