import { expect, test } from 'vitest';
import { describeWithHelm, describeWithNewestHelm } from '../support/chart/helm.ts';
import { template } from '../support/chart/render.ts';

/** Values that do not go together, and how the sentence about them begins. */
const CASES: Readonly<Record<string, readonly [set: readonly string[], sentence: string]>> = {
  'nothing is on': [
    ['webhook.enabled=false'],
    'nothing is on: set webhook.enabled, authenticator.enabled or issuer.enabled',
  ],
  'a Secret without a name': [
    ['tls.mode=existingSecret'],
    'tls.mode is existingSecret; name the Secret in pki.existingSecret',
  ],
  'a certificate that the API server does not trust': [
    ['pki.existingSecret=pair'],
    'pki.caBundle is empty, so the API server',
  ],
  'a certificate without its key': [
    ['pki.cert=pem', 'pki.caBundle=pem'],
    'pki.cert has no key; give pki.key',
  ],
  'an issuer without a name': [
    ['tls.mode=certManager', 'pki.certManager.existingIssuer.enabled=true'],
    'pki.certManager.existingIssuer is enabled and has no name',
  ],
  'a host that the certificate is not for': [
    ['tls.mode=certManager', 'mutatingWebhook.url=https://hooks.example/mutate'],
    'mutatingWebhook.url has the host hooks.example, which the certificate would not be for',
  ],
  'names without authorities': [
    ['config.clientCa.names={api}'],
    'config.clientCa.names is of no effect without authorities',
  ],
  'authorities without names': [
    ['config.clientCa.configMap=callers'],
    'config.clientCa.configMap needs config.clientCa.names',
  ],
  'strict for all and for some': [
    ['mutatingWebhook.strictNamespaces={*,shop}'],
    'mutatingWebhook.strictNamespaces has "*" beside names',
  ],
  'strict for kube-system': [
    ['mutatingWebhook.strictNamespaces={kube-system}'],
    'mutatingWebhook.strictNamespaces has kube-system',
  ],
  'strict for its own namespace': [
    ['mutatingWebhook.strictNamespaces={iam-system}'],
    'mutatingWebhook.strictNamespaces has iam-system',
  ],
  'too little memory': [
    ['resources.limits.memory=64Mi'],
    'resources.limits.memory is 64Mi, and Node needs 96Mi',
  ],
  'too little time to end': [
    ['config.shutdownDelay=1m'],
    'terminationGracePeriodSeconds is 30, and preStopSeconds',
  ],
  'an address at which nobody reaches a pod': [
    ['config.bindAddress=127.0.0.1'],
    'config.bindAddress is 127.0.0.1, where nobody reaches a pod',
  ],
  'a name that no Service may have': [
    ['fullnameOverride=1st_identity'],
    'names would begin with 1st_identity, and that of a Service has lower-case letters',
  ],
  'one port twice': [['config.ports.metrics=8443'], 'config.ports has the same port twice'],
  'fewer pods at most than at least': [
    ['autoscaling.enabled=true', 'autoscaling.minReplicas=9'],
    'autoscaling.minReplicas is greater than maxReplicas',
  ],
  'two kinds of disruption budget': [
    ['podDisruptionBudget.minAvailable=1', 'podDisruptionBudget.maxUnavailable=1'],
    'podDisruptionBudget has minAvailable and maxUnavailable',
  ],
  'two monitors': [
    ['metrics.serviceMonitor.enabled=true', 'metrics.podMonitor.enabled=true'],
    'metrics.serviceMonitor and metrics.podMonitor would scrape each pod twice',
  ],
  'no cluster id': [['authenticator.enabled=true'], 'authenticator.config.clusterId is empty'],
  'a Deployment that everybody may call': [
    ['authenticator.enabled=true', 'authenticator.kind=Deployment', 'authenticator.clientCa.key='],
    'authenticator.kind is Deployment, which every pod can reach; give authenticator.clientCa.key and .names',
  ],
  'a Deployment whose pods have a certificate each': [
    ['authenticator.enabled=true', 'authenticator.kind=Deployment'],
    'authenticator.kind is Deployment, whose pods need the same certificate',
  ],
  'a file that is not mounted': [
    ['authenticator.enabled=true', 'authenticator.config.backendMode={DynamicFile}'],
    'authenticator.config.backendMode has DynamicFile, for which the chart has no file',
  ],
  'no issuer': [['issuer.enabled=true'], 'issuer.config.issuer is empty'],
  'two sources of keys': [
    ['issuer.enabled=true', 'issuer.keys.secret=a', 'issuer.keys.jwksConfigMap=b'],
    'issuer.keys has secret and jwksConfigMap',
  ],
  'keys without names of files': [
    ['issuer.enabled=true', 'issuer.keys.secret=a'],
    'issuer.keys.secret needs issuer.keys.files',
  ],
  'a Secret of the issuer without a name': [
    ['issuer.enabled=true', 'issuer.tls.mode=existingSecret'],
    'issuer.tls.mode is existingSecret; name the Secret',
  ],
  'tokens in clear text': [
    ['issuer.enabled=true', 'issuer.tls.mode=plainHttp', 'issuer.verify.tokenSecret=a'],
    'issuer.verify would send tokens in clear text',
  ],
  'names of callers without authorities': [
    ['issuer.enabled=true', 'issuer.verify.clientNames={a}'],
    'issuer.verify.clientNames is of no effect',
  ],
};

describeWithNewestHelm('values that do not go together', (helm) => {
  test.each(Object.entries(CASES))('%s: it says so, and what to do', (_, [set, sentence]) => {
    const { code, stdout, stderr } = template(helm, { set });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`the values do not go together:\n`);
    expect(stderr).toContain(`\n- ${sentence}`);
  });
});

describeWithHelm('several problems', (helm) => {
  test('are told at once', () => {
    const { stderr } = template(helm, {
      set: ['config.ports.metrics=8443', 'issuer.enabled=true', 'tls.mode=existingSecret'],
    });
    expect(stderr.match(/^- /gm)).toHaveLength(4);
  });
});
