package dev.repro.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PlainTest {

    @ParameterizedTest
    @ValueSource(strings = {"check", "check a.hvt", "check -q a.hvt b.hvt --json", "check --verbose examples/hello",
        "tuf-client --metadata-dir m init root.json", "tuf-client --metadata-dir m --metadata-url http://localhost:1/metadata/ refresh -v",
        "tuf-client --quiet --metadata-dir m --metadata-url http://localhost:1/m --target-base-url http://localhost:1/t --target-dir t --target-name a --target-name b/c download",
        "tuf-client --offline --metadata-dir m refresh", "tuf-client --metadata-dir m --target-dir t import hello.tar"})
    void aPlainLineSaysWhatPicocliReadsInIt(String line) throws Exception {
        String[] args = line.split(" ");
        var plain = Plain.read(args, null).orElseThrow();
        CommandLine.ParseResult parsed = Commands.tree().parseArgs(args);
        assertEquals(fields((Commands.Verb) parsed.subcommand().commandSpec().userObject()), fields(plain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "build", "check --require mapped a.hvt", "check --help", "check --recipe", "check --quite a.hvt", "tuf-client", "tuf-client refresh",
        "tuf-client --metadata-dir", "tuf-client --metadata-dir --offline refresh", "tuf-client --metadata-dir m refresh a b", "tuf-client --metadata-dir=m refresh",
        "tuf-client --metadata-dir m --at 2026-11-01T00:00:00Z --offline refresh", "tuf-client --metadata-dir m --metadata-url http://[ refresh"})
    void whatIsNotPlainIsLeftToPicocli(String line) {
        assertTrue(Plain.read(line.isEmpty() ? new String[0] : line.split(" "), null).isEmpty());
    }

    /// A check whose usual command line is not plain would be slower by a fifth, and nothing else would tell.
    @Test
    void theExampleOfTheReadmeIsPlain() {
        assertTrue(Plain.read(new String[] {"check", "examples/hello/hello.hvt"}, null).isPresent());
    }

    private static Map<String, String> fields(Commands.Verb verb) throws IllegalAccessException {
        var out = new TreeMap<String, String>();
        for (Class<?> type = verb.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getName().equals("parent")) {
                    field.setAccessible(true);
                    out.put(field.getName(), String.valueOf(field.get(verb)));
                }
            }
        }
        return out;
    }
}
