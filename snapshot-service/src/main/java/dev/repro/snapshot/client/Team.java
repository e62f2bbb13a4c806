package dev.repro.snapshot.client;

import dev.repro.base.Durable;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.JsonText;
import dev.repro.base.Problem;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.repository.Editor;
import dev.repro.tuf.repository.KeyHolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Several people who own a name together, and how many of them must sign: a file `repro.team.v1`.
public record Team(String name, Editor.Keys keys) {
    private static final String SCHEMA = "repro.team.v1";
    private static final Pattern QUORUM = Pattern.compile("([1-9][0-9]?)-of-([1-9][0-9]?)");

    /// @param quorum `2-of-3`
    /// @throws Problem exit code 2: not a quorum, another number of members, a key that stands twice
    public static Team of(String name, String quorum, List<KeyHolder> members) throws Problem {
        Matcher m = QUORUM.matcher(quorum);
        if (!m.matches() || Integer.parseInt(m.group(1)) > Integer.parseInt(m.group(2))) {
            throw Problem.usage("not a quorum").where("--quorum").expected("K-of-N, as in 2-of-3").found(quorum);
        }
        if (members.size() != Integer.parseInt(m.group(2))) {
            throw Problem.usage("the quorum is of another number of members").where("--quorum").expected(m.group(2) + " keys")
                    .found(members.size());
        }
        return checked(new Team(name, new Editor.Keys(List.copyOf(members), Integer.parseInt(m.group(1)))));
    }

    private static Team checked(Team team) throws Problem {
        var seen = new HashSet<PublicKey>();
        for (KeyHolder member : team.keys.holders()) {
            if (!seen.add(member.key())) {
                throw Problem.usage("a key stands twice: its holder would count for two").found(member.owner() + ", " + member.key())
                        .hint("each member makes a key of their own: repro key generate");
            }
        }
        if (team.keys.threshold() < 1 || team.keys.threshold() > seen.size()) {
            throw Problem.usage("the threshold is not one that the members can meet").expected("1 to " + seen.size())
                    .found(team.keys.threshold());
        }
        return team;
    }

    public static Team read(Path file) throws Problem {
        try {
            Fields team = Fields.parse(Files.readAllBytes(file), file.toString());
            if (!team.string("schema").equals(SCHEMA)) {
                throw Problem.usage("not a team").where(file).expected(SCHEMA).found(team.string("schema"))
                        .hint("`repro team create` makes one");
            }
            var members = new ArrayList<KeyHolder>();
            for (Fields member : team.objects("members")) {
                members.add(new KeyHolder(PublicKey.ofJson((Json.Obj) member.json("key")), member.string("owner")));
                member.end();
            }
            var out = new Team(team.string("name"), new Editor.Keys(members, (int) Math.min(team.integer("threshold"), Integer.MAX_VALUE)));
            team.end();
            return checked(out);
        } catch (IllegalArgumentException | ClassCastException e) {
            throw Problem.usage("not a team: " + e.getMessage()).where(file).because(e);
        } catch (IOException e) {
            throw Problem.usage("cannot be read").where(file).hint("`repro team create` makes one").because(e);
        }
    }

    /// @throws Problem exit code 2: there is a file of that name
    public void write(Path file) throws Problem {
        if (Files.exists(file)) {
            throw Problem.usage("there is a file of that name").where(file).hint("choose another with --output, or delete it");
        }
        try {
            Durable.write(file, JsonText.pretty(toJson()).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Problem.storage("the team cannot be written: " + e.getMessage()).where(file).because(e);
        }
    }

    /// `repro.team.v1`
    public Json.Obj toJson() {
        return Json.object("schema", SCHEMA, "name", name, "threshold", keys.threshold(), "members",
                keys.holders().stream().map(h -> Json.object("owner", h.owner(), "key", h.key().toJson())).toList());
    }

    /// `2 of 3: alice, bob, carol`
    public String line() {
        return keys.threshold() + " of " + keys.holders().size() + ": "
                + String.join(", ", keys.holders().stream().map(KeyHolder::owner).toList());
    }
}
