import type { Severity } from '../../base/finding.ts';

interface Housekeeping {
  readonly severity: Extract<Severity, 'medium' | 'low'>;
  readonly meaning: string;
  readonly remedy: string;
}

/** What is not as somebody meant it, the table that findings, documentation and tests share. */
export const HOUSEKEEPING = {
  'object-left-out': {
    severity: 'medium',
    meaning: 'An object that no API server would store was left out.',
    remedy: 'mend it, or remove it',
  },
  'dangling-role-ref': {
    severity: 'medium',
    meaning: 'A binding gives a role that is not there.',
    remedy: 'make the role, or remove the binding: whoever makes a role of that name decides what it gives',
  },
  'missing-account': {
    severity: 'low',
    meaning: 'A binding is for a ServiceAccount that is not there.',
    remedy: 'remove the subject: whoever makes an account of that name has the role',
  },
  'no-subjects': {
    severity: 'low',
    meaning: 'A binding is for nobody.',
    remedy: 'remove the binding, or name who it is for',
  },
  'unbound-role': {
    severity: 'low',
    meaning: 'A role is bound by nothing, and no aggregated role takes its rules.',
    remedy: 'remove the role, or bind it',
  },
  'duplicate-grant': {
    severity: 'low',
    meaning: 'Two bindings give the same role to the same subject.',
    remedy: 'remove one of them, so that taking the right away takes one step',
  },
  'rule-never-matches': {
    severity: 'low',
    meaning: 'A rule, or a value in it, matches no request.',
    remedy: 'write it as the API server names it: iam-bridge can VERB RESOURCE says how',
  },
  'aggregation-widens': {
    severity: 'medium',
    meaning: 'A role that was added by hand puts its rules into an aggregated role that is bound.',
    remedy:
      'take the label off, unless everybody with the wider role is meant; who may write this role widens that one',
  },
  'aggregation-differs': {
    severity: 'medium',
    meaning: 'The rules of an aggregated role are not those of the roles that it selects.',
    remedy: 'see that kube-controller-manager runs: its clusterrole-aggregation controller writes them',
  },
  'unmapped-group': {
    severity: 'low',
    meaning: 'A group is bound that no mapping gives.',
    remedy: 'write it in the binding as the mapping does, case included, or remove the subject',
  },
  'unbound-group': {
    severity: 'low',
    meaning: 'A mapping gives a group that no binding knows.',
    remedy: 'bind a role to it, or take it out of the mapping',
  },
} as const satisfies Readonly<Record<string, Housekeeping>>;

export type HousekeepingCode = keyof typeof HOUSEKEEPING;
