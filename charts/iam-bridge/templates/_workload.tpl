{{/* A Deployment of a component, or the DaemonSet that it is. */}}
{{- define "iam-bridge.workload" -}}
{{- $c := . -}}
{{- $kind := include "iam-bridge.component.kind" $c -}}
apiVersion: apps/v1
kind: {{ $kind }}
{{ include "iam-bridge.component.metadata" (dict "root" $c.root "name" $c.name "as" (dict "annotations" $c.values.annotations)) }}
spec:
  {{- if eq $kind "DaemonSet" }}
  updateStrategy:
    rollingUpdate:
      maxUnavailable: {{ int64 $c.values.maxUnavailable }}
  {{- else }}
  {{- if not $c.values.autoscaling.enabled }}
  replicas: {{ int64 $c.values.replicaCount }}
  {{- end }}
  {{- with $c.values.strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- else }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      # With ports of the node a new pod may find no place while the old one has them.
      maxSurge: {{ ternary 0 1 $c.values.hostNetwork }}
      maxUnavailable: {{ ternary 1 0 $c.values.hostNetwork }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "iam-bridge.component.selector" $c | nindent 6 }}
  template:
    {{- include "iam-bridge.component.pod" $c | nindent 4 }}
{{- end -}}
