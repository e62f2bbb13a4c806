package dev.repro.release;

import static dev.repro.release.Fixture.EXAMPLES;
import static dev.repro.release.Fixture.IMAGES;
import static dev.repro.release.Fixture.ROLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.repro.base.Digest;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.TargetName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest {
    @TempDir
    Path folder;

    private static List<String> of(List<Catalogue.Entry> entries) {
        return entries.stream().map(e -> e.release().toString()).toList();
    }

    private Fixture fixture() throws Exception {
        var fixture = new Fixture(folder);
        for (String version : List.of("1.9.0", "1.10.0", "1.10.0-rc.1")) {
            fixture.add(version, IMAGES);
        }
        Path blk = EXAMPLES.resolve("blk/blk.hvt");
        fixture.add(ReleaseMaker.make("blk", "1.0.0", List.of(blk), Extras.NONE));
        return fixture;
    }

    @Test
    void releasesAreFoundInAllWays() throws Exception {
        var catalogue = Catalogue.of(List.of(new Catalogue.Source(ROLE, fixture().signed(), _ -> true)));
        assertEquals(List.of("blk", "hello"), catalogue.names());
        assertEquals(List.of("hello 1.10.0", "hello 1.10.0-rc.1", "hello 1.9.0"), of(catalogue.versions("hello")));
        assertEquals(List.of("blk 1.0.0", "hello 1.10.0"), of(catalogue.newest()));
        assertEquals("hello 1.9.0", catalogue.find("hello", "1.9.0").orElseThrow().release().toString());
        assertEquals(Optional.empty(), catalogue.find("hello", "2"));
        assertEquals(Optional.empty(), catalogue.find("other", "1.9.0"));
        assertEquals(3, catalogue.byImage(Digest.of(IMAGES.getFirst())).size());
        assertEquals(List.of(), catalogue.byImage(Digest.of(new byte[3])));
        assertEquals(List.of("blk 1.0.0"), of(catalogue.search("STORAGE")));
        assertEquals(List.of("blk 1.0.0"), of(catalogue.search(Digest.of(EXAMPLES.resolve("blk/blk.hvt")).hex().substring(0, 8))));
        assertEquals(List.of("hello 1.10.0", "hello 1.10.0-rc.1"), of(catalogue.search("hello 1.10")));
        assertEquals(List.of("hello 1.9.0"), of(catalogue.search("hello@1.9")));
        assertEquals(4, catalogue.search("").size());
        assertEquals(List.of(), catalogue.search("nothing like it"));
        assertEquals(List.of(), catalogue.refusals());
    }

    @Test
    void aRoleListsOnlyWhatItMay() throws Exception {
        var signed = fixture().signed();
        var evil = new Catalogue.Source(new RoleName("blk"), signed, t -> t.text().startsWith("blk/"));
        assertEquals(List.of("blk"), Catalogue.of(List.of(evil)).names());
        var second = new Catalogue.Source(new RoleName("hello.2"), signed, _ -> true);
        var both = Catalogue.of(List.of(evil, second));
        assertEquals(new RoleName("blk"), both.find("blk", "1.0.0").orElseThrow().role());
        assertEquals(new RoleName("hello.2"), both.find("hello", "1.9.0").orElseThrow().role());
    }

    @Test
    void aReleaseThatIsNotWholeIsNone() throws Exception {
        Fixture fixture = fixture();
        fixture.targets.remove(new TargetName("hello/1.9.0/hello.spt"));
        var catalogue = Catalogue.of(List.of(new Catalogue.Source(ROLE, fixture.signed(), _ -> true)));
        assertEquals(Optional.empty(), catalogue.find("hello", "1.9.0"));
        assertEquals(List.of("release-incomplete"), catalogue.refusals().stream().map(Refused::name).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0", // semver.org, 11
        "1.2 1.10 2 v1 0.0.1 1.0.0 1.0.0+a 1.0.0+b 1.0.1 10.0.0 99999999999999999999.0.0"})
    void versionsAreInTheirOrder(String inOrder) {
        List<String> expected = List.of(inOrder.split(" "));
        for (int seed = 0; seed < 20; seed++) {
            var shuffled = new ArrayList<>(expected);
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.sort(Versions.ORDER);
            assertEquals(expected, shuffled);
        }
    }

    @Test
    void theOrderIsOne() {
        var random = new Random(7);
        var versions = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            var text = new StringBuilder().append(random.nextInt(10));
            for (int n = random.nextInt(6); n > 0; n--) {
                text.append("0123.-+ab".charAt(random.nextInt(9)));
            }
            versions.add(text.toString());
        }
        for (String a : versions) {
            for (String b : versions) {
                assertEquals(Integer.signum(Versions.ORDER.compare(a, b)), -Integer.signum(Versions.ORDER.compare(b, a)), a + " " + b);
                for (String c : versions) {
                    boolean chain = Versions.ORDER.compare(a, b) <= 0 && Versions.ORDER.compare(b, c) <= 0;
                    assertTrue(!chain || Versions.ORDER.compare(a, c) <= 0, a + " " + b + " " + c);
                }
            }
        }
    }
}
