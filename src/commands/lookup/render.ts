import { describeSource, type SubjectSource } from '../../access/subject-source.ts';
import type { BindingKind, ObjectRef, RoleKind, Subject } from '../../rbac/objects.ts';
import type { Scope } from '../../rbac/who-can.ts';
import { renderColumns } from '../../terminal/columns.ts';
import type { Paint } from '../../terminal/paint.ts';
import { renderFacts } from '../access/render.ts';
import { nameRef, nameScope } from '../access/words.ts';

/** A subject of a binding, and who can be it. */
export interface FoundBinding {
  readonly subject: Subject;
  readonly binding: ObjectRef<BindingKind>;
  readonly role: ObjectRef<RoleKind>;
  readonly scope: Scope;
  /** The role is missing. */
  readonly dangling?: true;
  readonly from: readonly SubjectSource[];
}

const HEAD = ['SUBJECT', 'KIND', 'SUBJECT-NS', 'SCOPE', 'ROLE', 'BINDING', 'FROM'];

/** A subject a line, and below whom it was asked about and of which source. */
export function renderLookup(
  rows: readonly FoundBinding[],
  facts: readonly (readonly [name: string, value: string])[],
  paint: Paint,
): string {
  return `${renderColumns(HEAD, rows.map(toRow))}\n${renderFacts(facts, paint).join('\n')}\n`;
}

function toRow({ subject, binding, role, scope, dangling, from }: FoundBinding): readonly string[] {
  return [
    subject.name,
    subject.kind,
    subject.namespace ?? '',
    nameScope(scope),
    `${nameRef(role)}${dangling ? ' (missing)' : ''}`,
    nameRef(binding),
    from.map(describeSource).join('; '),
  ];
}
