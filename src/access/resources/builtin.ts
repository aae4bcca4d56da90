import type { ApiResource } from '../../kube/api-resource.ts';

/**
 * What Kubernetes 1.36 serves without extensions, beta included, and the authenticator's own kind: for answers without an API
 * server. Source: `api/discovery` of kubernetes v1.36.3. A group with its version, then a line each: resource, kind, short
 * names, scope, verbs, subresources with theirs.
 */
const TABLE = `
# core v1
bindings Binding - namespaced create
componentstatuses ComponentStatus cs cluster get,list
configmaps ConfigMap cm namespaced all
endpoints Endpoints ep namespaced all
events Event ev namespaced all
limitranges LimitRange limits namespaced all
namespaces Namespace ns cluster create,delete,get,list,patch,update,watch finalize:update status:change
nodes Node no cluster all proxy:create,delete,get,patch,update status:change
persistentvolumeclaims PersistentVolumeClaim pvc namespaced all status:change
persistentvolumes PersistentVolume pv cluster all status:change
pods Pod po namespaced all attach:create,get binding:create ephemeralcontainers:change eviction:create exec:create,get log:get portforward:create,get proxy:create,delete,get,patch,update resize:change status:change
podtemplates PodTemplate - namespaced all
replicationcontrollers ReplicationController rc namespaced all scale:change status:change
resourcequotas ResourceQuota quota namespaced all status:change
secrets Secret - namespaced all
serviceaccounts ServiceAccount sa namespaced all token:create
services Service svc namespaced all proxy:create,delete,get,patch,update status:change
# apiregistration.k8s.io v1
apiservices APIService - cluster all status:change
# apps v1
controllerrevisions ControllerRevision - namespaced all
daemonsets DaemonSet ds namespaced all status:change
deployments Deployment deploy namespaced all scale:change status:change
replicasets ReplicaSet rs namespaced all scale:change status:change
statefulsets StatefulSet sts namespaced all scale:change status:change
# events.k8s.io v1
events Event ev namespaced all
# authentication.k8s.io v1
selfsubjectreviews SelfSubjectReview - cluster create
tokenreviews TokenReview - cluster create
# authorization.k8s.io v1
localsubjectaccessreviews LocalSubjectAccessReview - namespaced create
selfsubjectaccessreviews SelfSubjectAccessReview - cluster create
selfsubjectrulesreviews SelfSubjectRulesReview - cluster create
subjectaccessreviews SubjectAccessReview - cluster create
# autoscaling v2
horizontalpodautoscalers HorizontalPodAutoscaler hpa namespaced all status:change
# batch v1
cronjobs CronJob cj namespaced all status:change
jobs Job - namespaced all status:change
# certificates.k8s.io v1
certificatesigningrequests CertificateSigningRequest csr cluster all approval:change status:change
# certificates.k8s.io v1beta1
clustertrustbundles ClusterTrustBundle - cluster all
podcertificaterequests PodCertificateRequest - namespaced all status:change
# networking.k8s.io v1
ingressclasses IngressClass - cluster all
ingresses Ingress ing namespaced all status:change
ipaddresses IPAddress ip cluster all
networkpolicies NetworkPolicy netpol namespaced all
servicecidrs ServiceCIDR - cluster all status:change
# policy v1
poddisruptionbudgets PodDisruptionBudget pdb namespaced all status:change
# rbac.authorization.k8s.io v1
clusterrolebindings ClusterRoleBinding - cluster all
clusterroles ClusterRole - cluster all
rolebindings RoleBinding - namespaced all
roles Role - namespaced all
# storage.k8s.io v1
csidrivers CSIDriver - cluster all
csinodes CSINode - cluster all
csistoragecapacities CSIStorageCapacity - namespaced all
storageclasses StorageClass sc cluster all
volumeattachments VolumeAttachment - cluster all status:change
volumeattributesclasses VolumeAttributesClass vac cluster all
# admissionregistration.k8s.io v1
mutatingadmissionpolicies MutatingAdmissionPolicy - cluster all
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding - cluster all
mutatingwebhookconfigurations MutatingWebhookConfiguration - cluster all
validatingadmissionpolicies ValidatingAdmissionPolicy - cluster all status:change
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding - cluster all
validatingwebhookconfigurations ValidatingWebhookConfiguration - cluster all
# apiextensions.k8s.io v1
customresourcedefinitions CustomResourceDefinition crd,crds cluster all status:change
# scheduling.k8s.io v1
priorityclasses PriorityClass pc cluster all
# coordination.k8s.io v1
leases Lease - namespaced all
# coordination.k8s.io v1beta1
leasecandidates LeaseCandidate - namespaced all
# node.k8s.io v1
runtimeclasses RuntimeClass - cluster all
# discovery.k8s.io v1
endpointslices EndpointSlice - namespaced all
# resource.k8s.io v1
deviceclasses DeviceClass - cluster all
resourceclaims ResourceClaim - namespaced all status:change
resourceclaimtemplates ResourceClaimTemplate - namespaced all
resourceslices ResourceSlice - cluster all
# resource.k8s.io v1beta2
devicetaintrules DeviceTaintRule - cluster all status:change
# flowcontrol.apiserver.k8s.io v1
flowschemas FlowSchema - cluster all status:change
prioritylevelconfigurations PriorityLevelConfiguration - cluster all status:change
# storagemigration.k8s.io v1beta1
storageversionmigrations StorageVersionMigration - cluster all status:change
# iamauthenticator.k8s.aws v1alpha1
iamidentitymappings IAMIdentityMapping - cluster all status:change
`;

const VERB_SETS: Readonly<Record<string, readonly string[]>> = {
  all: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  change: ['get', 'patch', 'update'],
};

/** The resources of Kubernetes itself, in the order in which an API server prefers their groups. */
export function listBuiltinResources(): readonly ApiResource[] {
  const resources: ApiResource[] = [];
  let [group, version] = ['', ''];
  for (const line of TABLE.trim().split('\n')) {
    const [first = '', ...rest] = line.split(' ');
    if (first === '#') [group, version] = [rest[0] === 'core' ? '' : (rest[0] ?? ''), rest[1] ?? ''];
    else resources.push({ group, version, resource: first, ...toFields(rest) });
  }
  return resources;
}

type Fields = Omit<ApiResource, 'group' | 'version' | 'resource'>;

function toFields([
  kind = '',
  shortNames = '',
  scope,
  verbs = '',
  ...subresources
]: readonly string[]): Fields {
  return {
    kind,
    singular: kind.toLowerCase(),
    shortNames: shortNames === '-' ? [] : shortNames.split(','),
    namespaced: scope === 'namespaced',
    verbs: toVerbs(verbs),
    subresources: subresources.map((each) => {
      const [name = '', own = ''] = each.split(':');
      return { name, verbs: toVerbs(own) };
    }),
  };
}

function toVerbs(text: string): readonly string[] {
  return VERB_SETS[text] ?? text.split(',');
}
