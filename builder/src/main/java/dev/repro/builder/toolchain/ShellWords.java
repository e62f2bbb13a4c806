package dev.repro.builder.toolchain;

import java.util.ArrayList;
import java.util.List;

/// The part of shell quoting that maintainer scripts use where they install an alternative.
final class ShellWords {
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private boolean replaced;

    private ShellWords() {}

    /// The words of the command on `line` that names `program`; none where there is none, or where a shell would replace
    /// anything in it. Commands are separated by `;`, `&`, `|` and redirections.
    static List<String> command(String program, String line) {
        var shell = new ShellWords();
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            shell.replaced |= c == '$' && quote != '\'' || c == '`';
            if (quote != 0 ? c == quote : c == '"' || c == '\'') {
                quote = quote == 0 ? c : 0;
                shell.inWord = true;
            } else if (quote != 0 || " \t;&|<>#".indexOf(c) < 0 || c == '#' && shell.inWord) {
                shell.word.append(c);
                shell.inWord = true;
            } else {
                shell.endWord();
                if (c == '#' || c != ' ' && c != '\t' && shell.endCommand(program)) {
                    break;
                }
            }
        }
        shell.endWord();
        return quote == 0 && !shell.replaced && shell.words.contains(program) ? List.copyOf(shell.words) : List.of();
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
    }

    /// True where the command was the one that is looked for; else it is forgotten.
    private boolean endCommand(String program) {
        if (words.contains(program)) {
            return true;
        }
        words.clear();
        replaced = false;
        return false;
    }
}
