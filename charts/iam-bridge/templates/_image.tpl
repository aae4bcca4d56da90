{{/* Whether `image` names the Go webhook, as values of its charts do: our arguments are not for it. */}}
{{- define "iam-bridge.image.isPredecessor" -}}
{{- if hasSuffix "amazon-eks-pod-identity-webhook" .Values.image.repository }}true{{ end -}}
{{- end -}}

{{- define "iam-bridge.image" -}}
{{- $image := .Values.image -}}
{{- if include "iam-bridge.image.isPredecessor" . -}}
  {{- $image = dict "registry" "" "repository" "iam-bridge" "tag" "" "digest" "" -}}
{{- end -}}
{{- $registry := default $image.registry .Values.global.imageRegistry -}}
{{- with $registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{- define "iam-bridge.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range concat (default list .Values.global.imagePullSecrets) (default list .Values.imagePullSecrets) -}}
  {{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) -}}
{{- end -}}
{{- with $secrets }}{{ toYaml . }}{{ end -}}
{{- end -}}
