{{- define "iam-bridge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* With the longest suffix 63 characters. A release may have dots in its name, a Service may not. */}}
{{- define "iam-bridge.fullname" -}}
{{- $name := include "iam-bridge.name" . -}}
{{- $release := replace "." "-" .Release.Name -}}
{{- if not (contains $name $release) }}{{ $release = printf "%s-%s" $release $name }}{{ end -}}
{{- default $release .Values.fullnameOverride | trunc 49 | trimSuffix "-" -}}
{{- end -}}

{{- define "iam-bridge.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{/* From here on: a component is (root, name, values). */}}
{{- define "iam-bridge.component.name" -}}
{{- printf "%s-%s" (include "iam-bridge.fullname" .root) .name -}}
{{- end -}}

{{- define "iam-bridge.component.kind" -}}
{{- if eq .name "authenticator" }}{{ .values.kind }}{{ else }}Deployment{{ end -}}
{{- end -}}

{{/* How many pods there are at least. */}}
{{- define "iam-bridge.component.pods" -}}
{{- ternary .values.autoscaling.minReplicas .values.replicaCount .values.autoscaling.enabled | int64 -}}
{{- end -}}

{{- define "iam-bridge.component.serviceAccountName" -}}
{{- if .values.serviceAccount.create -}}
{{- default (include "iam-bridge.component.name" .) .values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "iam-bridge.component.selector" -}}
app.kubernetes.io/name: {{ include "iam-bridge.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "iam-bridge.component.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "iam-bridge.component.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* metadata of an object: component, and `as` (name, clusterWide, namespace, labels, annotations), all of it optional */}}
{{- define "iam-bridge.component.metadata" -}}
{{- $as := default dict .as -}}
{{- $root := .root -}}
metadata:
  name: {{ default (include "iam-bridge.component.name" .) $as.name }}
  {{- if not $as.clusterWide }}
  namespace: {{ default (include "iam-bridge.namespace" $root) $as.namespace }}
  {{- end }}
  labels:
    {{- $labels := include "iam-bridge.component.labels" . | fromYaml }}
    {{- range $more := list $root.Values.commonLabels $as.labels }}
    {{- range $name, $value := $more }}{{ $_ := set $labels $name $value }}{{ end }}
    {{- end }}
    {{- toYaml $labels | nindent 4 }}
  {{- $annotations := dict }}
  {{- range $more := list $root.Values.commonAnnotations $as.annotations }}
  {{- range $name, $value := $more }}{{ $_ := set $annotations $name $value }}{{ end }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
The names that jkroepke's chart of amazon-eks-pod-identity-webhook has for its helpers: values of its users may hold templates
that include them.
*/}}
{{- define "amazon-eks-pod-identity-webhook.name" }}{{ include "iam-bridge.name" . }}{{ end -}}
{{- define "amazon-eks-pod-identity-webhook.fullname" }}{{ include "iam-bridge.component.name" (dict "root" . "name" "webhook") }}{{ end -}}
{{- define "amazon-eks-pod-identity-webhook.namespace" }}{{ include "iam-bridge.namespace" . }}{{ end -}}
{{- define "amazon-eks-pod-identity-webhook.serviceAccountName" -}}
{{ include "iam-bridge.component.serviceAccountName" (dict "root" . "name" "webhook" "values" .Values) }}
{{- end -}}

{{/* The components that are on. */}}
{{- define "iam-bridge.component.names" -}}
{{- if .Values.webhook.enabled }}
- webhook
{{- end }}
{{- if .Values.authenticator.enabled }}
- authenticator
{{- end }}
{{- if .Values.issuer.enabled }}
- issuer
{{- end }}
{{- end -}}
