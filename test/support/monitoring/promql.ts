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
export type SyntaxNode = Tree['topNode'];

/**
 * Reads an expression of PromQL.
 * @throws Error where it does not parse, or a selector has no metric's name
 */
export function parseExpression(text: string): Expression {
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  const slice = ({ from, to }: SyntaxNode): string => text.slice(from, to);
  walk(toSyntaxTree(text), (node) => {
    if (node.name === 'VectorSelector') selectors.push(readSelector(node, slice));
    if (node.name === 'GroupingLabels') groupings.push(...node.getChildren('LabelName').map(slice));
  });
  return { selectors, groupings };
}

/** @throws Error where it does not parse */
export function toSyntaxTree(text: string): SyntaxNode {
  const { topNode } = parser.parse(text);
  walk(topNode, (node) => {
    if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`);
  });
  return topNode;
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

/** @throws Error where it has no metric's name */
export function readSelector(node: SyntaxNode, slice: (node: SyntaxNode) => string): Selector {
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
