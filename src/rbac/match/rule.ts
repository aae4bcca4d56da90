import type { PolicyRule } from '../objects.ts';
import { isPathQuestion, type Question } from '../question.ts';
import { matchesGroup } from './api-group.ts';
import { matchesName } from './name.ts';
import { matchesResource } from './resource.ts';
import { matchesUrl } from './url.ts';
import { matchesVerb } from './verb.ts';

const NONE: readonly string[] = [];

/** Whether a rule allows what is asked (`rbac.RuleAllows`); through which binding it comes is not seen here. */
export function matchesRule(rule: PolicyRule, question: Question): boolean {
  if (!matchesVerb(rule.verbs, question.verb)) return false;
  if (isPathQuestion(question)) return matchesUrl(rule.nonResourceURLs ?? NONE, question.path);
  return (
    matchesGroup(rule.apiGroups ?? NONE, question.group) &&
    matchesResource(rule.resources ?? NONE, question.resource, question.subresource) &&
    matchesName(rule.resourceNames, question.name)
  );
}
