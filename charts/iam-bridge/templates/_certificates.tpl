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

{{/* For which names cert-manager makes a certificate: a Service of ours, and what the values say. (component) */}}
{{- define "iam-bridge.certManager.names" -}}
{{- $name := include "iam-bridge.component.name" . -}}
{{- $service := printf "%s.%s" $name (include "iam-bridge.namespace" .root) -}}
{{- $names := list $name $service (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) -}}
{{- $addresses := list -}}
{{- range .root.Values.pki.certManager.certificate.dnsNames -}}
  {{- if regexMatch "^[0-9.]+$|:" . }}{{ $addresses = append $addresses . }}{{ else }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
dnsNames:
  {{- toYaml $names | nindent 2 }}
{{- with $addresses }}
ipAddresses:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The host of mutatingWebhook.url, without port and brackets, in lower case as in certificates. */}}
{{- define "iam-bridge.url.host" -}}
{{- with .Values.mutatingWebhook.url }}{{ (urlParse .).hostname | trimPrefix "[" | trimSuffix "]" | lower }}{{ end -}}
{{- end -}}

{{/* A Certificate of cert-manager, and what issues it where no issuer is named. (component, secretName) */}}
{{- define "iam-bridge.certManager" -}}
{{- $c := . -}}
{{- $manager := $c.root.Values.pki.certManager -}}
apiVersion: cert-manager.io/v1
kind: Certificate
{{ include "iam-bridge.component.metadata" (pick $c "root" "name") }}
spec:
  secretName: {{ $c.secretName }}
  duration: {{ $manager.certificate.duration }}
  renewBefore: {{ $manager.certificate.renewBefore }}
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Always
  usages: [digital signature, server auth]
  {{- include "iam-bridge.certManager.names" $c | nindent 2 }}
  issuerRef:
    {{- if $manager.existingIssuer.enabled }}
    {{- toYaml (pick $manager.existingIssuer "name" "kind" "group") | nindent 4 }}
    {{- else }}
    name: {{ include "iam-bridge.component.name" $c }}
    kind: Issuer
    group: cert-manager.io
---
{{ include "iam-bridge.certManager.authority" $c }}
    {{- end }}
{{- end -}}

{{/*
An authority that stays: its key is kept when it is renewed, so that what either certificate of it has signed is trusted by the
other. A certificate that signs itself would be another authority each time, which caBundle has at once, and a pod when kubelet
brings it, a minute later.
*/}}
{{- define "iam-bridge.certManager.authority" -}}
{{- $c := . -}}
{{- $name := include "iam-bridge.component.name" $c -}}
{{- $authority := printf "%s-ca" $name -}}
apiVersion: cert-manager.io/v1
kind: Issuer
{{ include "iam-bridge.component.metadata" (pick $c "root" "name") }}
spec:
  ca:
    secretName: {{ $authority }}
---
apiVersion: cert-manager.io/v1
kind: Certificate
{{ include "iam-bridge.component.metadata" (merge (dict "as" (dict "name" $authority)) (pick $c "root" "name")) }}
spec:
  secretName: {{ $authority }}
  isCA: true
  commonName: {{ $authority }}
  duration: 87600h
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Never
  usages: [cert sign, crl sign]
  issuerRef:
    name: {{ $authority }}
    kind: Issuer
    group: cert-manager.io
---
apiVersion: cert-manager.io/v1
kind: Issuer
{{ include "iam-bridge.component.metadata" (merge (dict "as" (dict "name" $authority)) (pick $c "root" "name")) }}
spec:
  selfSigned: {}
{{- end -}}
