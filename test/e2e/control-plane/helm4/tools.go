//go:build tools

// Package tools names helm, so that `go mod tidy` keeps its module.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
