//go:build tools

// Package tools names the etcd program of the test control plane, so that `go mod tidy` keeps its module.
package tools

import _ "go.etcd.io/etcd/server/v3"
