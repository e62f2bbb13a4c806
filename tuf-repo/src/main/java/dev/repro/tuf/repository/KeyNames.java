package dev.repro.tuf.repository;

import dev.repro.base.Problem;
import dev.repro.keys.KeyFile;
import dev.repro.keys.Passwords;
import dev.repro.keys.PublicKey;
import dev.repro.tuf.Delegations;
import dev.repro.tuf.Key;
import dev.repro.tuf.KeyId;
import dev.repro.tuf.RoleName;
import dev.repro.tuf.Signed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How people write keys: a new one as `[OWNER=]FILE`, one that a repository lists as a file, the first digits of its id, or its
/// owner's name.
public final class KeyNames {
    private static final int FEWEST_DIGITS = 6;

    private KeyNames() {}

    /// @param text `OWNER=FILE`, or `FILE`, whose name without its ending is the owner's then
    public static KeyHolder holder(String text, Path directory) throws Problem {
        int equals = text.indexOf('=');
        Path file = directory.resolve(text.substring(equals + 1));
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String owner = equals >= 0 ? text.substring(0, equals) : dot > 0 ? name.substring(0, dot) : name;
        if (owner.chars().anyMatch(Character::isISOControl)) {
            throw Problem.usage("not a name of one line").found(text);
        }
        return new KeyHolder(KeyFile.read(file, Passwords.none()), owner);
    }

    public static List<KeyHolder> holders(List<String> texts, Path directory) throws Problem {
        var out = new ArrayList<KeyHolder>();
        for (String text : texts) {
            out.add(holder(text, directory));
        }
        return out;
    }

    /// A key that some role of the repository has.
    public static PublicKey listed(Repository repository, String text, Path directory) throws Problem {
        Path file = directory.resolve(text);
        if (Files.isRegularFile(file)) {
            return KeyFile.read(file, Passwords.none());
        }
        var found = new TreeMap<KeyId, PublicKey>();
        Signed.Root root = repository.required().root().orElseThrow().unverified();
        match(text, root.keys(), Owners.of(root.json()), found);
        Authorities.walk(repository, RoleName.TARGETS, (delegator, delegations) -> {
            match(text, delegations.keys(), Owners.of(repository.targets(delegator).orElseThrow().unverified().json()), found);
            for (Delegations.Role role : delegations.roles()) {
                KeyRotations.of(repository, role.name()).forEach(r -> match(text, r.keys(), Owners.of(r.json()), found));
            }
            return true;
        });
        List<PublicKey> different = found.values().stream().distinct().toList();
        if (different.size() != 1) {
            throw Problem.usage(different.isEmpty() ? "no such key"
                    : "more than one key is called so: " + String.join(", ", found.keySet().stream().map(KeyId::brief).toList()))
                    .found(text).expected("a file, " + FEWEST_DIGITS + " or more digits of a key id, or an owner")
                    .hint("`repro repo status` lists the keys");
        }
        return different.getFirst();
    }

    private static void match(String text, Map<KeyId, Key> keys, Map<KeyId, String> owners, Map<KeyId, PublicKey> out) {
        keys.forEach((id, key) -> {
            boolean named = text.equals(owners.get(id)) || text.length() >= FEWEST_DIGITS && id.text().startsWith(text);
            Optional<PublicKey> usable = key.usable();
            if (named && usable.isPresent()) {
                out.put(id, usable.get());
            }
        });
    }
}
