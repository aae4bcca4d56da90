import type { AnswerForm, QueryService, Rendered } from '../query/service.ts';
import type { AwsError } from '../route.ts';
import { renderJson, renderXml, type Tree } from '../xml.ts';
import { type AssumeRoleDeps, createAssumeRole } from './assume-role.ts';
import { createAssumeRoleWithWebIdentity, type WebIdentityDeps } from './assume-role-with-web-identity.ts';
import { createGetCallerIdentity } from './get-caller-identity.ts';

/** What all of its actions need. */
export type StsDeps = AssumeRoleDeps & WebIdentityDeps;

/** As much of the AWS Security Token Service as pods and the authenticator need. */
export function createStsService(deps: StsDeps): QueryService {
  return {
    name: 'sts',
    version: '2011-06-15',
    actions: new Map([
      ['AssumeRoleWithWebIdentity', createAssumeRoleWithWebIdentity(deps)],
      ['AssumeRole', createAssumeRole(deps)],
      ['GetCallerIdentity', createGetCallerIdentity(deps)],
    ]),
    renderResult: renderStsResult,
    renderError: renderStsError,
  };
}

const NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

function renderStsResult(action: string, result: Tree, { requestId, json }: AnswerForm): Rendered {
  const [response, metadata] = [`${action}Response`, { RequestId: requestId }];
  const tree = { [`${action}Result`]: result, ResponseMetadata: metadata };
  return render(json ? { [response]: tree } : tree, `${response} ${NAMESPACE}`, { requestId, json });
}

function renderStsError({ code, message, status }: AwsError, form: AnswerForm): Rendered {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  const error = { Type: type, Code: code, Message: message };
  return render({ Error: error, RequestId: form.requestId }, `ErrorResponse ${NAMESPACE}`, form);
}

function render(tree: Tree, root: string, { requestId, json }: AnswerForm): Rendered {
  return {
    headers: { 'content-type': json ? 'application/json' : 'text/xml', 'x-amzn-requestid': requestId },
    body: json ? renderJson(tree) : renderXml(root, tree),
  };
}
