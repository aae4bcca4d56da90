import { parser } from '@prometheus-io/lezer-promql';

/** A metric of an expression, with what is asked of its labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** Of `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupings: readonly string[];
}

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

/**
 * Reads an expression of PromQL.
 * @throws Error where it does not parse, or a selector has no metric's name
 */
export function parseExpression(text: string): Expression {
  const { topNode } = parser.parse(text);
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const slice = ({ from, to }: Node): string => text.slice(from, to);
  walk(topNode, (node) => {
    if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`);
    if (node.name === 'VectorSelector') selectors.push(readSelector(node, slice));
    if (node.name === 'GroupingLabels') groupings.push(...node.getChildren('LabelName').map(slice));
  });
  return { selectors, groupings };
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (let child = node.firstChild; child !== null; child = child.nextSibling) walk(child, visit);
}

function readSelector(node: Node, slice: (node: Node) => string): Selector {
  const name = node.getChild('Identifier');
  if (name === null) throw new Error(`a selector without a metric: ${slice(node)}`);
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return {
    metric: slice(name),
    matchers: matchers.map((matcher) => {
      const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => {
        const found = matcher.getChild(part);
        return found === null ? '' : slice(found);
      });
      return { label: label ?? '', operator: operator ?? '', value: JSON.parse(value ?? '""') as string };
    }),
  };
}

/** What a regular expression of names joined by `|` matches; at most one group of them, no other sign. */
export function expandAlternatives(pattern: string): string[] {
  const [, before = '', group, after = ''] = /^([^()]*)\(([^()]*)\)([^()]*)$/.exec(pattern) ?? [];
  if (group === undefined) return pattern.split('|');
  return group.split('|').map((each) => before + each + after);
}
