import type { AwsError, AwsRequest, AwsResponse } from '../route.ts';
import type { Tree } from '../xml.ts';

/** A service of the Query API: one path, and a parameter `Action` that says what is wanted. */
export interface QueryService {
  readonly name: 'sts' | 'ec2';
  /** The parameter `Version`, by which the two are told apart here. */
  readonly version: string;
  readonly actions: ReadonlyMap<string, QueryAction>;
  renderResult(action: string, result: Tree, form: AnswerForm): Rendered;
  renderError(error: AwsError, form: AnswerForm): Rendered;
}

export type QueryAction = (call: QueryCall) => Promise<QueryOutcome>;

export interface QueryCall {
  readonly request: AwsRequest;
  /** Each name is there once. */
  readonly parameters: ReadonlyMap<string, string>;
}

export type QueryOutcome =
  | { readonly kind: 'result'; readonly result: Tree; readonly caller?: string; readonly reason?: string }
  | { readonly kind: 'error'; readonly error: AwsError; readonly caller?: string; readonly reason?: string };

export interface AnswerForm {
  readonly requestId: string;
  /** The caller accepts JSON: of the services here only STS has it. */
  readonly json: boolean;
}

export type Rendered = Pick<AwsResponse, 'headers' | 'body'>;

export function fail(code: string, message: string, status = 400): QueryOutcome & { readonly kind: 'error' } {
  return { kind: 'error', error: { code, status, message } };
}
