import type { Members, Node, Schema } from './node.ts';

/** values.schema.json. Draft 7: helm of both majors reads it. */
export function toSchema(members: Members): Schema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'iam-bridge', ...toObject(members) };
}

/** A name that is unknown is refused: it is a typing error, and the value would be of no effect. */
function toObject(members: Members): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(members).map(([name, node]) => [name, toNode(node)])),
    additionalProperties: false,
  };
}

function toNode(node: Node): Schema {
  if (node.kind === 'leaf') return { ...describe(node.help), ...node.schema };
  const schema = { ...describe(node.help), ...toObject(node.members) };
  return node.isShared ? { ...schema, additionalProperties: true } : schema;
}

function describe(help: string): Schema {
  return help === '' ? {} : { description: help };
}
