package dev.repro.tender;

import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Small JSON files of the gate's own, each replaced as a whole.
final class Memory {
    private static final int MOST = 1 << 20;

    private Memory() {}

    /// @throws Problem exit code 2: it is none of ours; 4: it cannot be read
    static Optional<Fields> read(Path file, String schema) throws Problem {
        Optional<byte[]> bytes = bytes(file);
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        Fields fields = Fields.parse(bytes.get(), file.toString());
        if (!fields.string("schema").equals(schema)) {
            throw Problem.usage("not a file that this version knows").where(file).expected(schema);
        }
        return Optional.of(fields);
    }

    static Optional<byte[]> bytes(Path file) throws Problem {
        try {
            if (Files.size(file) > MOST) {
                throw Problem.usage("too long").where(file).expected("at most " + MOST + " bytes");
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Problem.storage("cannot be read: " + e.getMessage()).where(file).because(e);
        }
    }

    static void write(Path file, Json.Obj content) throws Problem {
        write(file, JsonText.pretty(content).getBytes(StandardCharsets.UTF_8));
    }

    static void write(Path file, byte[] content) throws Problem {
        try {
            Durable.write(file, content);
        } catch (IOException e) {
            throw Problem.storage("cannot be written: " + e.getMessage()).where(file).because(e);
        }
    }
}
