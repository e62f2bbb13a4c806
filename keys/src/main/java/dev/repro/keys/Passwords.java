package dev.repro.keys;

import dev.repro.base.Problem;
import java.io.Console;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/// Where passwords and PINs come from.
@FunctionalInterface
public interface Passwords {

    /// What a password is wanted for.
    enum Use { OPEN, CHOOSE }

    /// @param what whose password, for the prompt: a file, a token
    /// @param use [Use#CHOOSE] for a new one, which a person types twice
    /// @return not empty; the caller closes it
    /// @throws Problem exit code 2: there is none
    Secret get(String what, Use use) throws Problem;

    /// For who has none to give.
    static Passwords none() {
        return (what, _) -> {
            throw missing("a password is wanted").where(what);
        };
    }

    /// The first line of a file, which only its owner may read unless it is a pipe.
    static Passwords file(Path file) {
        return (_, _) -> {
            byte[] bytes = PrivateFile.read(file, PrivateFile.Guard.OWNER_ONLY);
            int end = 0;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            Secret line = Secret.owning(Arrays.copyOf(bytes, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end));
            Arrays.fill(bytes, (byte) 0);
            return notEmpty(line, file.toString());
        };
    }

    /// An environment variable. The JDK keeps its own copy of the environment, which cannot be wiped.
    static Passwords environment(Map<String, String> env, String name) {
        return (_, _) -> {
            String value = env.get(name);
            if (value == null) {
                throw missing("the environment variable for the password is not set").where(name);
            }
            return notEmpty(Secret.owning(value.getBytes(StandardCharsets.UTF_8)), name);
        };
    }

    /// Asks on the terminal without echo.
    ///
    /// @param console null where there is no terminal
    static Passwords prompt(Console console) {
        return (what, use) -> {
            if (console == null || !console.isTerminal()) {
                throw missing("a password is wanted, and there is no terminal to ask on").where(what);
            }
            Secret password = ask(console, "password of " + what + ": ");
            if (use == Use.CHOOSE) {
                try (Secret again = ask(console, "the same again: ")) {
                    if (!password.same(again)) {
                        password.close();
                        throw Problem.usage("the two passwords differ").where(what).hint("type the same password twice");
                    }
                }
            }
            return notEmpty(password, what);
        };
    }

    private static Secret ask(Console console, String prompt) throws Problem {
        char[] typed = console.readPassword("%s", prompt);
        if (typed == null) {
            throw missing("no password was typed");
        }
        return Secret.owning(typed);
    }

    private static Secret notEmpty(Secret password, String where) throws Problem {
        if (password.isEmpty()) {
            throw Problem.usage("the password is empty").where(where);
        }
        return password;
    }

    private static Problem missing(String what) {
        return Problem.usage(what).hint("give it by --password-file FILE or --password-env NAME, or run this on a terminal");
    }
}
