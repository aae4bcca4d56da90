import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACCESS_KEY_HOLE,
  fillHoles,
  fitHoles,
  hasHole,
  NODE_NAME_HOLE,
  SESSION_HOLE,
  showHoles,
  toTemplatePattern,
} from '../../src/access/holes.ts';
import { renderTemplate, toTemplateValues } from '../../src/mapping/template.ts';
import { toRoleSession } from '../support/mapping/identities.ts';

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
    expect(fitHoles(name, other)?.session).toBe(session);
  });

  test('of a node or a key fits without any session', () => {
    expect(fitHoles(`system:node:${NODE_NAME_HOLE}`, 'system:node:ip-10-0-0-1.ec2.internal')).toEqual({
      session: undefined,
    });
    expect(fitHoles(`key:${ACCESS_KEY_HOLE}`, 'key:ASIAEXAMPLEEXAMPLE00')).toBeDefined();
    expect(fitHoles(`key:${ACCESS_KEY_HOLE}`, 'key:jane')).toBeUndefined();
  });

  test('becomes the name that it fits', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '*', '(', '[', '-', ' ') });
    const session = fc.stringMatching(/^[\w+=,.@-]{2,64}$/);
    fc.assert(
      fc.property(part, part, session, (before, after, name) => {
        const hole = `${before}${SESSION_HOLE}${after}`;
        const full = fillHoles(hole, name);
        const fit = fitHoles(hole, full);
        expect(fit && fillHoles(hole, fit.session)).toBe(full);
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
        expect(toTemplatePattern(template).test(rendered)).toBe(true);
      }),
    );
  });

  test('takes nothing else', () => {
    expect(toTemplatePattern('dev.{{AccountID}}').test('dev.12')).toBe(false);
    expect(toTemplatePattern('dev.{{AccountID}}').test('devx111122223333')).toBe(false);
    expect(toTemplatePattern('{{AccountId}}').test('111122223333')).toBe(false);
  });
});
