package dev.repro.attest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.keys.PrivateKey;
import dev.repro.keys.Scheme;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {
    private static final Statement STATEMENT = new Statement(List.of(Statement.Subject.of("a.hvt", Digest.of(new byte[1]))), "https://example.com/v1",
            Json.object("x", 1));

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        assertEquals(STATEMENT, Statement.parse(STATEMENT.bytes(), "s"));
        assertArrayEquals(STATEMENT.bytes(), Statement.parse(STATEMENT.bytes(), "s").bytes());
        assertEquals("{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"x\":1},\"predicateType\":\"https://example.com/v1\","
                + "\"subject\":[{\"digest\":{\"sha256\":\"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d\"},\"name\":\"a.hvt\"}]}",
                new String(STATEMENT.bytes(), StandardCharsets.UTF_8));
    }

    @Test
    void unknownMembersAreIgnoredAsInTotoHasIt() throws Exception {
        String more = text().replace("\"name\":", "\"uri\":\"x:y\",\"name\":").replace("{\"_type\"", "{\"extra\":null,\"_type\"");
        assertEquals(STATEMENT, Statement.parse(more.getBytes(StandardCharsets.UTF_8), "s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Statement/v1=>Statement/v0.1", "\"digest\":=>\"digests\":", "{\"sha256\":\"6e34=>{\"sha256\":\"6E34",
        "{\"sha256\":\"6e34=>{\"sha256\":\"6e",
        "\"predicate\":{\"x\":1}=>\"predicate\":1", "\"predicateType\":\"=>\"predicateTypes\":\"", "\"name\":\"a.hvt\"=>\"name\":1",
        "\"digest\":{\"sha256\":\"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d\"}=>\"digest\":{}"})
    void whatIsNoStatementIsRefused(String change) {
        String[] parts = change.split("=>");
        String changed = text().replace(parts[0], parts[1]);
        assertNotEquals(text(), changed);
        assertEquals(Problem.Exit.USAGE,
                assertThrows(Problem.class, () -> Statement.parse(changed.getBytes(StandardCharsets.UTF_8), "s")).exit());
    }

    @Test
    void theEnvelopeMustSayThatItIsOne() throws Exception {
        var signer = PrivateKey.generate(Scheme.ED25519, new SecureRandom()).signer();
        byte[] right = Envelope.sign(Statement.PAYLOAD_TYPE, STATEMENT.bytes(), List.of(signer));
        assertEquals(STATEMENT, Statement.of(Envelope.parse(right, "e").verify(List.of(signer.key()), 1), "e"));
        byte[] other = Envelope.sign("application/json", STATEMENT.bytes(), List.of(signer));
        var verified = Envelope.parse(other, "e").verify(List.of(signer.key()), 1);
        assertThrows(Problem.class, () -> Statement.of(verified, "e"));
    }

    private static String text() {
        return new String(STATEMENT.bytes(), StandardCharsets.UTF_8);
    }
}
