package dev.repro.tests.tuf;

import static dev.repro.tests.tuf.CompromiseTest.Power.BLOCK;
import static dev.repro.tests.tuf.CompromiseTest.Power.FORGE_AUTHORS;
import static dev.repro.tests.tuf.CompromiseTest.Power.FORGE_TOP;
import static dev.repro.tests.tuf.CompromiseTest.Power.FREEZE;
import static dev.repro.tests.tuf.CompromiseTest.Power.OLD_FOR_NEW_CLIENT;
import static dev.repro.tests.tuf.CompromiseTest.Power.OLD_FOR_OLD_CLIENT;
import static dev.repro.tests.tuf.CompromiseTest.Power.TAKE_OVER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.tuf.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What whoever holds some of the keys, and the server, can do to clients, and that they cannot do more: PEP 458, table 4, as a
/// test.
class CompromiseTest {
    private static final String SOON = "2026-11-23T12:00:00Z";

    /// What an attacker may achieve.
    enum Power {
        /// Their own software under a name that `targets` itself lists.
        FORGE_TOP,
        /// Their own software under a name that is delegated to an author.
        FORGE_AUTHORS,
        /// A client that has not seen anything newer takes software that was replaced.
        OLD_FOR_NEW_CLIENT,
        /// A client that has the newer one, too.
        OLD_FOR_OLD_CLIENT,
        /// A client takes no notice of what is new, after the last honest timestamp has expired.
        FREEZE,
        /// A client that has seen the attacker's files refuses the honest repository's.
        BLOCK,
        /// A client follows the attacker's root.
        TAKE_OVER
    }

    /// @param roots keys of root, of which two must sign
    record Case(Set<String> roles, int roots, Set<Power> can) {
        static Case of(String roles, int roots, Power... can) {
            Set<Power> set = EnumSet.noneOf(Power.class);
            set.addAll(List.of(can));
            return new Case(roles.isEmpty() ? Set.of() : Set.of(roles.split(" ")), roots, set);
        }

        @Override
        public String toString() {
            return (roles.isEmpty() ? "no online key" : String.join(", ", roles.stream().sorted().toList())) + ", " + roots
                    + " of root";
        }
    }

    static Stream<Case> cases() {
        Power[] online = {OLD_FOR_NEW_CLIENT, FREEZE, BLOCK};
        return Stream.of(Case.of("", 0), Case.of("", 1), Case.of("timestamp", 0, online), Case.of("snapshot", 0),
                Case.of("targets", 0),
                Case.of("author", 0), Case.of("targets author", 0), Case.of("snapshot targets author", 0),
                Case.of("timestamp targets author", 0, online),
                Case.of("timestamp snapshot", 0, online), Case.of("timestamp snapshot", 1, online),
                Case.of("timestamp snapshot author", 0, FORGE_AUTHORS, OLD_FOR_NEW_CLIENT, FREEZE, BLOCK),
                Case.of("timestamp snapshot targets", 0, FORGE_TOP, FORGE_AUTHORS, OLD_FOR_NEW_CLIENT, OLD_FOR_OLD_CLIENT, FREEZE,
                BLOCK),
                Case.of("", 2, Power.values()));
    }

    @TempDir
    Path folder;
    private Case held;
    private Forge forge;
    private Web web;
    private int clients;

    @ParameterizedTest
    @MethodSource("cases")
    void attackerCanThisAndNoMore(Case held) throws Exception {
        this.held = held;
        Set<Power> did = EnumSet.noneOf(Power.class);
        for (Power power : Power.values()) {
            forge = new Forge();
            forge.write("timestamp", forge.next("timestamp").with("expires", SOON), forge.timestamp);
            try (Web server = Web.of(forge.files)) {
                web = server;
                if (succeeds(power)) {
                    did.add(power);
                }
            }
        }
        assertEquals(held.can, did);
    }

    private interface Try {
        boolean succeeds(Victim victim) throws Refusal, Problem, IOException;
    }

    private static boolean works(Victim victim, Try attack) throws Problem, IOException {
        try {
            return attack.succeeds(victim);
        } catch (Refusal refused) {
            return false;
        }
    }

    private static boolean updates(Victim victim) throws Refusal, Problem {
        victim.refresh();
        return true;
    }

    private Victim client() throws Exception {
        return new Victim(folder.resolve("client" + clients++), web, forge.files.get("metadata/1.root.json"));
    }

    /// Whether any of the ways that lead to the same end does, each tried on a client of its own.
    ///
    /// @param seen whether the client has seen the honest repository
    private boolean any(boolean seen, Try success, Runnable... ways) throws Exception {
        for (Runnable way : ways) {
            Runnable back = forge.mark();
            Victim victim = client();
            if (seen) {
                victim.refresh();
            }
            way.run();
            if (works(victim, success)) {
                return true;
            }
            back.run();
        }
        return false;
    }

    private boolean succeeds(Power power) throws Exception {
        return switch (power) {
            case FORGE_TOP -> any(false, victim -> victim.download(Forge.TOP).equals("evil"),
                    () -> attack("targets", forge.withTarget(forge.next("targets"), Forge.TOP, "evil")),
                    () -> replace("targets", forge.withTarget(forge.now("targets"), Forge.TOP, "evil")),
                    () -> forge.files.put(Forge.targetPath(Forge.TOP, "top 1"), Forge.bytes("evil.")));
            case FORGE_AUTHORS -> any(false, victim -> victim.download(Forge.AUTHORS).equals("evil"),
                    () -> attack("author", forge.withTarget(forge.next("author"), Forge.AUTHORS, "evil")),
                    () -> replace("author", forge.withTarget(forge.now("author"), Forge.AUTHORS, "evil")),
                    () -> attack("targets", forge.withTarget(forge.next("targets"), Forge.AUTHORS, "evil")));
            case OLD_FOR_NEW_CLIENT -> old(false);
            case OLD_FOR_OLD_CLIENT -> old(true);
            case FREEZE -> any(true, victim -> {
                victim.now = Instant.parse(SOON).plusSeconds(1);
                return updates(victim);
            }, () -> attack("timestamp", forge.next("timestamp").with("expires", Forge.LATER)));
            case BLOCK -> blocks();
            case TAKE_OVER -> any(true, victim -> {
                victim.refresh();
                return java.nio.file.Files.exists(victim.state.resolve("roots/2.root.json"));
            }, () -> forge.write("root", Forge.keysOf("root", 1, forge.stray).apply(forge.next("root")), roots()));
        };
    }

    // By an old timestamp's words, an old snapshot's, or by listing the old software anew.
    private boolean old(boolean seen) throws Exception {
        var timestamp = forge.now("timestamp").members().get("meta");
        var snapshot = forge.now("snapshot").members().get("meta");
        Json.Obj targets = forge.now("targets");
        forge.publish("targets", t -> forge.withTarget(t, Forge.TOP, "mended"), forge.targets);
        return any(seen, victim -> victim.download(Forge.TOP).equals("top 1"),
                () -> attack("timestamp", forge.next("timestamp").with("meta", timestamp)),
                () -> attack("snapshot", forge.next("snapshot").with("meta", snapshot)),
                () -> attack("targets", targets));
    }

    private boolean blocks() throws Exception {
        Victim victim = client();
        victim.refresh();
        Runnable back = forge.mark();
        attack("timestamp", forge.next("timestamp").with("version", 1000));
        works(victim, CompromiseTest::updates);
        back.run();
        return !works(victim, CompromiseTest::updates);
    }

    /// Other bytes in the place of a file, under the version that it has.
    private void replace(String role, Json.Obj signed) {
        forge.files.put(forge.path(role), Forge.sign(signed, pens(role)));
    }

    /// Publishes a file, and all that a client asks for besides, with the keys that are held; a stranger's in place of the
    /// others.
    private void attack(String role, Json.Obj signed) {
        if (held.roots == 2) {
            Json.Obj root = forge.next("root");
            for (String each : List.of("timestamp", "snapshot", "targets")) {
                root = Forge.keysOf(each, 1, forge.stray).apply(root);
            }
            forge.write("root", root, roots());
            forge.write("targets", forge.next("targets"), forge.stray);
        }
        forge.write(role, role.equals("targets") ? signed.with("version", Forge.version(forge.next("targets"))) : signed,
                pens(role));
        if (!role.equals("timestamp")) {
            if (!role.equals("snapshot")) {
                forge.write("snapshot", forge.next("snapshot"), pens("snapshot"));
            }
            forge.write("timestamp", forge.next("timestamp").with("expires", Forge.LATER), pens("timestamp"));
        } else if (held.roots == 2) { // what is listed must be signed by the keys of the new root
            forge.write("snapshot", forge.next("snapshot"), forge.stray);
            forge.write("timestamp", forge.next("timestamp").with("version", Forge.version(signed)).with("expires", Forge.LATER),
                    forge.stray);
        }
    }

    private Pen[] pens(String role) {
        boolean own = held.roots == 2 && !role.equals("author");
        return own || !held.roles.contains(role) ? new Pen[] {forge.stray} : forge.pens(role);
    }

    // Those of the old root that are held, and a stranger's.
    private Pen[] roots() {
        Pen[] some = Arrays.copyOf(new Pen[] {forge.root1, forge.root2, forge.root3}, held.roots + 1);
        some[held.roots] = forge.stray;
        return some;
    }
}
