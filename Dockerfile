# syntax=docker/dockerfile:1

# One image for every process; the command chooses which one runs:
#   node apps/migrate/dist/main.js | apps/ingest/dist/main.js | apps/worker/dist/main.js | apps/api/dist/main.js

FROM node:24-slim AS base
WORKDIR /app

# What npm needs to know, alone: the layers below are built again only when this changes, and a new workspace needs no
# line here.
FROM base AS manifests
COPY . .
RUN mkdir /manifests \
 && cp --parents package.json package-lock.json packages/*/package.json apps/*/package.json /manifests

FROM base AS build
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build
# The programs without sources, types and build notes.
RUN mkdir /programs \
 && find packages apps -path '*/dist/*' -name '*.js' -exec cp --parents {} /programs ';' \
 && cp -r --parents LICENSE migrations apps/api/dashboard/index.html apps/api/dashboard/assets /programs

# The root's own dependencies are for `npm start` and the tests on a laptop, embedded Postgres among them; the image has
# only those of the workspaces.
FROM base AS production
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --workspaces --include-workspace-root=false --ignore-scripts --no-audit --no-fund

FROM base
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tallyman" \
      org.opencontainers.image.description="Counts what comes and goes at a container registry" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="node:24-slim"
ENV NODE_ENV=production
# Owned by root and written by nobody: the processes run as another user and keep nothing on the disk.
COPY --from=production /app ./
COPY --from=build /programs ./
USER node
CMD ["node", "-e", "console.error('Give a command: node apps/<migrate|ingest|worker|api>/dist/main.js'); process.exit(2)"]
