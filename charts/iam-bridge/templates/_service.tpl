{{/* The Service of a component; ports: name → port, which leads to the container's port of that name. */}}
{{- define "iam-bridge.service" -}}
{{- $service := .values.service -}}
apiVersion: v1
kind: Service
{{ include "iam-bridge.component.metadata" (dict "root" .root "name" .name "as" (pick $service "annotations" "labels")) }}
spec:
  type: {{ $service.type }}
  {{- with $service.clusterIP }}
  clusterIP: {{ . | quote }}
  {{- end }}
  {{- with $service.ipFamilyPolicy }}
  ipFamilyPolicy: {{ . }}
  {{- end }}
  {{- with $service.ipFamilies }}
  ipFamilies:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    {{- include "iam-bridge.component.selector" . | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    - name: {{ $name }}
      port: {{ int64 $port }}
      targetPort: {{ $name }}
      protocol: TCP
      appProtocol: {{ ternary "https" "http" (eq $name "https") }}
    {{- end }}
{{- end -}}
