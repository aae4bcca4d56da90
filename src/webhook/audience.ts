import { createNotice, type Notice, quoted } from './notices.ts';

/**
 * Whether somebody meant several audiences, or did not see a blank: a projected token has one, and AWS STS compares it
 * to the letter with those of the identity provider.
 */
export function isSeveralAudiences(audience: string): boolean {
  return /[,\s]/.test(audience);
}

/** What is to be said of a ServiceAccount's `audience` annotation. */
export function checkAudience(audience: string | undefined): Notice | undefined {
  if (audience === undefined) return undefined;
  if (audience === '') {
    const fact = 'ServiceAccount audience is empty, and AWS STS will refuse the token';
    return createNotice('audience-empty', fact, 'give it a value, or remove it');
  }
  if (!isSeveralAudiences(audience)) return undefined;
  const fact = [
    'ServiceAccount audience ',
    quoted(audience),
    ' has a comma or blank, and AWS STS takes one audience',
  ];
  return createNotice('audience-several', fact, 'give one');
}
