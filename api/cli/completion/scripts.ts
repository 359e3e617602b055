/** What a shell has to know of us: how to ask. What is typed is only ever an argument, never run. */
export const scripts = {
  bash: `# slipway: eval "$(slipway completion bash)" in ~/.bashrc
_slipway() {
  local value rest
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    COMPREPLY+=("$value")
  done < <(slipway completion suggest -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _slipway slipway`,

  zsh: `#compdef slipway
# slipway: source <(slipway completion zsh) in ~/.zshrc, after compinit
_slipway() {
  local -a found
  local value description
  while IFS=$'\\t' read -r value description; do
    found+=("\${value//:/\\\\:}:$description")
  done < <(slipway completion suggest -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe slipway found; else _files; fi
}
compdef _slipway slipway`,

  fish: `# slipway: slipway completion fish | source, in ~/.config/fish/config.fish
function __slipway_complete
    set -l found (slipway completion suggest -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c slipway -f -a '(__slipway_complete)'`,
} as const

export type Shell = keyof typeof scripts
export const shells = Object.keys(scripts) as Shell[]
