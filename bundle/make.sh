#!/bin/sh
# Packs everything an installation needs into one archive for a closed network:
# wheels (models and fonts are inside of them), and images where docker is there.
set -eu
cd "$(dirname "$0")/.."

python=$1
version=$("$python" -c 'import tomllib
print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
python_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
name=kamizero-$version-python$python_version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
into=dist/$name

rm -rf "$into"
mkdir -p "$into/wheels"
echo "Fetching the wheels (about a gigabyte) ..."
"$python" -m pip --disable-pip-version-check wheel --quiet \
    -c constraints.txt --wheel-dir "$into/wheels" '.[lists]'
cp -R constraints.txt docker-compose.yml LICENSE README.md README.ja.md docs samples "$into"
cp bundle/install.sh "$into/install.sh"
# Wheels fit the version that fetched them.
echo "$python_version" >"$into/PYTHON_VERSION"

if docker info >/dev/null 2>&1; then
    echo "Building and saving the images ..."
    docker compose build
    # shellcheck disable=SC2046 # each name is a word of its own
    docker save $(docker compose config --images | sort -u) | gzip >"$into/images.tar.gz"
else
    echo "No docker answers here: the bundle carries no images."
fi

(cd "$into" && find . -type f ! -name SHA256SUMS -print0 | sort -z |
    xargs -0 sha256sum >SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner -C dist -cf "dist/$name.tar" "$name"
rm -rf "$into"
sha256sum "dist/$name.tar"
