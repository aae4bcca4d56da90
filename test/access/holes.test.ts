import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACCESS_KEY_HOLE,
  fillName,
  hasHole,
  NODE_NAME_HOLE,
  SESSION_HOLE,
  showHoles,
  toNamePattern,
  toSession,
  toTemplatePattern,
} from '../../src/access/holes.ts';
import { fillHoles } from '../../src/access/name-pattern.ts';
import { renderTemplate, toTemplateValues } from '../../src/mapping/template.ts';
import { toRoleSession } from '../support/mapping/identities.ts';

const match = (name: string, other: string) => fillHoles(toNamePattern('User', name), other);
const matchTemplate = (template: string, name: string) =>
  fillHoles(toTemplatePattern('User', template), name);

describe('a name with a hole', () => {
  test('is shown with a star', () => {
    expect(showHoles(`dev:${SESSION_HOLE}`)).toBe('dev:*');
    expect(hasHole('dev:*')).toBe(false);
  });

  test.each([
    [`dev:${SESSION_HOLE}`, 'dev:jane', 'jane'],
    [`${SESSION_HOLE}-${SESSION_HOLE}`, 'jane-jane', 'jane'],
    [`dev:${SESSION_HOLE}`, 'dev:*', undefined],
    [`dev:${SESSION_HOLE}`, 'dev:j', undefined],
    [`dev:${SESSION_HOLE}`, 'Dev:jane', undefined],
    [`dev.${SESSION_HOLE}`, 'devxjane', undefined],
    [`${SESSION_HOLE}-${SESSION_HOLE}`, 'jane-bob', undefined],
  ])('%j fits %j for the session %j', (name, other, session) => {
    expect(toSession(match(name, other) ?? {})).toBe(session);
  });

  test('of a node or a key fits without any session', () => {
    expect(match(`system:node:${NODE_NAME_HOLE}`, 'system:node:ip-10-0-0-1.ec2.internal')).toEqual({
      EC2PrivateDNSName: 'ip-10-0-0-1.ec2.internal',
    });
    expect(match(`key:${ACCESS_KEY_HOLE}`, 'key:ASIAEXAMPLEEXAMPLE00')).toBeDefined();
    expect(match(`key:${ACCESS_KEY_HOLE}`, 'key:jane')).toBeUndefined();
  });

  test('becomes the name that it fits', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '*', '(', '[', '-', ' ') });
    const session = fc.stringMatching(/^[\w+=,.@-]{2,64}$/);
    fc.assert(
      fc.property(part, part, session, (before, after, name) => {
        const hole = `${before}${SESSION_HOLE}${after}`;
        const full = fillName(hole, { SessionName: name });
        expect(fillName(hole, match(hole, full) ?? {})).toBe(before.startsWith('system:') ? hole : full);
      }),
    );
  });
});

describe('the pattern of a template', () => {
  test('takes all that the template becomes', () => {
    const template = 'dev:{{SessionName}}/{{AccountID}}/{{SessionNameRaw}}';
    const session = fc.stringMatching(/^[\w+=,.@-]{2,64}$/);
    fc.assert(
      fc.property(session, (name) => {
        const rendered = renderTemplate(
          template,
          toTemplateValues(toRoleSession('dev', { session: name }), ''),
        );
        expect(matchTemplate(template, rendered)).toBeDefined();
      }),
    );
  });

  test('knows that {{SessionName}} has no @, and {{SessionNameRaw}} has', () => {
    expect(matchTemplate('dev:{{SessionName}}', 'dev:jane@example.com')).toBeUndefined();
    expect(matchTemplate('dev:{{SessionName}}', 'dev:jane-example.com')).toBeDefined();
    expect(matchTemplate('dev:{{SessionNameRaw}}', 'dev:jane@example.com')).toBeDefined();
    expect(matchTemplate('{{SessionNameRaw}}:{{SessionName}}', 'a@b:a-c')).toBeUndefined();
    expect(matchTemplate('{{SessionName}}:{{SessionNameRaw}}', 'a-b:a@b')).toBeDefined();
  });

  test('takes nothing else', () => {
    expect(matchTemplate('dev.{{AccountID}}', 'dev.12')).toBeUndefined();
    expect(matchTemplate('dev.{{AccountID}}', 'devx111122223333')).toBeUndefined();
    expect(matchTemplate('{{AccountId}}', '111122223333')).toBeUndefined();
  });
});
