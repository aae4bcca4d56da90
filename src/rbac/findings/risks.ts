import type { Severity } from '../../base/finding.ts';
import type { Right } from './right.ts';

export interface Risk {
  /** In one namespace that is not kube-system, or cluster-wide where it is nothing but that. */
  readonly severity: Extract<Severity, 'critical' | 'high' | 'medium'>;
  /** What somebody may do, after their name. */
  readonly may: string;
  /** What comes of it. */
  readonly why: string;
  readonly remedy: string;
  /** Any of these; all rights of one are needed. */
  readonly needs: readonly (readonly Right[])[];
  /** Less of the same, one severity lower. */
  readonly milder?: { readonly may: string; readonly needs: readonly (readonly Right[])[] };
}

const RBAC = 'rbac.authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const WRITE = ['create', 'update', 'patch'];
const CHANGE = ['update', 'patch'];
const READ = ['get', 'list', 'watch'];

const readSecrets: Right = { verbs: READ, group: '', resources: ['secrets'] };
const cluster = (group: string, verbs: readonly string[], ...resources: string[]): Right => ({
  verbs,
  group,
  resources,
  clusterWide: true,
});
const local = (group: string, verbs: readonly string[], ...resources: string[]): Right => ({
  verbs,
  group,
  resources,
});
/** Constrained impersonation (KEP-5284) takes a right on whom, and one on what. */
const onTarget = (mode: string): Right => ({
  verbs: [],
  verbPrefix: `impersonate-on:${mode}:`,
  group: '',
  resources: [],
});
const becomes = (mode: string, ...resources: string[]): readonly Right[] => [
  cluster(AUTHENTICATION, [`impersonate:${mode}`], ...resources),
  onTarget(mode),
];

/** Rights that are more than they say, the table that findings, documentation and tests share. */
export const RISKS = {
  'cluster-admin': {
    severity: 'critical',
    may: 'do everything, cluster-wide',
    why: 'whoever is or becomes this subject owns the cluster',
    remedy: 'bind a role that names what is needed; `iam-bridge role` writes one without wildcards',
    needs: [[cluster('*', ['*'], '*')]],
  },
  'writes-aws-auth': {
    severity: 'critical',
    may: 'write who is mapped to what (aws-auth or IAMIdentityMapping)',
    why: 'they may make themselves a member of system:masters at the next login, and nothing else in RBAC guards that',
    remedy: 'take writing of ConfigMaps in kube-system, or of iamidentitymappings, out of the role',
    needs: [
      [{ ...local('', [...WRITE, 'delete'], 'configmaps'), names: ['aws-auth'], namespace: 'kube-system' }],
      [
        cluster(
          'iamauthenticator.k8s.aws',
          [...WRITE, 'delete'],
          'iamidentitymappings',
          'iamidentitymappings/status',
        ),
      ],
    ],
  },
  impersonates: {
    severity: 'critical',
    may: 'impersonate others',
    why: 'they have all that those others have',
    remedy: 'name in resourceNames who may be impersonated, and never system:masters',
    needs: [
      [cluster('', ['impersonate'], 'users', 'groups')],
      [{ ...cluster('', ['impersonate'], 'groups'), names: ['system:masters'] }],
      becomes('user-info', 'users', 'groups'),
      becomes('arbitrary-node', 'nodes'),
    ],
    milder: {
      may: 'impersonate ServiceAccounts',
      needs: [
        [local('', ['impersonate'], 'serviceaccounts')],
        [
          local(AUTHENTICATION, ['impersonate:serviceaccount'], 'serviceaccounts'),
          onTarget('serviceaccount'),
        ],
      ],
    },
  },
  escalates: {
    severity: 'critical',
    may: 'write roles with rights that they do not have (escalate)',
    why: 'they may give themselves everything',
    remedy: 'take the verb escalate out of the role',
    needs: [[local(RBAC, ['escalate'], 'roles')], [cluster(RBAC, ['escalate'], 'clusterroles')]],
  },
  binds: {
    severity: 'critical',
    may: 'bind roles with rights that they do not have (bind)',
    why: 'they may give themselves everything',
    remedy: 'name in resourceNames which roles may be bound, or take the verb bind out',
    // It is asked for in the namespace of the binding.
    needs: [[local(RBAC, ['bind'], 'roles', 'clusterroles')]],
  },
  'approves-certificates': {
    severity: 'critical',
    may: 'ask for certificates and approve them',
    why: 'a client certificate makes them any user in any group',
    remedy: 'keep approving apart from asking, and name the signer in resourceNames',
    needs: [
      [
        cluster(CERTIFICATES, ['create'], 'certificatesigningrequests'),
        cluster(CERTIFICATES, CHANGE, 'certificatesigningrequests/approval'),
        {
          ...cluster(CERTIFICATES, ['approve'], 'signers'),
          // The API server asks for the signer, then for all of its domain (`IsAuthorizedForSignerName`).
          names: ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'],
        },
      ],
    ],
  },
  'reads-secrets': {
    severity: 'high',
    may: 'read Secrets (list and watch show contents, too)',
    why: 'tokens and keys in them are theirs',
    remedy: 'name the Secrets in resourceNames with get alone',
    needs: [[readSecrets]],
  },
  'mints-tokens': {
    severity: 'high',
    may: 'make tokens of ServiceAccounts',
    why: 'they become the account, and take its IAM role',
    remedy: 'take serviceaccounts/token, or creating Secrets, out of the role, or name the accounts',
    needs: [
      [local('', ['create'], 'serviceaccounts/token')],
      [local('', ['create'], 'secrets'), readSecrets],
    ],
  },
  'runs-pods': {
    severity: 'high',
    may: 'run pods',
    why: 'a pod takes any ServiceAccount of its namespace, and so its IAM role',
    remedy: 'keep accounts with strong roles in namespaces of their own',
    needs: [
      [local('', WRITE, 'pods', 'replicationcontrollers')],
      [local('apps', WRITE, 'deployments', 'daemonsets', 'statefulsets', 'replicasets')],
      [local('batch', WRITE, 'jobs', 'cronjobs')],
    ],
  },
  'enters-pods': {
    severity: 'high',
    may: 'run commands in pods',
    why: 'they act as the pod, with its token and its IAM role',
    remedy: 'take these subresources of pods out of the role',
    needs: [
      // Before 1.35 a WebSocket asked for get alone.
      [local('', ['create', 'get'], 'pods/exec', 'pods/attach')],
      [local('', CHANGE, 'pods/ephemeralcontainers')],
    ],
    milder: {
      may: 'reach ports of pods',
      needs: [[local('', ['create', 'get'], 'pods/portforward', 'pods/proxy')]],
    },
  },
  'node-proxy': {
    severity: 'high',
    may: 'talk to kubelets (nodes/proxy)',
    why: 'a kubelet runs commands in every pod of its node, past the audit log of the API server, and even get is enough',
    remedy: 'grant nodes/metrics, nodes/stats or nodes/log instead',
    needs: [[cluster('', [...WRITE, 'get', 'delete'], 'nodes/proxy')]],
  },
  'writes-admission': {
    severity: 'critical',
    may: 'write admission webhooks or policies',
    why: 'they see and change every object that is written, Secrets included',
    remedy: 'leave that to whoever administers the cluster, or name the objects in resourceNames',
    needs: [
      [
        cluster(
          'admissionregistration.k8s.io',
          WRITE,
          ...[
            'mutatingwebhookconfigurations',
            'validatingwebhookconfigurations',
            'mutatingadmissionpolicies',
          ],
          ...[
            'mutatingadmissionpolicybindings',
            'validatingadmissionpolicies',
            'validatingadmissionpolicybindings',
          ],
        ),
      ],
    ],
  },
  'writes-apiservices': {
    severity: 'high',
    may: 'write APIServices',
    why: 'requests of others to a group of the API go wherever they say',
    remedy: 'leave that to whoever administers the cluster',
    needs: [[cluster('apiregistration.k8s.io', WRITE, 'apiservices')]],
  },
  'annotates-accounts': {
    severity: 'high',
    may: 'change ServiceAccounts',
    why: 'eks.amazonaws.com/role-arn may name another IAM role, which its pods take where the trust policy accepts the account',
    remedy:
      'name the account in trust policies instead of a pattern, or take update and patch out of the role',
    needs: [[local('', CHANGE, 'serviceaccounts')]],
  },
  'labels-namespaces': {
    severity: 'medium',
    may: 'change Namespaces',
    why: 'labels switch off PodSecurity and the selectors of admission webhooks',
    remedy: 'take update and patch of namespaces out of the role',
    needs: [[local('', CHANGE, 'namespaces')]],
  },
  'writes-volumes': {
    severity: 'medium',
    may: 'create PersistentVolumes',
    why: 'one of kind hostPath shows the disk of a node to a pod',
    remedy: 'leave volumes to a StorageClass, which makes them',
    needs: [[cluster('', ['create'], 'persistentvolumes')]],
  },
  'deletes-nodes-or-pods': {
    severity: 'medium',
    may: 'drive pods away from nodes',
    why: 'they move pods with strong accounts to a node that they hold',
    remedy: 'take nodes, nodes/status and pods/eviction out of the role',
    needs: [
      [cluster('', ['delete', 'deletecollection'], 'nodes')],
      [cluster('', CHANGE, 'nodes/status')],
      [cluster('', CHANGE, 'nodes'), local('', ['create'], 'pods/eviction')],
      [cluster('', CHANGE, 'nodes'), local('', ['delete', 'deletecollection'], 'pods')],
    ],
  },
  'lb-status': {
    severity: 'medium',
    may: 'change the status of Services',
    why: 'the address of a load balancer that they write there draws traffic of the cluster to them (CVE-2020-8554)',
    remedy: 'take services/status out of the role: only a controller writes it',
    needs: [[local('', CHANGE, 'services/status')]],
  },
} as const satisfies Readonly<Record<string, Risk>>;

export type RiskCode = keyof typeof RISKS;
