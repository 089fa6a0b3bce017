#compdef swarm-tui
# Completion of swarm-tui for zsh, asked of swarm-tui itself:  eval "$(swarm-tui completion zsh)"
_swarm_tui() {
    local -a said
    said=("${(@f)$("${(Q)${(e)words[1]/#\~/$HOME}}" completion zsh -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    case $said[1] in
        files) _files ;;
        directories) _files -/ ;;
        words) shift said; (( $#said )) && [[ -n $said[1] ]] && _describe -V swarm-tui said ;;
    esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
if [[ $funcstack[1] == _swarm-tui ]]; then _swarm_tui "$@"; else compdef _swarm_tui swarm-tui; fi
