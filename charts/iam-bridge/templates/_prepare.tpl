{{/*
Fills in what the values lack, and takes out what is null. `helm upgrade --reuse-values` brings the values of the chart or
version before in place of values.yaml; files/defaults.yaml has the same. A null within an object of Kubernetes is how a
user takes away what the chart says, and helm leaves some of them in.
*/}}
{{- define "iam-bridge.prepare" -}}
{{- range $path, $default := .Files.Get "files/defaults.yaml" | fromYaml -}}
  {{- $at := $.Values -}}
  {{- $names := splitList "." $path -}}
  {{- range initial $names -}}
    {{- if not (kindIs "map" (get $at .)) }}{{ $_ := set $at . dict }}{{ end -}}
    {{- $at = get $at . -}}
  {{- end -}}
  {{- $name := last $names -}}
  {{- if or (not (hasKey $at $name)) (kindIs "invalid" (get $at $name)) }}{{ $_ := set $at $name $default }}{{ end -}}
  {{- include "iam-bridge.prune" (get $at $name) -}}
{{- end -}}
{{- if kindIs "invalid" .Values.authenticator.hostNetwork -}}
  {{- $_ := set .Values.authenticator "hostNetwork" (eq .Values.authenticator.kind "DaemonSet") -}}
{{- end -}}
{{- end -}}

{{- define "iam-bridge.prune" -}}
{{- if kindIs "map" . -}}
  {{- range $name, $value := . -}}
    {{- if kindIs "invalid" $value }}{{ $_ := unset $ $name }}{{ else }}{{ include "iam-bridge.prune" $value }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Text of a value, for a command line: 86400, not 8.64e+04; templates in it are filled in. (value, root) */}}
{{- define "iam-bridge.word" -}}
{{- $value := index . 0 -}}
{{- if kindIs "float64" $value }}{{ $value = int64 $value }}{{ end -}}
{{- $text := toString $value -}}
{{- if contains "{{" $text }}{{ $text = tpl $text (index . 1) }}{{ end -}}
{{- $text -}}
{{- end -}}
