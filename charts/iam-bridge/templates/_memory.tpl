{{/* The memory limit of a component in whole MiB; nothing where there is none. */}}
{{- define "iam-bridge.memory.limit" -}}
{{- $limit := get (default dict .values.resources.limits) "memory" -}}
{{- if $limit -}}
  {{- $text := include "iam-bridge.word" (list $limit .root) -}}
  {{- $factors := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
  {{- $factor := get $factors (regexFind "[A-Za-z]*$" $text) -}}
  {{- divf (mulf (float64 (regexFind "^[0-9.]+" $text)) $factor) 1048576 | floor | int64 -}}
{{- end -}}
{{- end -}}

{{/*
Half of the limit is for the old space of V8, an eighth for bodies. What is left is for the young one, code, buffers and what a
program of Node takes before it does anything. Without a limit it is the 192 MiB that the program has on its own. Reviews of
tokens are short: the authenticator keeps to its own budget of bodies.
*/}}
{{- define "iam-bridge.memory.env" -}}
{{- $limit := include "iam-bridge.memory.limit" . -}}
- name: NODE_OPTIONS
  value: --max-semi-space-size=2 --max-old-space-size={{ if $limit }}{{ div (int64 $limit) 2 }}{{ else }}192{{ end }}
{{- end -}}

{{- define "iam-bridge.memory.flags" -}}
{{- $limit := include "iam-bridge.memory.limit" . -}}
{{- $config := .values.config -}}
{{- if not (kindIs "invalid" $config.bodyBudget) }}
body-budget: {{ int64 $config.bodyBudget | quote }}
{{- else if and $limit (ne .name "authenticator") }}
body-budget: {{ max 8 (min 1024 (div (int64 $limit) 8)) | quote }}
{{- end }}
{{- if not (kindIs "invalid" $config.connectionBudget) }}
connection-budget: {{ int64 $config.connectionBudget | quote }}
{{- else if $limit }}
connection-budget: {{ max 16 (min 20000 (div (mul (int64 $limit) 1000) 128)) | quote }}
{{- end }}
{{- end -}}
