package dev.repro.tuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.repro.base.Json;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ThresholdTest {
    private static final TestKey A = TestKey.make();
    private static final TestKey B = TestKey.make();
    private static final TestKey C = TestKey.make();

    private static RoleKeys role(int threshold, TestKey... keys) {
        return new RoleKeys(new LinkedHashSet<>(Stream.of(keys).map(k -> new KeyId(k.id())).toList()), threshold);
    }

    private static Map<KeyId, Key> keys(TestKey... keys) {
        var out = new HashMap<KeyId, Key>();
        Arrays.stream(keys).forEach(k -> out.put(new KeyId(k.id()), Key.of(k.json())));
        return out;
    }

    static <T extends Signed> Verified<T> verify(Metadata<T> metadata, int threshold, TestKey... keys) throws Refusal {
        return Threshold.verify(metadata, role(threshold, keys), keys(keys));
    }

    private static Metadata<Signed.Timestamp> signedBy(TestKey... signers) throws Refusal {
        return Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, TestMetadata.file(TestMetadata.timestamp(), List.of(signers)));
    }

    private static void unsigned(Metadata<?> metadata, int threshold, TestKey... keys) {
        assertEquals("timestamp-unsigned", assertThrows(Refusal.class, () -> verify(metadata, threshold, keys)).name());
    }

    @Test
    void asManyAsTheThresholdAndNoFewer() throws Exception {
        assertEquals(2, verify(signedBy(A, B), 2, A, B, C).signers().size());
        assertEquals(2, verify(signedBy(A, B, C), 2, A, B, C).signers().size());
        unsigned(signedBy(A, B), 3, A, B, C);
        unsigned(signedBy(), 1, A);
        assertEquals(3, Threshold.signers(signedBy(A, B, C), role(1, A, B, C), keys(A, B, C)).size());
    }

    @Test
    void moreThanThereAreKeys() throws Exception {
        unsigned(signedBy(A, B), 3, A, B);
        unsigned(signedBy(A, B), Integer.MAX_VALUE, A, B);
    }

    @Test
    void keysThatMayNotSignCountNothing() throws Exception {
        unsigned(signedBy(B), 1, A);
        assertEquals(1, verify(signedBy(B, A), 1, A).signers().size());
        Metadata<Signed.Timestamp> metadata = signedBy(B);
        assertThrows(Refusal.class, () -> Threshold.verify(metadata, role(1, A), keys(A, B)));
        assertThrows(Refusal.class, () -> Threshold.verify(metadata, role(1, B), keys(A)));
    }

    @Test
    void oneKeyUnderTwoIdsIsOneKey() throws Exception {
        TestKey again = A.called("another");
        unsigned(signedBy(A, again), 2, A, again);
        assertEquals(1, verify(signedBy(A, again), 1, A, again).signers().size());
        assertEquals(2, verify(signedBy(A, again, B), 2, A, again, B).signers().size());
    }

    @Test
    void aKeyIsFoundByItsIdWhateverTheIdSays() throws Exception {
        assertEquals(1, verify(signedBy(A.called("x")), 1, A.called("x")).signers().size());
        unsigned(signedBy(B.called(A.id())), 1, A);
    }

    @Test
    void aSignatureThatIsNotGoodHarmsNothing() throws Exception {
        for (String sig : List.of("", "00", "zz", "0".repeat(128), B.sign(new byte[0]))) {
            byte[] file = TestMetadata.bytes(Json.object("signatures", List.of(Json.object("keyid", B.id(), "sig", sig),
                    Json.object("keyid", A.id(), "sig", A.sign(dev.repro.base.JsonText.canonical(TestMetadata.timestamp())))), "signed", TestMetadata.timestamp()));
            var metadata = Metadata.parse(MetadataType.TIMESTAMP, RoleName.TIMESTAMP, file);
            assertEquals(List.of(new KeyId(A.id())), List.copyOf(verify(metadata, 1, A, B).signers()));
            unsigned(metadata, 2, A, B);
        }
    }

    @Test
    void aThresholdIsAtLeastOne() {
        assertThrows(IllegalArgumentException.class, () -> role(0, A));
    }
}
