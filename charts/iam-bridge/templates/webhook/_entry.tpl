{{/*
For which namespaces which failure policy counts, as an expression on their labels. Never Fail for those without which nothing
could come up again; every namespace has its name as a label, so that DoesNotExist is none.
*/}}
{{- define "iam-bridge.webhook.namespaces" -}}
{{- $strict := .Values.mutatingWebhook.strictNamespaces -}}
{{- if and (eq .Values.mutatingWebhook.failurePolicy "Fail") (not $strict) }}{{ $strict = list "*" }}{{ end -}}
{{- $spared := list (include "iam-bridge.namespace" .) "kube-system" | uniq | sortAlpha -}}
{{- $label := dict "key" "kubernetes.io/metadata.name" -}}
{{- $ignore := dict "operator" "NotIn" "values" (prepend $strict "kube-node-lease") -}}
{{- $fail := dict "operator" "In" "values" $strict -}}
{{- if has "*" $strict -}}
  {{- $ignore = dict "operator" "In" "values" $spared -}}
  {{- $fail = dict "operator" "NotIn" "values" (append $spared "kube-node-lease" | sortAlpha) -}}
{{- else if not $strict -}}
  {{- $fail = dict "operator" "DoesNotExist" -}}
{{- end -}}
{{- dict "Ignore" (merge $ignore $label) "Fail" (merge $fail $label) | toYaml -}}
{{- end -}}

{{/* An entry of the configuration but for its name and failure policy. namespaces: an expression on their labels */}}
{{- define "iam-bridge.webhook.entry" -}}
{{- $root := .root -}}
{{- $webhook := $root.Values.mutatingWebhook -}}
timeoutSeconds: {{ int64 $webhook.timeoutSeconds }}
matchPolicy: Equivalent
reinvocationPolicy: {{ $webhook.reinvocationPolicy }}
sideEffects: None
admissionReviewVersions: [v1]
clientConfig:
  {{- if ne (include "iam-bridge.tls.mode" $root) "self" }}
  {{- with include "iam-bridge.tls.caBundle" $root }}
  caBundle: {{ . }}
  {{- end }}
  {{- end }}
  {{- if $webhook.url }}
  url: {{ $webhook.url }}
  {{- else }}
  service:
    name: {{ include "iam-bridge.component.name" (dict "root" $root "name" "webhook") }}
    namespace: {{ include "iam-bridge.namespace" $root }}
    port: 443
    path: /mutate
  {{- end }}
rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE]
    resources: [pods]
    scope: Namespaced
namespaceSelector:
  matchExpressions:
    {{- $given := $webhook.namespaceSelector }}
    {{- prepend (default list $given.matchExpressions) .namespaces | toYaml | nindent 4 }}
  {{- with $given.matchLabels }}
  matchLabels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
objectSelector:
  matchExpressions:
    - key: eks.amazonaws.com/skip-pod-identity-webhook
      operator: DoesNotExist
    {{- with $webhook.objectSelector.matchExpressions }}
    {{- tpl (toYaml .) $root | nindent 4 }}
    {{- end }}
  {{- with $webhook.objectSelector.matchLabels }}
  matchLabels:
    {{- tpl (toYaml .) $root | nindent 4 }}
  {{- end }}
{{- if semverCompare ">=1.30-0" $root.Capabilities.KubeVersion.Version }}
matchConditions:
  - name: no-mirror-pods
    expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
  {{- with $webhook.matchConditions }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}
