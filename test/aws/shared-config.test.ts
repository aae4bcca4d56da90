import { expect, test } from 'vitest';
import { parseSharedConfig } from '../../src/aws/shared-config.ts';

function read(config: string, credentials = ''): Record<string, Record<string, string>> {
  const { profiles } = parseSharedConfig(config, credentials);
  return Object.fromEntries([...profiles].map(([name, profile]) => [name, Object.fromEntries(profile)]));
}

test.each([
  ['a default profile', '[default]\nregion = eu-west-1\n', { default: { region: 'eu-west-1' } }],
  ['a named profile', '[profile dev]\nregion=eu-west-1', { dev: { region: 'eu-west-1' } }],
  ['a quoted name', '[profile "my dev"]\nregion=a-b-1', { 'my dev': { region: 'a-b-1' } }],
  ['a name in the other quotes', "[profile 'my dev']\nregion=a-b-1", { 'my dev': { region: 'a-b-1' } }],
  ['a name without its word, which only the credentials file has', '[dev]\nregion=a-b-1', {}],
  ['sections that are no profiles', '[sso-session corp]\nsso_region=a\n[services x]\ny=1', {}],
  [
    'comments',
    '# one\n[default] # two\n; three\nregion = a-b-1 ; four\nca_bundle=/a#b',
    { default: { region: 'a-b-1', ca_bundle: '/a#b' } },
  ],
  ['nested settings', '[default]\ns3 =\n  region = no\nregion = yes', { default: { s3: '', region: 'yes' } }],
  ['line ends of Windows', '[default]\r\nregion = a-b-1\r\n', { default: { region: 'a-b-1' } }],
  ['a setting in any case', '[default]\nRegion = a-b-1', { default: { region: 'a-b-1' } }],
  ['a section that comes twice', '[default]\na=1\nb=1\n[default]\nb=2', { default: { a: '1', b: '2' } }],
  [
    'a value with an equals sign',
    '[default]\ncredential_process = x --a=b',
    { default: { credential_process: 'x --a=b' } },
  ],
  ['what belongs to no section', 'region = a-b-1\n', {}],
  ['lines that are none', '[default]\nregion\n= x\n', { default: {} }],
  [
    'names that every object has',
    '[profile __proto__]\nconstructor=1',
    { ['__proto__']: { constructor: '1' } },
  ],
  ['nothing', '', {}],
])('%s', (_, text, profiles) => {
  expect(Object.entries(read(text))).toEqual(Object.entries(profiles));
});

test('the credentials file has plain names, and decides where both speak', () => {
  expect(read('[profile dev]\nregion=one\noutput=text', '[dev]\nregion=two\n[other]\nregion=three')).toEqual({
    dev: { region: 'two', output: 'text' },
    other: { region: 'three' },
  });
});
