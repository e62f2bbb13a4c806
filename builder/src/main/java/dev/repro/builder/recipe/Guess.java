package dev.repro.builder.recipe;

import java.util.List;

/// What a project seems to be and how it would then be built.
///
/// @param project for a sentence: `a Solo5 application`
/// @param why what was found that says so, one line each
/// @param packages of Debian, beyond what every build root has
/// @param checks what the reader must look at in the command
/// @param script for the shell; of several lines where it ends with a newline
record Guess(String project, List<String> why, List<String> packages, List<String> checks, String script,
        List<Recipe.Output> outputs) {
    Guess {
        why = List.copyOf(why);
        packages = List.copyOf(packages);
        checks = List.copyOf(checks);
        outputs = List.copyOf(outputs);
    }
}
