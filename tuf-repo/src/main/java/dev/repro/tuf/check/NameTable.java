package dev.repro.tuf.check;

import dev.repro.base.Digest;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// All target names of a repository, as 64 bits of their SHA-256, in a few bytes each: a million take some 40 MB.
final class NameTable {
    /// Names that are kept; of more no comparison is made.
    static final int MAX = 3_000_000;

    /// @param role that listed the other name
    /// @param sameName whether it is the same name, not just one that differs in case or Unicode form
    /// @param content as it was given with the other name
    record Twin(String role, boolean sameName, int content) {}

    private long[] folds = new long[1 << 10];
    private long[] names = new long[1 << 10];
    /// 1 + the index of the role; 0 is an empty slot.
    private int[] roles = new int[1 << 10];
    private int[] contents = new int[1 << 10];
    private int size;
    private final List<String> roleNames = new ArrayList<>();
    private final Map<String, Integer> roleIndex = new HashMap<>();

    boolean isFull() {
        return size >= MAX;
    }

    /// Adds a name.
    ///
    /// @param content a hash of what its role says of it
    /// @return another one before it that is the same, or differs in case or Unicode form alone
    Optional<Twin> add(String name, String role, int content) {
        if (isFull()) {
            return Optional.empty();
        }
        if (size * 3L > names.length * 2L) {
            grow();
        }
        long hash = hash(name);
        String folded = fold(name);
        long fold = folded.equals(name) ? hash : hash(folded);
        Twin twin = null;
        int slot = slot(fold);
        for (; roles[slot] != 0; slot = slot + 1 & names.length - 1) {
            if (folds[slot] == fold && (twin == null || names[slot] == hash)) {
                twin = new Twin(roleNames.get(roles[slot] - 1), names[slot] == hash, contents[slot]);
            }
        }
        folds[slot] = fold;
        names[slot] = hash;
        contents[slot] = content;
        roles[slot] = 1 + roleIndex.computeIfAbsent(role, _ -> {
            roleNames.add(role);
            return roleNames.size() - 1;
        });
        size++;
        return Optional.ofNullable(twin);
    }

    boolean contains(String name) {
        long hash = hash(name);
        long fold = hash(fold(name));
        for (int slot = slot(fold); roles[slot] != 0; slot = slot + 1 & names.length - 1) {
            if (folds[slot] == fold && names[slot] == hash) {
                return true;
            }
        }
        return false;
    }

    private int slot(long hash) {
        return (int) hash & names.length - 1;
    }

    private void grow() {
        long[] oldFolds = folds;
        long[] oldNames = names;
        int[] oldRoles = roles;
        int[] oldContents = contents;
        folds = new long[oldNames.length * 2];
        names = new long[oldNames.length * 2];
        roles = new int[oldNames.length * 2];
        contents = new int[oldNames.length * 2];
        for (int i = 0; i < oldNames.length; i++) {
            if (oldRoles[i] != 0) {
                int slot = slot(oldFolds[i]);
                while (roles[slot] != 0) {
                    slot = slot + 1 & names.length - 1;
                }
                folds[slot] = oldFolds[i];
                names[slot] = oldNames[i];
                roles[slot] = oldRoles[i];
                contents[slot] = oldContents[i];
            }
        }
    }

    private static String fold(String name) {
        boolean plain = name.chars().allMatch(c -> c < 0x80 && (c < 'A' || c > 'Z'));
        return plain ? name : Normalizer.normalize(Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT),
                Normalizer.Form.NFC);
    }

    private static long hash(String text) {
        return Long.parseUnsignedLong(Digest.of(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16), 16);
    }
}
