import { describe, expect, test } from 'vitest';
import type { LoginReport, PodReport, RunReport, StoryStep } from '../../../src/demo/report.ts';
import { renderHeading, renderStep } from '../../../src/demo/screen/narrator.ts';
import { renderPodDiff } from '../../../src/demo/screen/pod-diff.ts';
import type { Paint } from '../../../src/terminal/paint.ts';
import { wrapCommand, wrapText } from '../../../src/terminal/wrap.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</>`;
const NAMES = { before: 'before', after: 'after' };

function toPod(spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'demo' }, spec };
}

function toStep(pod: Partial<PodReport>): StoryStep {
  return {
    id: 'a',
    title: 'A pod',
    text: ['What happens.'],
    commands: [{ command: 'kubectl apply -f a.yaml', output: ['pod/a created'] }],
    pod: {
      pod: 'demo/a',
      serviceAccount: 'demo/a',
      roleArn: 'arn:aws:iam::111122223333:role/a',
      explanation: 'Why that is.',
      showsChanges: true,
      decision: { allowed: true, reason: 'no-role', operations: 0, warnings: [] },
      before: toPod({}),
      after: toPod({}),
      problems: [],
      ...pod,
    },
  };
}

describe('a step', () => {
  test('has what one types, what happens then, and what became of the pod', () => {
    const lines = renderStep(toStep({ roleArn: undefined }), { paint: plain, width: 100 }).split('\n');
    expect(lines).toEqual([
      '   $ kubectl apply -f a.yaml',
      '   pod/a created',
      '   What happens.',
      '   ○ pod demo/a stays as it is   reason: no-role',
      '     its ServiceAccount has no annotation eks.amazonaws.com/role-arn',
      '   Why that is.',
      '',
    ]);
  });

  test('shows what was added to a pod in green, and warnings in yellow', () => {
    const text = renderStep(
      toStep({
        decision: { allowed: true, reason: 'web-identity', operations: 1, warnings: ['mind the gap'] },
        after: toPod({ volumes: [{ name: 'aws-iam-token' }] }),
      }),
      { paint: marked, width: 100 },
    );
    expect(text).toContain('   <good>+    - name: aws-iam-token</>\n');
    expect(text).toContain('   <warning>Warning: mind the gap</>\n');
    expect(text).toContain('<good>✔</>');
  });

  test('shows what is wrong', () => {
    const text = renderStep(toStep({ problems: ['it is wrong'] }), { paint: marked, width: 100 });
    expect(text).toContain('<bad>✘</>');
    expect(text).toContain('<bad>✘ it is wrong</>');
  });

  test('has a number in its heading', () => {
    expect(renderHeading(3, 'The third', { paint: plain, width: 100 })).toBe('\n3  The third\n');
  });
});

describe('the diff of two pods', () => {
  test('leaves out what an API server fills in by itself, and everything outside of the spec', () => {
    const before = { metadata: {}, spec: { serviceAccountName: 'a' } };
    const after = toPod({
      serviceAccountName: 'a',
      serviceAccount: 'a',
      priority: 0,
      tolerations: [{ key: 'node.kubernetes.io/not-ready' }],
    });
    expect(renderPodDiff(before, after, NAMES)).toEqual([]);
  });

  test('does not break long values, nor use aliases for what is there twice', () => {
    const resources = { limits: { memory: 'x'.repeat(200) } };
    const after = toPod({ containers: [{ resources }, { resources }] });
    const texts = renderPodDiff(toPod({}), after, NAMES).map(({ text }) => text);
    expect(texts.filter((text) => text.endsWith('x'.repeat(200)))).toHaveLength(2);
  });
});

describe('wrapping', () => {
  test('breaks sentences at spaces, and never an ARN', () => {
    const arn = 'arn:aws:iam::111122223333:role/a-long-name';
    expect(wrapText(`the role ${arn} is malformed`, 20)).toEqual(['the role', arn, 'is malformed']);
  });

  test('breaks commands before flags, so that a shell joins them again', () => {
    expect(wrapCommand('program word --first=1 --second 2 -t', 24)).toEqual([
      'program word --first=1 \\',
      '  --second 2 -t',
    ]);
    expect(wrapCommand('short', 24)).toEqual(['short']);
  });
});

describe('a run', () => {
  const run: RunReport = { pod: 'demo/a', exitCode: 0, output: ['wrote 5 bytes'], problems: [] };
  const render = (change: Partial<RunReport>) => {
    const { pod: _, ...step } = toStep({});
    const text = renderStep(
      { ...step, commands: [], text: [], run: { ...run, ...change } },
      { paint: plain, width: 40 },
    );
    return text.split('\n').slice(1, -1);
  };

  test('has what the container said, and the object that it wrote', () => {
    expect(render({ object: { url: 's3://b/k', text: 'hello' } })).toEqual([
      '   ✔ the container ends with exit code 0 and says:',
      '     wrote 5 bytes',
      '   ✔ the object, read back from s3://b/k:',
      '     hello',
    ]);
  });

  test('has why it failed, and what helps, in lines that fit', () => {
    const hidden = { reason: 'no statement allows it for this account', remedies: ['write StringLike'] };
    expect(render({ exitCode: 1, output: [], hidden })).toEqual([
      '   ✘ the container ends with exit code 1 and says:',
      '   the reason, which AWS would hide:',
      '     no statement allows it for this',
      '     account',
      '     → write StringLike',
    ]);
  });

  test('says what is not as it should be', () => {
    expect(render({ exitCode: undefined, problems: ['it never began'] })).toEqual([
      '   ✘ the container has not run to an end and says:',
      '     wrote 5 bytes',
      '   ✘ it never began',
    ]);
  });
});

describe('a login', () => {
  const granted: LoginReport = {
    user: { username: 'alice', groups: ['viewers', 'builders'] },
    reason: 'granted',
    meaning: 'The principal is mapped.',
    sts: 'arn:aws:iam::111122223333:user/alice',
    explanation: 'Why that is.',
    remedies: [],
    problems: [],
  };
  const { user: _, sts: __, ...refused } = { ...granted, reason: 'token-expired', meaning: 'It is too old.' };
  const render = (login: LoginReport, paint = plain) =>
    renderStep({ id: 'a', title: 'A login', text: [], commands: [], login }, { paint, width: 100 }).split(
      '\n',
    );

  test('has the user, whom STS named, and why', () => {
    expect(render(granted)).toEqual([
      '   ✔ user alice of the cluster, in viewers, builders   reason: granted',
      '     STS says: arn:aws:iam::111122223333:user/alice',
      '   Why that is.',
      '',
    ]);
  });

  test('has why it is nobody, and what helps', () => {
    expect(render({ ...refused, remedies: ['make a new one'] })).toEqual([
      '   ✘ nobody for the cluster   reason: token-expired',
      '     STS was not asked',
      '   Why that is.',
      "   the reason, which only the authenticator's log has:",
      '     It is too old.',
      '     → make a new one',
      '',
    ]);
  });

  test('says what is not as it should be, also where somebody is let in', () => {
    const text = render({ ...granted, problems: ['it is wrong'] }, marked).join('\n');
    expect(text).toContain('<bad>✘</>');
    expect(text).toContain('<bad>✘ it is wrong</>');
  });
});
