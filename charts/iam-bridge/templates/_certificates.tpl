{{/* Where the webhook's certificate is from: self, certManager or existingSecret. What pki says goes before tls.mode. */}}
{{- define "iam-bridge.tls.mode" -}}
{{- $pki := .Values.pki -}}
{{- if or $pki.existingSecret $pki.cert -}}
existingSecret
{{- else if $pki.certManager.enabled -}}
certManager
{{- else -}}
{{- .Values.tls.mode -}}
{{- end -}}
{{- end -}}

{{- define "iam-bridge.tls.secret" -}}
{{- default (printf "%s-tls" (include "iam-bridge.component.name" (dict "root" . "name" "webhook"))) .Values.pki.existingSecret -}}
{{- end -}}

{{/* The authority as `caBundle` has it: base64 of PEM, whichever of both was given. */}}
{{- define "iam-bridge.tls.caBundle" -}}
{{- with .Values.pki.caBundle }}{{ if contains "-----BEGIN" . }}{{ b64enc . }}{{ else }}{{ nospace . }}{{ end }}{{ end -}}
{{- end -}}

{{/* Names of a Service of ours, and the host of a URL by which it is called. (component) */}}
{{- define "iam-bridge.tls.dnsNames" -}}
{{- $name := include "iam-bridge.component.name" . -}}
{{- $namespace := include "iam-bridge.namespace" .root -}}
- {{ $name }}
- {{ $name }}.{{ $namespace }}
- {{ $name }}.{{ $namespace }}.svc
- {{ $name }}.{{ $namespace }}.svc.cluster.local
{{- range .root.Values.pki.certManager.certificate.dnsNames }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* The host of mutatingWebhook.url, without port and brackets. */}}
{{- define "iam-bridge.url.host" -}}
{{- with .Values.mutatingWebhook.url }}{{ (urlParse .).hostname | trimPrefix "[" | trimSuffix "]" }}{{ end -}}
{{- end -}}

{{/* A Certificate of cert-manager, and the Issuer for it. (component, secretName) */}}
{{- define "iam-bridge.certManager" -}}
{{- $c := . -}}
{{- $manager := $c.root.Values.pki.certManager -}}
apiVersion: cert-manager.io/v1
kind: Certificate
{{ include "iam-bridge.component.metadata" (dict "root" $c.root "name" $c.name) }}
spec:
  secretName: {{ $c.secretName }}
  duration: {{ $manager.certificate.duration }}
  renewBefore: {{ $manager.certificate.renewBefore }}
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Always
  usages: [digital signature, server auth]
  dnsNames:
    {{- include "iam-bridge.tls.dnsNames" $c | nindent 4 }}
  issuerRef:
    {{- if $manager.existingIssuer.enabled }}
    name: {{ $manager.existingIssuer.name }}
    kind: {{ $manager.existingIssuer.kind }}
    group: {{ $manager.existingIssuer.group }}
    {{- else }}
    name: {{ include "iam-bridge.component.name" $c }}
    kind: Issuer
    group: cert-manager.io
---
apiVersion: cert-manager.io/v1
kind: Issuer
{{ include "iam-bridge.component.metadata" (dict "root" $c.root "name" $c.name) }}
spec:
  selfSigned: {}
    {{- end }}
{{- end -}}
