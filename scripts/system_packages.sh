#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages that `python`, `window` or `test` need; names them in one message when not root.
set -euo pipefail
# Qt's own message blames libxcb-cursor0 whichever of its xcb libraries is missing; these are all of them.
window=(libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
  libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 libegl1 libgl1 libdbus-1-3 libglib2.0-0 libfontconfig1
  fonts-dejavu-core)
case "${1:?python, window or test}" in
  python) wanted=(python3-venv) ;;
  window) wanted=("${window[@]}") ;;
  test) wanted=("${window[@]}" xvfb xdotool fonts-wqy-zenhei adb) ;;
  *) echo "unknown set '$1'" >&2; exit 2 ;;
esac
command -v dpkg-query >/dev/null || exit 0 # not Debian: pip's wheels are all we can bring
if [ "$1" = python ] && "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null; then exit 0; fi
# With what they stand in for: from 2024 on, libglib2.0-0 for one is provided by libglib2.0-0t64.
installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}, ${Provides}\n' |
  sed -n 's/^installed //p' | tr ',' '\n' | awk '{ print $1 }')
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ]; then
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "Some system libraries are missing. Install them and try again: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
