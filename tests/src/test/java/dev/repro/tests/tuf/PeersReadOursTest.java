package dev.repro.tests.tuf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Others' clients read what our repository editor writes, over HTTP, and refuse it when it was tampered with.
class PeersReadOursTest {
    @TempDir
    static Path written;

    private static final Map<OurKinds, Written> WRITTEN = new EnumMap<>(OurKinds.class);

    @TempDir
    Path scratch;

    @BeforeAll
    static void write() throws Exception {
        for (OurKinds kind : OurKinds.values()) {
            WRITTEN.put(kind, kind.write(written.resolve(kind.name())));
        }
    }

    /// @return why this peer cannot read this kind, if so
    private static Optional<String> hole(Peer peer, OurKinds kind) {
        if (peer == Peer.TOUGH && kind == OurKinds.BINS) {
            return Optional.of("tough has no TAP 15");
        }
        if (peer == Peer.GO_TUF && kind == OurKinds.HASH_PREFIXES) {
            return Optional.of("go-tuf 2.4.2 compares path_hash_prefixes with base64, not with hexadecimal digits");
        }
        return Optional.empty();
    }

    static List<Arguments> readable() {
        var out = new ArrayList<Arguments>();
        for (Peer peer : Peer.values()) {
            Stream.of(OurKinds.values()).filter(kind -> hole(peer, kind).isEmpty())
                    .forEach(kind -> out.add(Arguments.of(peer, kind)));
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("readable")
    void readsEveryState(Peer peer, OurKinds kind) throws Exception {
        new Reading(peer, scratch).reads(WRITTEN.get(kind));
    }

    @ParameterizedTest
    @EnumSource(Peer.class)
    void refusesTampered(Peer peer) throws Exception {
        int refused = new Reading(peer, scratch).refusesTampered(WRITTEN.get(OurKinds.DELEGATIONS), 1);
        assertTrue(refused >= 15, () -> "only " + refused);
    }

    @ParameterizedTest
    @EnumSource(OurKinds.class)
    void oursReadsAndRefusesTheSame(OurKinds kind) throws Exception {
        var reading = new Reading(new Ours(), scratch);
        reading.reads(WRITTEN.get(kind));
        assertTrue(reading.refusesTampered(WRITTEN.get(kind), Integer.MAX_VALUE) >= 20);
    }
}
