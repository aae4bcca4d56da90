import type { AnswerForm, QueryService, Rendered } from '../query/service.ts';
import type { AwsError } from '../route.ts';
import { renderXml, type Tree } from '../xml.ts';
import { createDescribeInstances, type DescribeInstancesDeps } from './describe-instances.ts';

/** What all of its actions need. */
export type Ec2Deps = DescribeInstancesDeps;

/** As much of Amazon EC2 as finds the private DNS name of a node. Its answers are XML only. */
export function createEc2Service(deps: Ec2Deps): QueryService {
  return {
    name: 'ec2',
    version: '2016-11-15',
    actions: new Map([['DescribeInstances', createDescribeInstances(deps)]]),
    renderResult: renderEc2Result,
    renderError: renderEc2Error,
  };
}

function renderEc2Result(action: string, result: Tree, { requestId }: AnswerForm): Rendered {
  return render(
    `${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"`,
    { requestId, ...result },
    requestId,
  );
}

function renderEc2Error({ code, message }: AwsError, { requestId }: AnswerForm): Rendered {
  return render(
    'Response',
    { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId },
    requestId,
  );
}

function render(root: string, tree: Tree, requestId: string): Rendered {
  return {
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: renderXml(root, tree),
  };
}
