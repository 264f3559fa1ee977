#!/bin/sh
# Installs the real services the tests run against, from Debian's packages: the S3 store
# is Ceph's gateway, and curl, lftp and sftp are clients of the doors. MinIO is built from
# its last source where Go is there. Needs root.
set -eu

export DEBIAN_FRONTEND=noninteractive
# The packages' servers are not started here: each test run starts its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
if ! command -v chromium >/dev/null || ! command -v rabbitmq-server >/dev/null ||
    [ ! -d /usr/lib/postgresql ] || ! command -v radosgw >/dev/null ||
    ! command -v lftp >/dev/null || ! command -v sshpass >/dev/null; then
    apt-get update -q
    apt-get install -y -q --no-install-recommends postgresql rabbitmq-server chromium \
        radosgw ceph-mon ceph-osd ceph-common curl lftp openssh-client sshpass
fi

# No test needs MinIO yet, so a registry that does not give its source is no failure.
if ! command -v minio >/dev/null && command -v go >/dev/null; then
    GOBIN=/usr/local/bin CGO_ENABLED=0 go install -trimpath -tags kqueue \
        -ldflags "-s -w" \
        github.com/minio/minio@v0.0.0-20251015172955-9e49d5e7a648 ||
        echo "MinIO could not be built; nothing that runs today needs it." >&2
fi
