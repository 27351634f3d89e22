"""The programs that are measured, and those that they are measured beside."""

import os
import subprocess

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

_build = """
source "$1/scripts/lib"
shift
install_packages run measure
if [[ -z ${LOA_BIN:-} ]]; then
    need_swift
    install_packages build
    for product in "$@"; do
        say "building $product for speed"
        swift build --package-path "$loa_root" "${loa_release[@]}" --quiet --product "$product" >&2
    done
    LOA_BIN=$(release_folder)
fi
printf '%s' "$LOA_BIN"
"""


def programs(*products):
    """Installs what is missing, builds these products for speed, and returns the folder in which they lie.

    LOA_BIN=DIR uses the programs in DIR, and builds nothing.
    """
    if not products:
        products = ("loa-node", "asound_module_pcm_loa")
    done = subprocess.run(["bash", "-euc", _build, "programs", root, *products], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    return done.stdout


def run(*command):
    """Runs a command that is not measured, without a word."""
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
