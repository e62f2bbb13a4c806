package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.JsonText;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiffTest {
    private static Finding finding(String cause, Role role, Proof proof, String section, int count) {
        return new Finding(cause, role, proof, new Where("", section, "", 0x120, 5), "left", "0xff", Causes.of(cause).fix(),
                count);
    }

    private static final Diff DIFF = new Diff(Verdict.DIFFERENT, List.of(
            finding("build-path", Role.ROOT, Proof.CANARY, ".rodata", 3),
            finding("file-order", Role.ROOT, Proof.LIKELY, ".data", 1),
            finding("unknown", Role.UNEXPLAINED, Proof.NONE, ".data", 2),
            finding("build-id", Role.CONSEQUENCE, Proof.LIKELY, ".note.gnu.build-id", 1),
            finding("shift", Role.CONSEQUENCE, Proof.LIKELY, ".text", 1326)), 214, 3, 7);

    @Test
    void json() {
        assertEquals("{\"schema\":\"repro.diff.v1\",\"verdict\":\"different\",\"findings\":["
                + "{\"cause\":\"build-id\",\"role\":\"unexplained\","
                + "\"proof\":\"none\",\"where\":{\"path\":\"app.hvt\",\"section\":\".note\","
                + "\"symbol\":null,\"offset\":288,\"length\":5},"
                + "\"a\":\"left\",\"b\":\"0xff\",\"fix\":\"mend the other causes; -Wl,--build-id=none leaves it out\"}],"
                + "\"omitted\":1}",
                JsonText.compact(new Diff(Verdict.DIFFERENT,
                        List.of(finding("build-id", Role.UNEXPLAINED, Proof.NONE, ".note", 2)), 1, 1, 1)
                        .withPath("app.hvt").toJson()));
    }

    @Test
    void lines() {
        assertEquals("""
                app.hvt    A ≠ B in 3 ranges, 214 bytes
                  1  build path, proven by canary    .rodata+0x120 and 2 more places    "left" | 0xff
                     mend: -ffile-prefix-map=$PWD=. (C), relative paths on the command line (OCaml), no absolute rpath
                     follows from 1: build-id, 1,326 addresses and offsets
                  2  order of files, likely    .data+0x120    "left" | 0xff
                     mend: sort what is listed (LC_ALL=C sort, $(sort $(wildcard …))), \
                as the locale orders too; fix seeds of hash tables
                  3  unexplained    .data+0x120 and 1 more place    "left" | 0xff
                     mend: look at the named place on both sides; vary one thing at a time
                     7 more, not shown""", String.join("\n", DIFF.lines("app.hvt", "A", "B")));
        assertEquals("different: 2 causes, 1 difference unexplained", DIFF.summary());
        assertEquals(List.of("x          A = B"), new Diff(Verdict.IDENTICAL, List.of(), 0, 0, 0).lines("x", "A", "B"));
    }

    @Test
    void aRebuildProvesWhatWasOnlyLikely() {
        var diff = DIFF.proven("locale");
        assertEquals(List.of("build-path CANARY 3", "locale REBUILT 3", "build-id LIKELY 1", "shift LIKELY 1326"),
                diff.findings().stream().map(f -> f.cause() + " " + f.proof() + " " + f.count()).toList());
        assertEquals(Role.ROOT, diff.findings().get(1).role());
        assertEquals(Causes.of("locale").fix(), diff.findings().get(1).fix());
    }

    @Test
    void ofSeveralVariationsTheLikelyOneStays() {
        var diff = DIFF.proven(List.of("file-order", "umask"));
        assertEquals(List.of("build-path", "file-order", "file-order+umask"),
                diff.findings().stream().filter(f -> f.role() == Role.ROOT).map(Finding::cause).toList());
    }
}
