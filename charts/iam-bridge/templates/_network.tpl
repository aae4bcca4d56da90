{{/* STS and EC2 for the authenticator, the issuer's own URL for its look at it; the metadata service for who asks that. */}}
{{- define "iam-bridge.network.aws" -}}
{{- $config := .values.config -}}
{{- $looks := and (eq .name "issuer") (ne (include "iam-bridge.seconds" (default "0s" $config.driftInterval)) "0") -}}
{{- if or (eq .name "authenticator") $looks }}
- ports:
    - port: 443
      protocol: TCP
{{- end }}
{{- if or (eq .name "authenticator") $config.composeRoleArn }}
- ports:
    - port: 80
      protocol: TCP
  to:
    - ipBlock:
        cidr: 169.254.169.254/32
{{- end }}
{{- end -}}
