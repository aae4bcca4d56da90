{{/* Whether `image` names the Go webhook, as values of its charts do: our arguments are not for it. */}}
{{- define "iam-bridge.image.isPredecessor" -}}
{{- if hasSuffix "amazon-eks-pod-identity-webhook" .Values.image.repository }}true{{ end -}}
{{- end -}}

{{/* A digest is that of one repository, wherever it is mirrored. */}}
{{- define "iam-bridge.image" -}}
{{- $released := .Files.Get "files/image.yaml" | fromYaml -}}
{{- $image := .Values.image -}}
{{- if include "iam-bridge.image.isPredecessor" . }}{{ $image = dict }}{{ end -}}
{{- $isReleased := not (or $image.repository $image.tag $image.digest) -}}
{{- $digest := ternary $released.digest $image.digest $isReleased -}}
{{- with coalesce .Values.global.imageRegistry $image.registry (ternary "" $released.registry (not (empty $image.repository))) -}}
  {{- trimSuffix "/" . }}/{{ end -}}
{{- default $released.repository $image.repository -}}
{{- if $digest }}@{{ $digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end -}}
{{- end -}}

{{- define "iam-bridge.imagePullSecrets" -}}
{{- $secrets := list -}}
{{- range concat (default list .Values.global.imagePullSecrets) (default list .Values.imagePullSecrets) -}}
  {{- $secrets = append $secrets (ternary (dict "name" .) . (kindIs "string" .)) -}}
{{- end -}}
{{- with $secrets }}{{ toYaml . }}{{ end -}}
{{- end -}}
