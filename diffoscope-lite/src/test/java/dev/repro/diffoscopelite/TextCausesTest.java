package dev.repro.diffoscopelite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextCausesTest {
    private final TextCauses causes = new TextCauses(Samples.PLANTED);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            build-path  | CANARY | /b/x7q4w/src/main.c:12             | /home/q2e9z/deeper/src/main.c:12
            build-path  | CANARY | file%3A%2Fb%2Fx7q4w%2Fsrc/         | file%3A%2Fhome%2Fq2e9z%2Fdeeper%2Fsrc/
            build-path  | CANARY | _binary__b_x7q4w_src_f_start       | _binary__home_q2e9z_deeper_src_f_start
            build-path  | CANARY | ../../x7q4w/lib.c                  | ../../q2e9z/lib.c
            host        | CANARY | linux host-a-4711 x86              | linux host-b-1147 x86
            user        | CANARY | uid=1234                           | uid=54321
            mtime       | CANARY | from 315532800                     | from 347155200
            mtime       | CANARY | released 1980-01-01                | released 1981-01-01
            time        | CANARY | Mar  5 2026                        | Apr 16 2027
            time        | CANARY | 10:20:45                           | 22:44:11
            time        | CANARY | 2026-03-05T10:20:31+00:00          | 2027-04-16T22:44:01+00:00
            time        | CANARY | Thu, 05 Mar 2026 10:20:31 +0000    | Fri, 16 Apr 2027 22:44:01 +0000
            time        | CANARY | Thu Mar  5 10:20:31 UTC 2026       | Sat Apr 17 04:29:01 +0545 2027
            time        | CANARY | Thu Mar  5 10:20:31 AM UTC 2026    | Fri Apr 16 10:44:01 PM UTC 2027
            time        | CANARY | 20260305102031                     | 20270416224401
            time        | CANARY | built 1772706045                   | built 1807915440
            time        | CANARY | t=0x69a958fd                       | t=0x6bc299b0
            time        | CANARY | 15152254375                        | 15360514660
            time        | CANARY | (c) 2026 all                       | (c) 2027 all
            time        | CANARY | real 2026-03-05 10:20:31           | real 2026-03-05 10:20:59
            time        | LIKELY | on Jan  1 2019                     | on Feb  2 2020
            timezone    | LIKELY | 1980-01-01 00:00:00                | 1980-01-01 05:45:00
            umask       | LIKELY | -rw-r--r-- x                       | -rw-rw-r-- x
            umask       | LIKELY | mode 644                           | mode 664
            umask       | CANARY | umask 0022                         | umask 0002
            cpu-count   | LIKELY | make -j2                           | make -j1
            timezone    | CANARY | TZ is UTC                          | TZ is Asia/Kathmandu
            shell       | CANARY | /bin/dash -c                       | /bin/bash -c
            file-order  | LIKELY | one.o two.o six.o                  | six.o one.o two.o
            locale      | LIKELY | B.c a.c c.c                        | a.c B.c c.c
            locale      | LIKELY | 3.14 seconds                       | 3,14 seconds
            uuid        | LIKELY | 3b241101-e2bb-4255-8caf-4136c566a962 | 9c858901-8a57-4791-81fe-4c455b099bc9
            aslr        | LIKELY | at 0x55d0c8a3f2a0                  | at 0x5637bd0112a0
            temp-names  | LIKELY | ccAb12Xy.o                         | ccZq98Lm.o
            temp-names  | LIKELY | /tmp/conf.Ab12XyZ9/a               | /tmp/conf.0pQ7rStU/a
            temp-names  | LIKELY | camlstartup5d2f0a.s                | camlstartup91be77.s
            randomness  | LIKELY | seed 9f86d081884c7d65              | seed 2c26b46b68ffc68f
            checksum    | LIKELY | d41d8cd98f00b204e9800998ecf8427e   | 900150983cd24fb0d6963f7d28e17f72
            pid         | LIKELY | pid 4711                           | pid 5822
            pid         | LIKELY | conf4711.c                         | conf5822.c
            """)
    void namesTheCause(String cause, Proof proof, String a, String b) {
        var found = causes.explain(a, b);
        assertEquals(List.of(cause + " " + proof), found.clues().stream().map(c -> c.cause() + " "
                + c.proof()).distinct().toList());
        assertTrue(found.explained());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            red apple              | green pear
            version 2.1            | version 2.2
            width 17               | width 42
            host-a-4711 then red   | host-b-1147 then blue
            in 2026                | in 1999
            """)
    void whatItDoesNotKnowStaysOpen(String a, String b) {
        assertFalse(causes.explain(a, b).explained());
    }

    @Test
    void oneTextCanHaveSeveralCauses() {
        var found = causes.explain("ann-canary@host-a-4711 in /b/x7q4w/src at Mar  5 2026 10:20:31",
                "bob-canary@host-b-1147 in /home/q2e9z/deeper/src at Apr 16 2027 22:44:01");
        assertEquals(List.of("build-path", "host", "time", "user"), found.clues().stream().map(Clue::cause).sorted().toList());
        assertTrue(found.explained());
    }

    @Test
    void aUniqueCanaryOfOneBuildIsEnough() {
        var found = causes.explain("X=canary-env-a-5512", "");
        assertEquals(List.of(new Clue("environment", Proof.CANARY, "X=canary-env-a-5512", "")), found.clues());
        assertTrue(found.explained());
    }

    @Test
    void pathsThatRepeatAFolder() {
        var repeated = new TextCauses(new Planted(List.of(new Canary("build-path", "/bbbbbb/bbbbbb/x", "/cccccc/cccccc/y")),
                Samples.CLOCK_A, Samples.CLOCK_B, 0));
        assertEquals("build-path", repeated.explain("in /bbbbbb/bbbbbb/x", "in /cccccc/cccccc/y").clues().getFirst().cause());
    }

    @Test
    void bytesAreNoText() {
        assertEquals(List.of(), causes.explain("\u0001\u0002", "\u00e9\u0003").clues());
        assertEquals(List.of(), causes.explain("text number 2026", "").clues());
    }

    @Test
    void aShortCanaryOfOneBuildIsAnAccident() {
        assertEquals(List.of(), causes.explain("UTC then", "other then").clues());
    }
}
