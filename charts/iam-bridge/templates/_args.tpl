{{/*
The command line of a component: its values that are handed on as they are (files/flags.yaml), where they differ from what
the program does anyway; then `flags` (name → text or list), which the chart works out; then extraArgs.
*/}}
{{- define "iam-bridge.component.args" -}}
{{- $c := . -}}
{{- $flags := dict -}}
{{- range $path, $flag := get ($c.root.Files.Get "files/flags.yaml" | fromYaml) $c.name -}}
  {{- $value := $c.values -}}
  {{- range splitList "." $path }}{{ $value = get $value . }}{{ end -}}
  {{- if kindIs "slice" $value -}}
    {{- $words := list -}}
    {{- range $value }}{{ $words = append $words (include "iam-bridge.word" (list . $c.root)) }}{{ end -}}
    {{- if ne (toJson $words) (toJson $flag.default) }}{{ $_ := set $flags $flag.name $words }}{{ end -}}
  {{- else if not (kindIs "invalid" $value) -}}
    {{- $word := include "iam-bridge.word" (list $value $c.root) -}}
    {{- if ne $word $flag.default }}{{ $_ := set $flags $flag.name $word }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- range $name, $value := include "iam-bridge.memory.flags" $c | fromYaml }}{{ $_ := set $flags $name $value }}{{ end -}}
{{- range $name, $value := $c.flags }}{{ $_ := set $flags $name $value }}{{ end -}}
{{- range $c.withoutFlags }}{{ $_ := unset $flags . }}{{ end -}}
{{- $args := list $c.command -}}
{{- range $name, $value := $flags -}}
  {{- range ternary $value (list $value) (kindIs "slice" $value) }}{{ $args = append $args (printf "--%s=%s" $name (toString .)) }}{{ end -}}
{{- end -}}
{{- toYaml $args -}}
{{- with $c.values.config.extraArgs }}
{{ tpl (toYaml .) $c.root }}
{{- end -}}
{{- end -}}
