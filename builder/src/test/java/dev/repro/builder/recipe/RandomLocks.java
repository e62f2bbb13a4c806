package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Locks of random recipes and sources, the same for the same seed.
final class RandomLocks {
    private final Random random;

    private RandomLocks(Random random) {
        this.random = random;
    }

    static Lock next(Random random) {
        return new RandomLocks(random).lock();
    }

    private Lock lock() {
        var sizes = new HashMap<String, Long>();
        List<Recipe.Fetch> files = list(() -> {
            String path = path("f");
            sizes.put(path, random.nextLong(1L << 40));
            return new Recipe.Fetch(List.of("https://example.org/" + random.nextInt()), digest(), path);
        });
        List<Recipe.Output> outputs = list(() -> new Recipe.Output(path("o"), random.nextBoolean() ? Recipe.Kind.IMAGE
                : Recipe.Kind.FILE));
        Long epoch = random.nextBoolean() ? random.nextLong(1L << 33) : null;
        var recipe = new Recipe("n" + random.nextInt(100), new Recipe.Source.Folder(".", list(this::text)),
                new Recipe.Toolchain.Host(),
                new Recipe.Build(List.of("/bin/sh", text(), text()), random.nextBoolean() ? "." : path("d"), epoch,
                        new TreeMap<>(Map.of("A" + random.nextInt(9), text()))),
                new Recipe.Limits(Duration.ofSeconds(1 + random.nextInt(10_000)), 1 + random.nextLong(1L << 50), 1
                        + random.nextInt(999),
                        1 + random.nextLong(1L << 50), 1 + random.nextLong(1L << 50)),
                files, outputs, list(() -> new Recipe.Excepted(path("o"), text(), text())), new TreeMap<>(Map.of("time", text())),
                new TreeMap<>(Map.of("s" + random.nextInt(99), text())));
        Lock lock = Lock.of(recipe, new SourceState(source(), random.nextBoolean() ? random.nextLong(1L << 33) : null, List.of()),
                Json.object("kind", "host", "z", text(), "a",
                        Json.object("y", random.nextLong(), "x", list(this::text), text(), null)), sizes);
        return random.nextBoolean() ? lock : lock.expecting(list(() ->
                new Lock.ExpectedOutput(path("o"), random.nextLong(1L << 40), digest(),
                list(() -> new Lock.Section(text(), digest())), random.nextBoolean() ? digest() : null)));
    }

    private LockedSource source() {
        return random.nextBoolean() ? new LockedSource.Folder(digest(), random.nextInt(99), random.nextLong(1L << 40))
                : new LockedSource.Git("https://example.org/x", commit(), commit(),
                        list(() -> new LockedSource.Submodule(path("s"), "../y", commit(), commit())), random.nextBoolean()
                                ? text() : null,
                        digest(), random.nextInt(99), random.nextLong(1L << 40));
    }

    private <T> List<T> list(Supplier<T> item) {
        var out = new ArrayList<T>();
        for (int n = random.nextInt(4); n > 0; n--) {
            out.add(item.get());
        }
        return out;
    }

    private String path(String start) {
        return start + random.nextInt(1_000_000) + (random.nextBoolean() ? "/ü" + random.nextInt(9) : "");
    }

    /// Characters that JSON writers and sorters get wrong: quotes, controls, beyond the basic plane, beside the surrogates.
    private String text() {
        int[] characters = {'a', 'Z', '"', '\\', '\n', '\t', 0x1f, 0x7f, 0xe9, 0x2028, 0xffee, 0x1f600, '/', '<'};
        var out = new StringBuilder();
        for (int n = random.nextInt(8); n >= 0; n--) {
            out.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return out.toString();
    }

    private Digest digest() {
        return Digest.of(new byte[] {(byte) random.nextInt(), (byte) random.nextInt()});
    }

    private String commit() {
        return digest().hex().substring(0, 40);
    }
}
