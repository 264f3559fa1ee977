#!/bin/sh
# Installs kamizero from the folder this file lies in, without any network.
#   sh install.sh FOLDER     a virtual environment in FOLDER, with bin/kamizero
#   sh install.sh --images   the images for docker-compose.yml
set -eu
into=${1:?"Say where to: sh install.sh FOLDER, or sh install.sh --images."}
case $into in --images | /*) ;; *) into=$PWD/$into ;; esac
cd "$(dirname "$0")"

if ! sha256sum --check --quiet --strict SHA256SUMS; then
    echo "The bundle is not what was packed: copy it here again." >&2
    exit 1
fi

if [ "$into" = --images ]; then
    if [ ! -e images.tar.gz ]; then
        echo "This bundle was packed without images; pack one where docker runs." >&2
        exit 1
    fi
    gunzip -c images.tar.gz | docker load
    exit
fi

version=$(cat PYTHON_VERSION)
python=$(command -v "python$version" || true)
if [ -z "$python" ]; then
    echo "Python $version is missing: install it first." >&2
    exit 1
fi
"$python" -m venv "$into"
pip() {
    "$into/bin/python" -m pip --disable-pip-version-check install --quiet \
        --no-index --find-links wheels -c constraints.txt "$@"
}
pip 'kamizero[lists]'
# Three distributions own cv2; a server has no display libraries, so the headless one
# is laid last.
pip --force-reinstall --no-deps opencv-python-headless
echo "Installed. Begin with: $into/bin/kamizero doctor"
