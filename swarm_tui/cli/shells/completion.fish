# Completion of swarm-tui for fish, asked of swarm-tui itself:  swarm-tui completion fish | source
function __swarm_tui_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l said ($program completion fish -- $words[2..-1] $word 2>/dev/null)
    switch "$said[1]"
        case files
            __fish_complete_path $word
        case directories
            __fish_complete_directories $word
        case words
            printf '%s\n' $said[2..-1]
    end
end
complete -c swarm-tui -f -a '(__swarm_tui_complete)'
