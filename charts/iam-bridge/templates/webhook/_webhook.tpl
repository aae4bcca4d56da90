{{/* What the webhook is beside what every component is. */}}
{{- define "iam-bridge.webhook" -}}
{{- $v := .Values -}}
{{- $mode := include "iam-bridge.tls.mode" . -}}
{{- $listed := gt (len $v.config.containerCredentials.identities) 0 -}}
command: webhook
ports:
  https: {{ int64 $v.config.ports.webhook }}
  metrics: {{ int64 $v.config.ports.metrics }}
flags:
  in-cluster: {{ eq $mode "self" | quote }}
  {{- if eq $mode "self" }}
  service-name: {{ include "iam-bridge.component.name" (dict "root" . "name" "webhook") }}
  tls-secret: {{ include "iam-bridge.tls.secret" . }}
  webhook-configuration: {{ include "iam-bridge.component.name" (dict "root" . "name" "webhook") }}
  {{- with include "iam-bridge.url.host" . }}
  tls-san: {{ . | quote }}
  {{- end }}
  {{- end }}
  {{- if or (eq $mode "self") $v.config.podIdentityWebhookMap.enabled }}
  namespace: {{ include "iam-bridge.namespace" . }}
  {{- end }}
  {{- if $v.config.podIdentityWebhookMap.enabled }}
  watch-config-map: "true"
  {{- end }}
  {{- if $listed }}
  watch-container-credentials-config: /etc/iam-bridge/container-credentials/identities.json
  {{- end }}
  {{- if $v.config.clientCa.configMap }}
  client-ca-file: /etc/iam-bridge/callers/{{ $v.config.clientCa.key }}
  {{- end }}
{{- if not $listed }}
withoutFlags:
  - container-credentials-audience
  - container-credentials-token-mount-path
  - container-credentials-token-volume-name
  - container-credentials-token-path
  - container-credentials-full-uri
{{- end }}
mounts: |-
  {{- if ne $mode "self" }}
  - name: certificate
    mountPath: /etc/webhook/certs
    readOnly: true
  {{- end }}
  {{- if $listed }}
  - name: container-credentials
    mountPath: /etc/iam-bridge/container-credentials
    readOnly: true
  {{- end }}
  {{- if $v.config.clientCa.configMap }}
  - name: callers
    mountPath: /etc/iam-bridge/callers
    readOnly: true
  {{- end }}
volumes: |-
  {{- if ne $mode "self" }}
  - name: certificate
    secret:
      secretName: {{ include "iam-bridge.tls.secret" . }}
      defaultMode: 0440
  {{- end }}
  {{- if $listed }}
  - name: container-credentials
    configMap:
      name: {{ include "iam-bridge.component.name" (dict "root" . "name" "webhook") }}-container-credentials
  {{- end }}
  {{- if $v.config.clientCa.configMap }}
  - name: callers
    configMap:
      name: {{ $v.config.clientCa.configMap }}
  {{- end }}
{{- end -}}
