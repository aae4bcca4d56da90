import { Document, isScalar, Scalar, visit } from 'yaml';

/**
 * YAML in ASCII: of what a terminal would obey, or nobody could see, only the escape is written, which double quotes allow
 * (YAML 1.2.2, section 5.7).
 */
export function renderYaml(data: unknown): string {
  // kubectl and many others read YAML 1.1, where a plain `no`, `on` or `12:30` is no text.
  const options = { aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;
  const document = new Document(JSON.parse(JSON.stringify(data)), options);
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && /[^ -~]/.test(node.value))
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(/[^\n -~]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
