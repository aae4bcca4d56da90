import { describe, expect, test } from 'vitest';
import { createPlaceFinder } from '../../src/json/locate.ts';
import { renderSarif } from '../../src/terminal/sarif.ts';
import { RULES } from '../../src/trust/lint/rules.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { KEY, policy, read, statement } from '../support/trust/base.ts';

const text = JSON.stringify(
  policy(
    statement({ Action: 'sts:*', Condition: { StringLike: { [`${KEY}:sub`]: 'system:serviceaccount:*' } } }),
  ),
  null,
  2,
);
const places = createPlaceFinder(text);
const findings = lintPolicy(read(text)).map((finding) => ({
  ...finding,
  place: places.find(finding.where),
}));

interface Log {
  readonly $schema: string;
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: { readonly name: string; readonly version: string; readonly rules: readonly Rule[] };
      };
      readonly results: readonly Result[];
    },
  ];
}
interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly unknown[];
}

const sarif = (file: string): Log =>
  JSON.parse(renderSarif(findings, { file, version: '1.2.3', texts: RULES }));

/** What SARIF 2.1.0 (OASIS, sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.28, 3.49) asks of a log. */
describe('the SARIF log', () => {
  const [run] = sarif('policies/trust.json').runs;

  test('says which version it is of, and which tool made it', () => {
    expect(sarif('x')).toMatchObject({
      version: '2.1.0',
      $schema: expect.stringMatching(/sarif-schema-2\.1\.0\.json$/),
    });
    expect(run.tool.driver).toMatchObject({ name: 'iam-bridge', version: '1.2.3' });
  });

  test('has each rule once, with a help text', () => {
    const ids = run.tool.driver.rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, shortDescription, help, defaultConfiguration } of run.tool.driver.rules) {
      expect(Object.keys(RULES)).toContain(id);
      expect([shortDescription.text, help.text]).not.toContain('');
      expect(['none', 'note', 'warning', 'error']).toContain(defaultConfiguration.level);
    }
  });

  test('has a result for each finding, which points to its rule', () => {
    expect(run.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['subject-wildcard', 'error'],
      ['action-broad', 'warning'],
      ['no-audience', 'note'],
    ]);
    for (const { ruleId, ruleIndex, message } of run.results) {
      expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(message.text).toMatch(/ Remedy: .+\.$/);
    }
  });

  test('has a place with line and column', () => {
    const line = text.split('\n').findIndex((one) => one.includes(`${KEY}:sub`)) + 1;
    expect(run.results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'policies/trust.json' },
          region: { startLine: line, startColumn: 11 },
        },
        logicalLocations: [
          { fullyQualifiedName: '/Statement/0/Condition/StringLike/oidc.example~1id~1A:sub' },
        ],
      },
    ]);
  });

  test.each([
    ['-', 'stdin'],
    ['/a b/c.json', 'file:///a%20b/c.json'],
    ['..\\x#.json', '../x%23.json'],
  ])('has the file %s as the URI %s', (file, uri) => {
    expect(JSON.stringify(sarif(file))).toContain(`"artifactLocation":{"uri":"${uri}"}`);
  });

  test('takes findings of any kind, with the words of whoever made them', () => {
    const place = { line: 1, column: 1 };
    const seen = (severity: 'error' | 'warning') =>
      ({ code: severity, severity, where: '', what: 'seen', remedy: 'mend it', place }) as const;
    const log = renderSarif([seen('error'), seen('warning')], {
      file: 'x',
      version: '1',
      texts: { error: 'It is broken.', warning: 'It may break.' },
    });
    const rules = (JSON.parse(log) as Log).runs[0].tool.driver.rules;
    expect(
      rules.map(({ shortDescription, defaultConfiguration }) => [
        shortDescription.text,
        defaultConfiguration.level,
      ]),
    ).toEqual([
      ['It is broken.', 'error'],
      ['It may break.', 'warning'],
    ]);
  });

  test('is a log also where nothing was found', () => {
    expect(JSON.parse(renderSarif([], { file: 'x', version: '1', texts: RULES }))).toMatchObject({
      runs: [{ results: [] }],
    });
  });
});

test('a finding that is of no text has its logical place alone', () => {
  const [first] = findings;
  if (first === undefined) throw new Error('there has to be a finding');
  const { place: _, ...finding } = first;
  const log: Log = JSON.parse(renderSarif([finding], { file: 'cluster', version: '1', texts: RULES }));
  expect(log.runs[0].results[0]?.locations).toEqual([
    {
      physicalLocation: { artifactLocation: { uri: 'cluster' } },
      logicalLocations: [{ fullyQualifiedName: finding.where === '' ? '/' : finding.where }],
    },
  ]);
});
