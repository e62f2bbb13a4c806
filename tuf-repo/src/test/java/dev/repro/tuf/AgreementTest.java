package dev.repro.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final TargetName TARGET = new TargetName("hello/1.0.0/hello.hvt");
    private static final TargetFile ONE = file("11");
    private static final TargetFile TWO = file("22");

    private static TargetFile file(String byteHex) {
        return new TargetFile(5, Map.of("sha256", byteHex.repeat(32)), Optional.empty());
    }

    /// Each answer is of role a, b, c and so on; null is none.
    private static Optional<TargetFile> decide(int least, TargetFile... answers) throws Refusal {
        SequencedMap<RoleName, Optional<TargetFile>> all = new LinkedHashMap<>();
        for (TargetFile answer : answers) {
            all.put(new RoleName(String.valueOf((char) ('a' + all.size()))), Optional.ofNullable(answer));
        }
        return new Agreement("x", List.of(), List.copyOf(all.keySet()), least).decide(TARGET, all);
    }

    @Test
    void allAgree() throws Refusal {
        assertEquals(Optional.of(ONE), decide(2, ONE, ONE));
        assertEquals(Optional.of(ONE), decide(3, ONE, ONE, ONE));
    }

    @Test
    void noneListsIt() throws Refusal {
        assertEquals(Optional.empty(), decide(2, null, null));
    }

    @Test
    void customMayDiffer() throws Refusal {
        var other = new TargetFile(ONE.length(), ONE.hashes(), Optional.of(new Json.Str("x")));
        assertEquals(Optional.of(other), decide(2, other, ONE));
    }

    @Test
    void differenceOrAbsenceIsADisagreement() {
        assertEquals("target-disagreement", assertThrows(Refusal.class, () -> decide(2, ONE, TWO)).name());
        assertEquals("target-disagreement", assertThrows(Refusal.class, () -> decide(2, ONE, null)).name());
        assertEquals("target-disagreement", assertThrows(Refusal.class, () -> decide(3, ONE, ONE, TWO)).name());
        assertEquals("target-disagreement", assertThrows(Refusal.class,
                () -> decide(2, ONE, new TargetFile(6, ONE.hashes(), Optional.empty()))).name());
    }

    /// The example of TAP 3, "Resolving multi-role delegations".
    @Test
    void earliestRoleThatEnoughAgreeWithWins() throws Refusal {
        assertEquals(Optional.of(ONE), decide(2, ONE, TWO, TWO, ONE));
        assertEquals(Optional.of(TWO), decide(2, ONE, TWO, TWO, null));
    }

    private static Signed.Targets read(Object agreements) throws Refusal {
        Json.Obj key = Json.object("keytype", "ed25519", "scheme", "ed25519", "keyval", Json.object("public", "00"));
        Json.Obj roles = Json.object("keys", Json.object("k", key), "roles", List.of(role("a"), role("b")));
        Json.Obj signed = Json.object("_type", "targets", "spec_version", "1.0.34", "version", 1, "expires",
                "2030-01-01T00:00:00Z",
                "targets", Json.object(), "delegations", roles, Agreement.MEMBER, agreements);
        byte[] file = JsonText.compact(Json.object("signatures", List.of(), "signed", signed)).getBytes(StandardCharsets.UTF_8);
        return Metadata.parse(MetadataType.TARGETS, RoleName.TARGETS, file).unverified();
    }

    private static Json.Obj role(String name) {
        return Json.object("name", name, "keyids", List.of("k"), "threshold", 1, "terminating", false, "paths", List.of("*"));
    }

    private static Json.Obj agreement(String... roles) {
        return Json.object("name", "x", "paths", List.of("hello/*/*"), "roles", List.of(roles));
    }

    @Test
    void readsAgreementsBesideDelegations() throws Refusal {
        Agreement agreement = read(List.of(agreement("b", "a"))).agreements().getFirst();
        assertEquals(List.of(new RoleName("b"), new RoleName("a")), agreement.roles());
        assertEquals(2, agreement.least(), "all, where nothing is said");
        assertEquals(true, agreement.covers(TARGET));
        assertEquals(false, agreement.covers(new TargetName("other")));
    }

    @Test
    void refusesAgreementsOfOneOfStrangersAndImpossibleOnes() {
        for (Json.Obj bad : List.of(agreement("a"), agreement("a", "a"), agreement("a", "c"), agreement("a", "b")
                .with("min_roles_in_agreement", 1),
                agreement("a", "b").with("min_roles_in_agreement", 3), agreement("a", "b").without("paths"), agreement("a", "b")
                        .without("name"))) {
            assertEquals("targets-malformed", assertThrows(Refusal.class, () -> read(List.of(bad))).name(),
                    JsonText.compact(bad));
        }
        assertThrows(Refusal.class, () -> read(Json.object()));
    }

    @Test
    void roleMayNotHaveTheNameOfARotation() {
        assertEquals("targets-malformed", assertThrows(Refusal.class, () -> {
            Json.Obj signed = Json.object("_type", "targets", "spec_version", "1.0.34", "version", 1, "expires",
                    "2030-01-01T00:00:00Z", "targets",
                    Json.object(), "delegations", Json.object("keys", Json.object(), "roles",
                            List.of(role("rotate/a.rotate.1"))));
            Metadata.parse(MetadataType.TARGETS, RoleName.TARGETS,
                    JsonText.compact(Json.object("signatures", List.of(), "signed", signed)).getBytes(StandardCharsets.UTF_8));
        }).name());
    }
}
