import type { LabelExpression, LabelSelector } from '../objects.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether labels meet all that a selector asks for; an empty one asks for nothing (`metav1.LabelSelectorAsSelector`). */
export function matchesLabels({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  return (
    Object.keys(matchLabels).every((key) => Object.hasOwn(labels, key) && labels[key] === matchLabels[key]) &&
    matchExpressions.every((expression) => meetsExpression(expression, labels))
  );
}

/** `NotIn` takes what has no such label at all. */
function meetsExpression({ key, operator, values }: LabelExpression, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
