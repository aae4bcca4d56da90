{{/* A ClusterRole of a component with these rules, and its ServiceAccount in it. */}}
{{- define "iam-bridge.clusterRole" -}}
{{- $name := printf "%s-%s" (include "iam-bridge.namespace" .root) (include "iam-bridge.component.name" .) -}}
{{- $as := dict "clusterWide" true "name" $name -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
{{ include "iam-bridge.component.metadata" (dict "root" .root "name" .name "as" $as) }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
{{ include "iam-bridge.component.metadata" (dict "root" .root "name" .name "as" $as) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ $name }}
subjects:
  {{- include "iam-bridge.subject" . | nindent 2 }}
{{- end -}}

{{/* The same in one namespace: `namespace`, or that of the release. A second one of a component has a `suffix`. */}}
{{- define "iam-bridge.role" -}}
{{- $name := include "iam-bridge.component.name" . -}}
{{- with .suffix }}{{ $name = printf "%s-%s" $name . }}{{ end -}}
{{- $as := dict "name" $name "namespace" .namespace -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
{{ include "iam-bridge.component.metadata" (dict "root" .root "name" .name "as" $as) }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
{{ include "iam-bridge.component.metadata" (dict "root" .root "name" .name "as" $as) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  {{- include "iam-bridge.subject" . | nindent 2 }}
{{- end -}}

{{- define "iam-bridge.subject" -}}
- kind: ServiceAccount
  name: {{ include "iam-bridge.component.serviceAccountName" . }}
  namespace: {{ include "iam-bridge.namespace" .root }}
{{- end -}}
