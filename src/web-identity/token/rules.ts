import { CLAIM_RULES } from './rules/claims-table.ts';
import { FORM_RULES } from './rules/form-table.ts';
import { KEY_RULES } from './rules/key-table.ts';

/**
 * Every rule, in the order in which AWS STS shows that it looks: form, header, issuer, key, signature, claims, time,
 * audience. The first that fails decides.
 */
export const RULES = [...FORM_RULES, ...KEY_RULES, ...CLAIM_RULES] as const;

export type RuleName = (typeof RULES)[number]['name'];
