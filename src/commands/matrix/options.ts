import type { IdentityOptions, NamespaceOptions, OutputFormat, SourceOptions } from '../access/options.ts';

export interface MatrixOptions
  extends Omit<SourceOptions, 'output'>,
    IdentityOptions,
    Pick<NamespaceOptions, 'namespace' | 'allNamespaces'> {
  readonly subjects?: string;
  readonly roles?: string;
  readonly resources?: string;
  readonly verbs: string;
  readonly subresources?: boolean;
  readonly ascii?: boolean;
  readonly output?: OutputFormat | 'csv';
}
