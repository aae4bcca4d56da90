{{/* The pod of a check, on nodes that the component's own pods may be on. (component; check, env: name → value; hostNetwork, serviceAccount) */}}
{{- define "iam-bridge.check" -}}
{{- $c := . -}}
{{- $root := $c.root -}}
apiVersion: v1
kind: Pod
{{ include "iam-bridge.component.metadata" (merge (dict "as" (dict "name" (printf "%s-check" (include "iam-bridge.component.name" $c)) "annotations" (dict "helm.sh/hook" "test" "helm.sh/hook-weight" "1" "helm.sh/hook-delete-policy" "before-hook-creation") "labels" (dict "eks.amazonaws.com/skip-pod-identity-webhook" "true"))) (dict "root" $root "name" "check")) }}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with include "iam-bridge.imagePullSecrets" $root }}
  imagePullSecrets:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with $c.serviceAccount }}
  serviceAccountName: {{ . }}
  {{- end }}
  {{- if $c.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- with $c.values.nodeSelector }}
  nodeSelector:
    {{- tpl (toYaml .) $root | nindent 4 }}
  {{- end }}
  {{- with $c.values.tolerations }}
  tolerations:
    {{- tpl (toYaml .) $root | nindent 4 }}
  {{- end }}
  {{- with $c.values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: check
      image: {{ include "iam-bridge.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: [/nodejs/bin/node, /checks/check.mjs, {{ $c.check }}]
      env:
        {{- range $name, $value := $c.env }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
      resources:
        {{- toYaml $c.values.resources | nindent 8 }}
      {{- with $c.values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: checks
          mountPath: /checks
          readOnly: true
        {{- if $c.serviceAccount }}
        - name: api-access
          mountPath: /var/run/secrets/kubernetes.io/serviceaccount
          readOnly: true
        {{- end }}
  volumes:
    - name: checks
      configMap:
        name: {{ include "iam-bridge.component.name" (dict "root" $root "name" "check") }}
    {{- if $c.serviceAccount }}
    {{- include "iam-bridge.apiAccess" $root | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* What the checks need is made before them, and gone when they are over. Their pods stay, for their logs. */}}
{{- define "iam-bridge.check.hook" -}}
helm.sh/hook: test
helm.sh/hook-weight: "0"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
{{- end -}}
