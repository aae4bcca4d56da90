{{/* What of the values does not go together, all of it at once: a schema can only say that none of its branches fits. */}}
{{- define "iam-bridge.problems" -}}
{{- $v := .Values -}}
{{- $problems := list -}}
{{- if $v.webhook.enabled -}}
  {{- $problems = concat $problems (include "iam-bridge.problems.webhook" . | fromYamlArray) -}}
{{- end -}}
{{- if $v.authenticator.enabled -}}
  {{- $problems = concat $problems (include "iam-bridge.problems.authenticator" . | fromYamlArray) -}}
{{- end -}}
{{- if $v.issuer.enabled -}}
  {{- $problems = concat $problems (include "iam-bridge.problems.issuer" . | fromYamlArray) -}}
{{- end -}}
{{- if not (or $v.webhook.enabled $v.authenticator.enabled $v.issuer.enabled) -}}
  {{- $problems = append $problems "nothing is on: set webhook.enabled, authenticator.enabled or issuer.enabled to true" -}}
{{- end -}}
{{- $name := include "iam-bridge.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) -}}
  {{- $problems = append $problems (printf "names would begin with %s, and that of a Service has lower-case letters, digits and dashes, and begins with a letter; give another in fullnameOverride" $name) -}}
{{- end -}}
{{- if and (get $v "iam-bridge-crds").enabled (not (and $v.authenticator.enabled (has "CRD" $v.authenticator.config.backendMode))) -}}
  {{- $problems = append $problems "iam-bridge-crds.enabled is true, and nobody reads IAMIdentityMappings; add CRD to authenticator.config.backendMode, or set it to false" -}}
{{- end -}}
{{- if and $v.metrics.serviceMonitor.enabled $v.metrics.podMonitor.enabled -}}
  {{- $problems = append $problems "metrics.serviceMonitor and metrics.podMonitor would scrape each pod twice: enable one of them" -}}
{{- end -}}
{{- with $problems -}}
  {{- fail (printf "\n\niam-bridge: the values do not go together:\n- %s\n" (join "\n- " .)) -}}
{{- end -}}
{{- end -}}

{{/* Of any component. (root, name, values, at: where its values stand) */}}
{{- define "iam-bridge.problems.pod" -}}
{{- $values := .values -}}
{{- $limit := include "iam-bridge.memory.limit" . -}}
{{- if and $limit (lt (int64 $limit) 96) }}
- {{ .at }}resources.limits.memory is {{ $values.resources.limits.memory }}, and Node needs 96Mi; give 128Mi, or leave it out
{{- end }}
{{- $delay := include "iam-bridge.seconds" $values.config.shutdownDelay | int64 -}}
{{- $stop := add (int64 $values.preStopSeconds) $delay 5 -}}
{{- if lt (int64 $values.terminationGracePeriodSeconds) $stop }}
- {{ .at }}terminationGracePeriodSeconds is {{ int64 $values.terminationGracePeriodSeconds }}, and preStopSeconds, config.shutdownDelay and 5 s to end take {{ $stop }}; give {{ $stop }} or more
{{- end }}
{{- with $values.config.bindAddress }}
{{- if not (or $values.hostNetwork (include "iam-bridge.isAnyAddress" .)) }}
- {{ $.at }}config.bindAddress is {{ . }}, where nobody reaches a pod that is not on the network of its node; leave it empty, or set {{ $.at }}hostNetwork to true
{{- end }}
{{- end }}
{{- $ports := list -}}
{{- range $values.config.ports }}{{ $ports = append $ports (int64 .) }}{{ end -}}
{{- if ne (len $ports) (len (uniq $ports)) }}
- {{ .at }}config.ports has the same port twice; give each its own
{{- end }}
{{- if and $values.autoscaling.enabled (gt (int64 $values.autoscaling.minReplicas) (int64 $values.autoscaling.maxReplicas)) }}
- {{ .at }}autoscaling.minReplicas is greater than maxReplicas; give it at most that
{{- end }}
{{- $budget := $values.podDisruptionBudget -}}
{{- if and $budget.enabled (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "invalid" $budget.maxUnavailable)) }}
- {{ .at }}podDisruptionBudget has minAvailable and maxUnavailable; give one of them, and null for the other
{{- end }}
{{- end -}}

{{- define "iam-bridge.problems.webhook" -}}
{{- $v := .Values -}}
{{- include "iam-bridge.problems.pod" (dict "root" . "name" "webhook" "values" $v "at" "") }}
{{- $mode := include "iam-bridge.tls.mode" . -}}
{{- if and (eq $mode "existingSecret") (not $v.pki.existingSecret) (not (and $v.pki.cert $v.pki.key)) }}
- tls.mode is existingSecret; name the Secret in pki.existingSecret
{{- end }}
{{- if and $v.pki.cert (not $v.pki.key) }}
- pki.cert has no key; give pki.key, or better have both in a Secret that pki.existingSecret names
{{- end }}
{{- if and (eq $mode "existingSecret") (not $v.pki.caBundle) (not $v.mutatingWebhook.annotations) }}
- pki.caBundle is empty, so the API server would not trust the certificate; give the authority, or have it injected by mutatingWebhook.annotations (cert-manager.io/inject-ca-from-secret, service.beta.openshift.io/inject-cabundle)
{{- end }}
{{- if and (eq $mode "certManager") $v.pki.certManager.existingIssuer.enabled (not $v.pki.certManager.existingIssuer.name) }}
- pki.certManager.existingIssuer is enabled and has no name; give one
{{- end }}
{{- $host := include "iam-bridge.url.host" . -}}
{{- if and $host (eq $mode "certManager") (not (has $host $v.pki.certManager.certificate.dnsNames)) }}
- mutatingWebhook.url has the host {{ $host }}, which the certificate would not be for; add it to pki.certManager.certificate.dnsNames
{{- end }}
{{- if and $v.config.clientCa.names (not $v.config.clientCa.configMap) }}
- config.clientCa.names is of no effect without authorities; name their ConfigMap in config.clientCa.configMap
{{- end }}
{{- if and $v.config.clientCa.configMap (not $v.config.clientCa.names) }}
- config.clientCa.configMap needs config.clientCa.names; the authority of a cluster signs for every kubelet, too
{{- end }}
{{- if and (has "*" $v.mutatingWebhook.strictNamespaces) (gt (len $v.mutatingWebhook.strictNamespaces) 1) }}
- mutatingWebhook.strictNamespaces has "*" beside names; give one or the other
{{- end }}
{{- range list "kube-system" "kube-node-lease" (include "iam-bridge.namespace" .) }}
{{- if has . $v.mutatingWebhook.strictNamespaces }}
- mutatingWebhook.strictNamespaces has {{ . }}, without which the cluster or the webhook itself could not come up again; take it out
{{- end }}
{{- end }}
{{- end -}}

{{- define "iam-bridge.problems.authenticator" -}}
{{- $a := .Values.authenticator -}}
{{- include "iam-bridge.problems.pod" (dict "root" . "name" "authenticator" "values" $a "at" "authenticator.") }}
{{- if not $a.config.clusterId }}
- authenticator.config.clusterId is empty; give the id that tokens are made for (iam-bridge get-token --cluster-name)
{{- end }}
{{- if eq $a.kind "Deployment" }}
{{- if not $a.stateSecret }}
- authenticator.kind is Deployment, whose pods need the same certificate; make it with `iam-bridge init --client-cert` and name its Secret in authenticator.stateSecret
{{- end }}
{{- if not (and $a.clientCa.key $a.clientCa.names) }}
- authenticator.kind is Deployment, which every pod can reach; give authenticator.clientCa.key and .names, so that API servers alone are answered
{{- end }}
{{- end }}
{{- if has "DynamicFile" $a.config.backendMode }}
- authenticator.config.backendMode has DynamicFile, for which the chart has no file; mount one with authenticator.extraVolumes, and give --backend-mode and --dynamic-file-path in authenticator.config.extraArgs
{{- end }}
{{- end -}}

{{- define "iam-bridge.problems.issuer" -}}
{{- $i := .Values.issuer -}}
{{- include "iam-bridge.problems.pod" (dict "root" . "name" "issuer" "values" $i "at" "issuer.") }}
{{- if not $i.config.issuer }}
- issuer.config.issuer is empty; give the first --service-account-issuer of kube-apiserver, to the letter
{{- end }}
{{- if and $i.keys.secret $i.keys.jwksConfigMap }}
- issuer.keys has secret and jwksConfigMap; give one source of keys
{{- end }}
{{- if and $i.keys.secret (not $i.keys.files) }}
- issuer.keys.secret needs issuer.keys.files; name its files with keys
{{- end }}
{{- if and (eq $i.tls.mode "existingSecret") (not $i.tls.existingSecret) }}
- issuer.tls.mode is existingSecret; name the Secret in issuer.tls.existingSecret
{{- end }}
{{- if and (eq $i.tls.mode "plainHttp") (or $i.verify.tokenSecret $i.verify.clientCaConfigMap) }}
- issuer.verify would send tokens in clear text; give issuer.tls another mode than plainHttp
{{- end }}
{{- if and $i.verify.clientNames (not $i.verify.clientCaConfigMap) }}
- issuer.verify.clientNames is of no effect without authorities; name their ConfigMap in issuer.verify.clientCaConfigMap
{{- end }}
{{- end -}}

{{/* Go's duration in whole seconds, rounded up. */}}
{{- define "iam-bridge.seconds" -}}
{{- $seconds := 0.0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 -}}
  {{- $factor := get (dict "ms" 0.001 "s" 1 "m" 60 "h" 3600) (regexFind "[a-z]+$" .) -}}
  {{- $seconds = addf $seconds (mulf (float64 (regexFind "^[0-9.]+" .)) $factor) -}}
{{- end -}}
{{- ceil $seconds | int64 -}}
{{- end -}}
