{{/* A template of its own, so that tests can see it: `helm template` shows no notes. */}}
{{- define "iam-bridge.notes" -}}
{{- $namespace := include "iam-bridge.namespace" . -}}
{{- $names := include "iam-bridge.component.names" . | fromYamlArray -}}
iam-bridge {{ .Chart.AppVersion }} in {{ $namespace }}: {{ join ", " $names }}

See that it {{ ternary "works" "runs" .Values.tests.enabled }}:
{{ range $name := $names }}
  {{- $values := ternary $.Values (get $.Values $name) (eq $name "webhook") }}
  {{- $c := dict "root" $ "name" $name "values" $values }}
  kubectl --namespace {{ $namespace }} rollout status {{ include "iam-bridge.component.kind" $c | lower }}/{{ include "iam-bridge.component.name" $c }}
{{- end }}
{{- if .Values.tests.enabled }}
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }} --logs
{{- end }}
{{- $image := include "iam-bridge.image" . }}
{{- if not (contains "/" $image) }}

Image: {{ $image }}, without a registry: nodes have to have it, or set image.registry and image.repository.
{{- end }}
{{ if .Values.webhook.enabled }}
{{- $mode := include "iam-bridge.tls.mode" . }}
Certificate: {{ get (dict "self" "the webhook makes and renews it, and writes caBundle by itself" "certManager" "cert-manager makes it, and its cainjector writes caBundle" "existingSecret" (printf "Secret %s" (include "iam-bridge.tls.secret" .))) $mode }}.
While no webhook answers, pods are made without a role (failurePolicy Ignore)
{{- if or .Values.mutatingWebhook.strictNamespaces (eq .Values.mutatingWebhook.failurePolicy "Fail") }}, and those of strict namespaces are refused
{{- end }}.
{{- end }}
{{- if .Values.authenticator.enabled }}
{{- $a := .Values.authenticator }}
API servers have to be told of the authenticator, by
  --authentication-token-webhook-config-file={{ if eq $a.kind "DaemonSet" }}{{ $a.kubeconfigDir }}/kubeconfig.yaml{{ else }}(the kubeconfig that iam-bridge init has made){{ end }}
  --authentication-token-webhook-version=v1
{{- end }}
{{- if and (contains "gke" .Capabilities.KubeVersion.Version) (ne $namespace "kube-system") (hasPrefix "system-" .Values.priorityClassName) }}

GKE admits pods of priority class {{ .Values.priorityClassName }} outside kube-system only where a ResourceQuota allows it:
give {{ $namespace }} one, or set priorityClassName to "".
{{- end }}
{{- with include "iam-bridge.idle" . | fromYamlArray }}

Of no effect, or of another one than elsewhere:
{{- range . }}
- {{ . }}
{{- end }}
{{- end }}

{{ if .Values.webhook.enabled -}}
Remove it, the webhook configuration first, which helm 3 would leave for late; pods keep their roles, and new ones get none:
  kubectl delete mutatingwebhookconfiguration {{ include "iam-bridge.component.name" (dict "root" . "name" "webhook") }}
{{- else -}}
Remove it:
{{- end }}
  helm uninstall {{ .Release.Name }} --namespace {{ .Release.Namespace }}
{{- with include "iam-bridge.keys" . | fromYamlArray }}
  kubectl delete secret {{ join " " . }} --namespace {{ $namespace }}
{{- end }}
{{- end -}}

{{/* Secrets with keys that others than helm have made, and that so stay when it is uninstalled. A list. */}}
{{- define "iam-bridge.keys" -}}
{{- $modes := dict -}}
{{- if .Values.webhook.enabled }}{{ $_ := set $modes "webhook" (include "iam-bridge.tls.mode" .) }}{{ end -}}
{{- if .Values.issuer.enabled }}{{ $_ := set $modes "issuer" .Values.issuer.tls.mode }}{{ end -}}
{{- range $name, $mode := $modes -}}
{{- $prefix := include "iam-bridge.component.name" (dict "root" $ "name" $name) }}
{{- if has $mode (list "self" "certManager") }}
- {{ $prefix }}-tls
{{- end }}
{{- if and (eq $mode "certManager") (not $.Values.pki.certManager.existingIssuer.enabled) }}
- {{ $prefix }}-ca
{{- end }}
{{- end }}
{{- end -}}

{{/* Values that are allowed for the sake of who comes from another chart, and change nothing here. A list. */}}
{{- define "iam-bridge.idle" -}}
{{- $v := .Values -}}
{{- if include "iam-bridge.image.isPredecessor" . }}
- image names amazon-eks-pod-identity-webhook; {{ include "iam-bridge.image" . }} runs in its place
{{- end }}
{{- if eq $v.mutatingWebhook.failurePolicy "Fail" }}
- mutatingWebhook.failurePolicy Fail is never for all; pods of kube-system, kube-node-lease and {{ include "iam-bridge.namespace" . }} go on without a webhook, and the others are refused
{{- end }}
{{- if ne $v.config.podIdentityWebhookMap.name "pod-identity-webhook" }}
- config.podIdentityWebhookMap.name; the ConfigMap is called pod-identity-webhook
{{- end }}
{{- if eq (toString (dig "httpGet" "path" "" $v.readinessProbe)) "/healthz" }}
- readinessProbe asks /healthz, which says nothing of readiness; /readyz is asked
{{- end }}
{{- if and (not $v.pki.existingSecret) $v.pki.cert }}
- pki.key is in the release, which whoever reads Secrets here can read; better have pki.existingSecret
{{- end }}
{{- if and $v.pki.certManager.enabled $v.pki.existingSecret }}
- pki.certManager; pki.existingSecret goes before it
{{- end }}
{{- $pods := include "iam-bridge.component.pods" (dict "values" $v) | int64 }}
{{- $budget := $v.podDisruptionBudget }}
{{- $least := toString $budget.minAvailable }}
{{- $isStuck := or (eq $least "100%") (and (regexMatch "^[0-9]+$" $least) (ge (int64 $least) $pods)) (has (toString $budget.maxUnavailable) (list "0" "0%")) }}
{{- if and $v.webhook.enabled $budget.enabled (gt $pods 1) $isStuck }}
- podDisruptionBudget lets none of {{ $pods }} pods go, and no node that has one can be drained
{{- end }}
{{- if $v.serviceAnnotations }}
- serviceAnnotations; give them in service.annotations
{{- end }}
{{- end -}}
