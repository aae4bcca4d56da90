# The image of iam-bridge: a bundle on a distroless Node, without a shell or a package manager.
#
#   docker build --tag iam-bridge .
#
# Tags move: a release resolves both bases to digests and passes those (.github/workflows/release.yaml).
ARG BUILD_BASE=docker.io/library/node:24-trixie-slim
ARG FINAL_BASE=gcr.io/distroless/nodejs24-debian13:nonroot

# The bundle is the same for all platforms, so it is built on the builder's own: no emulation.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Behind a registry mirror: --secret id=npmrc,src=$HOME/.npmrc, and --secret id=ca,src=ca.pem for its authority.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca,target=/build/ca.pem \
  NODE_EXTRA_CA_CERTS=/build/ca.pem npm ci --ignore-scripts --no-audit --no-fund
# esbuild reads tsconfig.json, too.
COPY LICENSE tsconfig.json ./
COPY tools tools
COPY src src
RUN node tools/image-root.ts /image

FROM ${FINAL_BASE}
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="iam-bridge" \
  org.opencontainers.image.description="AWS IAM and Kubernetes identity, in both directions, on any cluster" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
COPY --from=build --chown=0:0 /image /
# As bin/iam-bridge has it: a small young generation, half the memory under load; glibc gives back what it has freed. The
# program takes NODE_OPTIONS out of its environment before it starts anything.
ENV NODE_OPTIONS="--max-semi-space-size=2 --max-old-space-size=192" \
  MALLOC_TRIM_THRESHOLD_=131072 \
  MALLOC_MMAP_THRESHOLD_=32768 \
  MALLOC_TOP_PAD_=16384
WORKDIR /
USER 65532:65532
ENTRYPOINT ["/iam-bridge"]
