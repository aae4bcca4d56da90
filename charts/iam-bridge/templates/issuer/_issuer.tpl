{{/* What the issuer is beside what every component is. */}}
{{- define "iam-bridge.issuer" -}}
{{- $i := .Values.issuer -}}
{{- $c := dict "root" . "name" "issuer" "values" $i -}}
{{- $mode := $i.tls.mode -}}
{{- $isPlain := eq $mode "plainHttp" -}}
command: issuer
ports:
  {{ ternary "http" "https" $isPlain }}: {{ int64 $i.config.ports.documents }}
  metrics: {{ int64 $i.config.ports.metrics }}
flags:
  {{- if eq $mode "self" }}
  in-cluster: "true"
  service-name: {{ include "iam-bridge.component.name" $c }}
  namespace: {{ include "iam-bridge.namespace" . }}
  tls-secret: {{ include "iam-bridge.issuer.secret" . }}
  {{- else if $isPlain }}
  plain-http: "true"
  bind-address: {{ default "::" $i.config.bindAddress | quote }}
  {{- end }}
  {{- if $i.keys.secret }}
  key-file:
    {{- range $i.keys.files }}
    - /etc/iam-bridge/keys/{{ . }}
    {{- end }}
  {{- end }}
  {{- if $i.keys.jwksConfigMap }}
  jwks-file: /etc/iam-bridge/keys/keys.json
  {{- end }}
  {{- if $i.verify.tokenSecret }}
  verify-token-file: /etc/iam-bridge/verify-tokens/tokens
  {{- end }}
  {{- if $i.verify.clientCaConfigMap }}
  verify-client-ca: /etc/iam-bridge/verify-callers/ca.crt
  {{- with $i.verify.clientNames }}
  verify-client-name: {{ toJson . }}
  {{- end }}
  {{- end }}
{{- $without := list -}}
{{- if $isPlain }}{{ $without = concat $without (list "tls-min-version" "tls-cipher-suites") }}{{ end -}}
{{- if or $i.keys.secret $i.keys.jwksConfigMap }}{{ $without = append $without "refresh-interval" }}{{ end -}}
{{- with $without }}
withoutFlags: {{ toJson . }}
{{- end }}
{{- $volumes := include "iam-bridge.issuer.volumes" . | fromYamlArray }}
{{- with $volumes }}
mounts: |-
  {{- range . }}
  - name: {{ .name }}
    mountPath: {{ ternary "/etc/iam-bridge/tls" (printf "/etc/iam-bridge/%s" .name) (eq .name "certificate") }}
    readOnly: true
  {{- end }}
volumes: |-
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "iam-bridge.issuer.volumes" -}}
{{- $i := .Values.issuer -}}
{{- if has $i.tls.mode (list "certManager" "existingSecret") }}
- name: certificate
  secret:
    secretName: {{ include "iam-bridge.issuer.secret" . }}
    defaultMode: 0440
{{- end }}
{{- if $i.keys.secret }}
- name: keys
  secret:
    secretName: {{ $i.keys.secret }}
    defaultMode: 0440
{{- else if $i.keys.jwksConfigMap }}
- name: keys
  configMap:
    name: {{ $i.keys.jwksConfigMap }}
{{- end }}
{{- if $i.verify.tokenSecret }}
- name: verify-tokens
  secret:
    secretName: {{ $i.verify.tokenSecret }}
    defaultMode: 0440
{{- end }}
{{- if $i.verify.clientCaConfigMap }}
- name: verify-callers
  configMap:
    name: {{ $i.verify.clientCaConfigMap }}
{{- end }}
{{- end -}}

{{- define "iam-bridge.issuer.secret" -}}
{{- if eq .Values.issuer.tls.mode "existingSecret" }}{{ .Values.issuer.tls.existingSecret }}{{ else -}}
{{ include "iam-bridge.component.name" (dict "root" . "name" "issuer") }}-tls
{{- end -}}
{{- end -}}
