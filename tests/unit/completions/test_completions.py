#!/usr/bin/python3 -B
"""test_completions.py SHELL - what SHELL offers behind the beginning of a line, once it has loaded
the completions that the build has written. Ends with 77 where SHELL is not installed."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

FILES = os.environ["LANTHORN_COMPLETIONS"]
PATIENCE_S = 60
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"

HOSTILE = "$(touch pwned)`touch pwned`"

# The line up to the cursor, and all that may stand there. There are a directory, place, and a
# file, paper.
ROWS = (
    ("lanthorn --disc", {"--discovery"}),
    ("lanthorn --discovery ", {"auto", "avahi", "embedded", "off"}),
    ("lanthorn --discovery e", {"embedded"}),
    ("lanthorn --color=al", {"always"}),
    ("lanthorn --data ", {"place"}),
    ("lanthorn --key-file p", {"place", "paper"}),
    ("lanthorn --interface ", set(os.listdir("/sys/class/net"))),
    ("lanthorn --name ", set()),
    ("lanthorn --name ann --vers", {"--version"}),
    ("lanthorn sen", {"send"}),
    ("lanthorn gro", {"group", "groups"}),
    ("lanthorn --data place sta", {"status"}),
    ("lanthorn group le", {"leave"}),
    ("lanthorn group history ops ", {"none", "all"}),
    ("lanthorn send ann --wai", {"--wait"}),
    ("lanthorn send ann --head", set()),
    ("lanthorn send --data ", {"place"}),
    ("lanthorn peers --wai", set()),
    ("lanthorn peers --js", {"--json"}),
    ("lanthorn help unbl", {"unblock"}),
    ("lanthorn passphrase --new-key-file pa", {"paper"}),
    ("lanthorn send ", {"Ann Two", "Bob", HOSTILE}),
    ("lanthorn send B", {"Bob"}),
    ("lanthorn --to A", {"Ann Two"}),
    ("lanthorn --data place send B", {"Bea"}),
    ("lanthorn send --data=place B", {"Bea"}),
    ("lanthorn send Bob B", set()),
    ("lanthorn group leave ", {"#ops", "#two words"}),
    ("lanthorn group add ops ", {"Ann Two", "Bob", HOSTILE}),
    ("lanthorn group new B", set()),
    ("lanthorn group new ops Bob B", {"Bob"}),
)

# In the place of the program: names as rows (src/ui/rows.h). The last of the people cannot be
# typed as they are shown, or would be options.
PROGRAM = f"""#!/bin/sh
case "$*" in
peers) printf '%s\\there\\t-\\t-\\tid\\t-\\n' 'Ann Two' Bob '{HOSTILE}' 'B\\x07' -Wx --data=/evil - ;;
'peers --data'[\\ =]place) printf 'Bea\\taway\\n' ;;
groups) printf '%s\\tadmin\\t2\\tid\\n' '#ops' '#"two words"' ;;
*) exit 5 ;;
esac
"""


def options_of_a_node():
    done = subprocess.run([os.environ["LANTHORN"], "--help"], capture_output=True, text=True,
                          check=True, timeout=PATIENCE_S)
    options = set(re.findall(r"^  (--[a-z-]+)", done.stdout, re.MULTILINE))
    assert len(options) > 10, done.stdout
    return options


def environment(scratch):
    path = f"{scratch}/bin:{os.environ['PATH']}"
    return {"HOME": scratch, "XDG_CONFIG_HOME": f"{scratch}/config", "TERM": "xterm",
            "XDG_DATA_HOME": f"{scratch}/data", "PATH": path, "LC_ALL": "C.UTF-8"}


def run(command, scratch):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          timeout=PATIENCE_S, cwd=f"{scratch}/here", env=environment(scratch))
    assert done.returncode == 0 and not done.stderr, f"{command}: {done}"
    return done.stdout.splitlines()


# Found and loaded by bash-completion; compopt works only where a line is being edited.
BASH = f"""
source {BASH_COMPLETION}
_completion_loader lanthorn
compopt() {{ :; }}
COMP_LINE=$1 COMP_POINT=${{#1}}
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lanthorn lanthorn "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
((${{#COMPREPLY[@]}})) && printf '%s\\n' "${{COMPREPLY[@]}}"
exit 0
"""


def ask_bash(line, scratch):
    target = f"{scratch}/data/bash-completion/completions"
    os.makedirs(target, exist_ok=True)
    shutil.copy(f"{FILES}/lanthorn", target)
    words = re.findall(r"[=:]|[^ =:]+", line) + ([""] if line[-1] in " =" else [])
    return run(["bash", "--norc", "-c", BASH, "bash", line, *words], scratch)


def ask_fish(line, scratch):
    target = f"{scratch}/config/fish/completions"
    os.makedirs(target, exist_ok=True)
    shutil.copy(f"{FILES}/lanthorn.fish", target)
    return [found.split("\t")[0]
            for found in run(["fish", "-c", "complete -C $argv[1]", line], scratch)]


# What is offered goes through compadd, which here also writes it down.
ZSHRC = """
PROMPT='READY>'
fpath=(%s $fpath)
autoload -Uz compinit
compinit -u -d $HOME/dump
bindkey '^I' complete-word
comppostfuncs=(exit)
compadd() {
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then
        local -a found
        builtin compadd -A found "$@"
        (($#found)) && print -rl -- $found >>$HOME/found
    fi
    builtin compadd "$@"
}
"""


def ask_zsh(line, scratch):
    with open(f"{scratch}/.zshrc", "w", encoding="utf-8") as file:
        file.write(ZSHRC % FILES)
    open(f"{scratch}/found", "w", encoding="utf-8").close()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(f"{scratch}/here")
        os.execvpe("zsh", ["zsh", "-d", "-i"], environment(scratch))
    said = b""
    end = time.monotonic() + PATIENCE_S
    typed = False
    while time.monotonic() < end and select.select([terminal], [], [], PATIENCE_S)[0]:
        try:
            said += os.read(terminal, 4096)
        except OSError:  # it has ended
            break
        if b"READY>" in said and not typed:
            os.write(terminal, line.encode() + b"\t")
            typed = True
    else:
        os.kill(pid, 9)
    os.close(terminal)
    os.waitpid(pid, 0)
    assert typed and time.monotonic() < end, said
    with open(f"{scratch}/found", encoding="utf-8") as file:
        return file.read().splitlines()


def plain(found, line):
    """Some shells give the whole word where others give what follows, or what is typed next."""
    found = re.sub(r"\\(.)", r"\1", found).rstrip("/ ")
    if "=" in line.split(" ")[-1]:
        return found.rsplit("=", 1)[-1]
    return found.rstrip("=")


def main():
    shell = sys.argv[1]
    needed = BASH_COMPLETION if shell == "bash" else shutil.which(shell)
    if not needed or not os.path.exists(needed):
        print(f"skipped: {'bash-completion' if shell == 'bash' else shell} is not installed")
        sys.exit(77)
    ask = {"bash": ask_bash, "zsh": ask_zsh, "fish": ask_fish}[shell]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="lanthorn-completions-") as scratch:
        os.makedirs(f"{scratch}/here/place")
        open(f"{scratch}/here/paper", "w", encoding="utf-8").close()
        os.makedirs(f"{scratch}/bin")
        with open(f"{scratch}/bin/lanthorn", "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        os.chmod(f"{scratch}/bin/lanthorn", 0o755)
        for line, want in (*ROWS, ("lanthorn --", options_of_a_node())):
            got = {plain(found, line) for found in ask(line, scratch)}
            if got != want:
                failures += 1
                print(f"{line!r}: {sorted(got)}, not {sorted(want)}")
        if sorted(os.listdir(f"{scratch}/here")) != ["paper", "place"]:
            failures += 1
            print("what a stranger is called was carried out")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
