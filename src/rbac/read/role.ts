import { quoteShort } from '../../json/quote.ts';
import type { JsonRecord } from '../../json/record.ts';
import type { LabelExpression, LabelSelector, PolicyRule, Role } from '../objects.ts';
import { checkLabelKey, checkLabels, checkLabelValue } from './labels.ts';
import { ObjectFlaw, readRecord, readRecords, readText, readTextMap, readTexts, within } from './members.ts';
import { readMetadata, readNamespace } from './metadata.ts';

export function readRole(item: JsonRecord): Role {
  const metadata = readMetadata(item);
  const namespace = readNamespace(metadata);
  const rules = readRecords(item, 'rules', (rule) => readRule(rule, 'Role'));
  return { kind: 'Role', namespace, name: metadata.name, rules, ...readFacts(metadata.raw) };
}

export function readClusterRole(item: JsonRecord): Role {
  const { name, raw } = readMetadata(item);
  const rules = readRecords(item, 'rules', (rule) => readRule(rule, 'ClusterRole'));
  const aggregation = readAggregation(item);
  return { kind: 'ClusterRole', name, rules, ...readFacts(raw), ...(aggregation && { aggregation }) };
}

function readFacts(metadata: JsonRecord): Pick<Role, 'labels' | 'stored'> {
  const labels = readTextMap(metadata, 'labels');
  within('metadata.labels', () => checkLabels(labels));
  return { labels, stored: readText(metadata, 'uid') !== '' };
}

/** Only its shape is checked, as the API server does: values that can never match are stored (`ValidatePolicyRule`). */
function readRule(rule: JsonRecord, kind: Role['kind']): PolicyRule {
  const verbs = readTexts(rule, 'verbs');
  if (verbs === undefined) throw new ObjectFlaw('verbs is empty: name at least one');
  const apiGroups = readTexts(rule, 'apiGroups');
  const resources = readTexts(rule, 'resources');
  const resourceNames = readTexts(rule, 'resourceNames');
  const nonResourceURLs = readTexts(rule, 'nonResourceURLs');
  if (nonResourceURLs !== undefined) {
    if (kind === 'Role') throw new ObjectFlaw('only a ClusterRole can have nonResourceURLs');
    if (apiGroups ?? resources ?? resourceNames) {
      throw new ObjectFlaw('it has URLs as well as resources: make two rules of it');
    }
    return { verbs, nonResourceURLs };
  }
  if (apiGroups === undefined) throw new ObjectFlaw('apiGroups is empty: name one, "" for the core group');
  if (resources === undefined) throw new ObjectFlaw('resources is empty: name at least one');
  return { verbs, apiGroups, resources, ...(resourceNames && { resourceNames }) };
}

function readAggregation(item: JsonRecord): readonly LabelSelector[] | undefined {
  const aggregation = readRecord(item, 'aggregationRule');
  if (aggregation === undefined) return undefined;
  const selectors = readRecords(aggregation, 'clusterRoleSelectors', readSelector);
  if (selectors.length > 0) return selectors;
  throw new ObjectFlaw('aggregationRule has no clusterRoleSelectors: name at least one');
}

function readSelector(selector: JsonRecord): LabelSelector {
  const matchExpressions = readRecords(selector, 'matchExpressions', readExpression);
  const matchLabels = readTextMap(selector, 'matchLabels');
  within('matchLabels', () => checkLabels(matchLabels));
  return { matchLabels, matchExpressions };
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

function readExpression(expression: JsonRecord): LabelExpression {
  const written = readText(expression, 'operator');
  const operator = OPERATORS.find((one) => one === written);
  const values = readTexts(expression, 'values') ?? [];
  if (operator === undefined) {
    throw new ObjectFlaw(`operator is ${quoteShort(written)}: write one of ${OPERATORS.join(', ')}`);
  }
  if (operator.endsWith('In') !== values.length > 0) {
    throw new ObjectFlaw(`${operator} ${values.length > 0 ? 'takes no' : 'needs'} values`);
  }
  const key = readText(expression, 'key');
  checkLabelKey(key);
  values.forEach(checkLabelValue);
  return { key, operator, values };
}
