#!/bin/sh
# Installs Relay for the user who runs it. It asks nothing, needs no line and no rights, and changes nothing outside
# ~/.local. Run it again to repair: sh install.sh
set -eu

release='@RELEASE@'
pythons='@PYTHONS@'

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

here=$(cd -- "$(dirname -- "$0")" && pwd)
say "Relay $release. It needs Python 3.11 or later; this stick has it for Python $(echo "$pythons" | sed 's/ /, /g')."

python=''
for candidate in python3 $(for each in $pythons; do echo "python$each"; done); do
    found=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " $pythons " in *" $found "*) python=$candidate version=$found; break ;; esac
done
[ -n "$python" ] || fail "None of them is on this machine. Install one (Debian, Ubuntu: apt-get install python3), then
run this again. Nothing was installed."
"$python" -c 'import venv' 2>/dev/null || fail "This Python lacks its module venv (Debian, Ubuntu: apt-get install
python3-venv). Nothing was installed."

machine="$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/^arm64$/aarch64/; s/^amd64$/x86_64/')"
libraries="$here/libraries/$machine-$version.txt"
[ -f "$libraries" ] || fail "This stick has nothing for this machine ($machine). Nothing was installed."
if [ "${machine%%-*}" = linux ]; then
    "$python" -c 'import platform, sys
name, version = platform.libc_ver()
sys.exit(name != "glibc" or tuple(map(int, version.split(".")[:2])) < (2, 34))' ||
        fail "Relay's database needs glibc 2.34 or later: Debian 12, Ubuntu 22.04. Nothing was installed."
fi

into="$HOME/.local/lib/relay-livestock/$release"
command="$HOME/.local/bin/relay"
say "Installing with Python $version into $into; this takes a minute or two."
rm -rf "$into"
mkdir -p "$(dirname "$into")" "$(dirname "$command")"
"$python" -m venv --without-pip "$into"
for pip in "$here"/libraries/pip-*.whl; do :; done
if ! "$into/bin/python" "$pip/pip" --isolated --quiet --disable-pip-version-check --no-cache-dir \
    install --no-index --no-deps --require-hashes --find-links "$here/libraries" --requirement "$libraries"
then
    rm -rf "$into"
    fail "Not installed: a file of this stick is missing or damaged, or the disk is full. To see which file:
    cd '$here' && sha256sum --check --quiet SHA256SUMS"
fi
ln -sfn "$into/bin/relay" "$command"
"$command" --version

called=relay
case ":$PATH:" in *":$HOME/.local/bin:"*) ;; *) called=$(printf '%s' "~/.local/bin/relay") ;; esac
say "
Relay is installed. To see the demonstration, in which nobody lives:

    RELAY_DATA=~/relay-demo $called demo

To begin a programme of your own:

    $called serve

The documents:

    $called help
    or open documents/index.html of this stick by a double click."
