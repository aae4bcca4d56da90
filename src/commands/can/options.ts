import type { IdentityOptions, NamespaceOptions, SourceOptions } from '../access/options.ts';

export interface CanOptions extends SourceOptions, IdentityOptions, NamespaceOptions {
  readonly subresource?: string;
  readonly name?: string;
  readonly quiet?: boolean;
  readonly list?: boolean;
  readonly suggest?: boolean;
  readonly batch?: string;
  readonly verify?: boolean;
}

export interface CanRequest {
  readonly verb: string | undefined;
  readonly what: string | undefined;
  readonly options: CanOptions;
}
