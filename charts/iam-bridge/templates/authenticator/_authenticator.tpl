{{/* What the authenticator is beside what every component is. */}}
{{- define "iam-bridge.authenticator" -}}
{{- $a := .Values.authenticator -}}
{{- $c := dict "root" . "name" "authenticator" "values" $a -}}
{{- $isBeside := eq $a.kind "DaemonSet" -}}
command: authenticator
ports:
  https: {{ int64 $a.config.ports.authenticate }}
  health: {{ int64 $a.config.ports.health }}
  metrics: {{ int64 $a.config.ports.metrics }}
flags:
  config: /etc/iam-bridge/authenticator/config.yaml
  {{- if $isBeside }}
  state-dir: {{ $a.stateDir }}
  generate-kubeconfig: {{ $a.kubeconfigDir }}/kubeconfig.yaml
  {{- if $a.pregenerated }}
  kubeconfig-pregenerated: "true"
  {{- end }}
  {{- else }}
  address: ""
  hostname: {{ default (printf "%s.%s.svc" (include "iam-bridge.component.name" $c) (include "iam-bridge.namespace" .)) $a.hostname }}
  state-dir: /etc/iam-bridge/state
  generate-kubeconfig: /etc/iam-bridge/state/kubeconfig.yaml
  kubeconfig-pregenerated: "true"
  client-ca-file: /etc/iam-bridge/state/{{ $a.clientCa.key }}
  client-name: {{ toJson $a.clientCa.names }}
  {{- end }}
{{- if and $isBeside $a.hostNetwork }}
probeHost: 127.0.0.1
{{- end }}
restartedBy: {{ include "iam-bridge.authenticator.config" . | quote }}
initContainers: |-
  {{- if and $isBeside $a.prepareFolders }}
  {{- include "iam-bridge.authenticator.prepare" $c | nindent 2 }}
  {{- end }}
mounts: |-
  - name: config
    mountPath: /etc/iam-bridge/authenticator
    readOnly: true
  {{- if $isBeside }}
  - name: state
    mountPath: {{ $a.stateDir }}
  - name: kubeconfig
    mountPath: {{ $a.kubeconfigDir }}
  {{- else }}
  - name: state
    mountPath: /etc/iam-bridge/state
    readOnly: true
  {{- end }}
volumes: |-
  - name: config
    configMap:
      name: {{ include "iam-bridge.component.name" $c }}
  {{- if $isBeside }}
  - name: state
    hostPath:
      path: {{ $a.stateDir }}
      type: DirectoryOrCreate
  - name: kubeconfig
    hostPath:
      path: {{ $a.kubeconfigDir }}
      type: DirectoryOrCreate
  {{- else }}
  - name: state
    secret:
      secretName: {{ $a.stateSecret }}
      defaultMode: 0440
  {{- end }}
{{- end -}}

{{/* The folders of the node belong to root, and the server is not root: this gives it both, and is all that may. */}}
{{- define "iam-bridge.authenticator.prepare" -}}
{{- $a := .values -}}
{{- $user := default 65532 $a.podSecurityContext.runAsUser | int64 -}}
{{- $group := default 65532 $a.podSecurityContext.runAsGroup | int64 -}}
- name: folders
  image: {{ include "iam-bridge.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [/nodejs/bin/node, -e]
  args:
    - for (const folder of process.argv.slice(1)) fs.chownSync(folder, {{ $user }}, {{ $group }})
    - {{ $a.stateDir }}
    - {{ $a.kubeconfigDir }}
  resources:
    {{- toYaml $a.resources | nindent 4 }}
  securityContext:
    runAsUser: 0
    runAsNonRoot: false
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: [ALL]
      add: [CHOWN]
  volumeMounts:
    - name: state
      mountPath: {{ $a.stateDir }}
    - name: kubeconfig
      mountPath: {{ $a.kubeconfigDir }}
{{- end -}}

{{/* The configuration has what is too long for a flag. */}}
{{- define "iam-bridge.authenticator.config" -}}
{{- $config := .Values.authenticator.config -}}
{{- $server := dict -}}
{{- range $name := list "mapRoles" "mapUsers" "mapAccounts" "reservedPrefixConfig" -}}
  {{- with get $config $name }}{{ $_ := set $server $name . }}{{ end -}}
{{- end -}}
{{- dict "server" $server | toYaml -}}
{{- end -}}
