{{/*
The pod template of a component. Beside the component: args, ports (list), volumes, mounts, initContainers (YAML lists), `restartedBy`
(a text whose change makes new pods), `probeHost` (where probes go other than to the address of the pod).
*/}}
{{- define "iam-bridge.component.pod" -}}
{{- $c := . -}}
{{- $values := $c.values -}}
metadata:
  labels:
    {{- $labels := include "iam-bridge.component.labels" $c | fromYaml }}
    {{- range $more := list $c.root.Values.commonLabels $values.podLabels }}
    {{- range $name, $value := $more }}{{ $_ := set $labels $name $value }}{{ end }}
    {{- end }}
    {{- $_ := set $labels "eks.amazonaws.com/skip-pod-identity-webhook" "true" }}
    {{- toYaml $labels | nindent 4 }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ $c.name }}
    {{- with $c.restartedBy }}
    checksum/config: {{ . | sha256sum }}
    {{- end }}
    {{- with $values.podAnnotations }}
    {{- tpl (toYaml .) $c.root | nindent 4 }}
    {{- end }}
spec:
  {{- with include "iam-bridge.imagePullSecrets" $c.root }}
  imagePullSecrets:
    {{- . | nindent 4 }}
  {{- end }}
  serviceAccountName: {{ include "iam-bridge.component.serviceAccountName" $c }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if $values.hostNetwork }}
  hostNetwork: true
  {{- end }}
  dnsPolicy: {{ default (ternary "ClusterFirstWithHostNet" "ClusterFirst" $values.hostNetwork) $values.dnsPolicy }}
  {{- if kindIs "bool" $values.hostUsers }}
  hostUsers: {{ $values.hostUsers }}
  {{- end }}
  terminationGracePeriodSeconds: {{ int64 $values.terminationGracePeriodSeconds }}
  {{- with $values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.initContainers }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ $c.name }}
      image: {{ include "iam-bridge.image" $c.root }}
      imagePullPolicy: {{ $c.root.Values.image.pullPolicy }}
      command: [/iam-bridge]
      args:
        {{- include "iam-bridge.component.args" $c | nindent 8 }}
      env:
        {{- include "iam-bridge.memory.env" $c | nindent 8 }}
        {{- with $values.extraEnv }}
        {{- tpl (toYaml .) $c.root | nindent 8 }}
        {{- end }}
      ports:
        {{- range $name, $port := $c.ports }}
        - name: {{ $name }}
          containerPort: {{ int64 $port }}
          protocol: TCP
        {{- end }}
      {{- include "iam-bridge.component.probes" $c | trim | nindent 6 }}
      {{- if and (gt (int64 $values.preStopSeconds) 0) (semverCompare ">=1.30-0" $c.root.Capabilities.KubeVersion.Version) }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ int64 $values.preStopSeconds }}
      {{- end }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      {{- with $values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: api-access
          mountPath: /var/run/secrets/kubernetes.io/serviceaccount
          readOnly: true
        {{- with $c.mounts }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    {{- include "iam-bridge.apiAccess" $c.root | nindent 4 }}
    {{- with $c.volumes }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- tpl (toYaml .) $c.root | nindent 4 }}
    {{- end }}
  {{- with include "iam-bridge.component.placement" $c | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* What automounting would bring, with a token that is for an hour. */}}
{{- define "iam-bridge.apiAccess" -}}
- name: api-access
  projected:
    defaultMode: 0444
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                apiVersion: v1
                fieldPath: metadata.namespace
{{- end -}}

{{- define "iam-bridge.isAnyAddress" }}{{ if has . (list "0.0.0.0" "::") }}true{{ end }}{{ end -}}

{{/*
/healthz, which the Go program's manifests probe, says nothing of readiness: ours is asked in its place. Who listens on one
address alone is asked there.
*/}}
{{- define "iam-bridge.component.probes" -}}
{{- $c := . -}}
{{- $host := $c.probeHost -}}
{{- with $c.values.config.bindAddress }}{{ if not (include "iam-bridge.isAnyAddress" .) }}{{ $host = . }}{{ end }}{{ end -}}
{{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" }}
{{- $probe := deepCopy (get $c.values $name) -}}
{{- if and (eq $name "readinessProbe") (eq (toString (dig "httpGet" "path" "" $probe)) "/healthz") -}}
  {{- $probe = dict "httpGet" (dict "path" "/readyz" "port" "metrics") "periodSeconds" 5 "timeoutSeconds" 3 "failureThreshold" 2 -}}
{{- end }}
{{- if and $host (hasKey $probe "httpGet") (not (dig "httpGet" "host" "" $probe)) -}}
  {{- $_ := set $probe.httpGet "host" $host -}}
{{- end }}
{{- with $probe }}
{{ $name }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "iam-bridge.component.placement" -}}
{{- $c := . -}}
{{- with $c.values.nodeSelector }}
nodeSelector:
  {{- tpl (toYaml .) $c.root | nindent 2 }}
{{- end }}
{{- with $c.values.affinity }}
affinity:
  {{- tpl (toYaml .) $c.root | nindent 2 }}
{{- end }}
{{- with $c.values.tolerations }}
tolerations:
  {{- tpl (toYaml .) $c.root | nindent 2 }}
{{- end }}
{{- if kindIs "slice" $c.values.topologySpreadConstraints }}
{{- with $c.values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- tpl (toYaml .) $c.root | nindent 2 }}
{{- end }}
{{- else if ne (include "iam-bridge.component.kind" $c) "DaemonSet" }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "iam-bridge.component.selector" $c | nindent 8 }}
    {{- if semverCompare ">=1.27-0" $c.root.Capabilities.KubeVersion.Version }}
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}
