package dev.repro.builder.recipe;

import dev.repro.base.Json;
import dev.repro.base.JsonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Finds what a recipe and a source say otherwise than a lock: makes the inputs that a new lock would have and compares them.
final class Disagreements {

    /// Files that are named before the rest is counted.
    private static final int NAMED = 5;

    /// Characters that [RecipePath#printable] shows, and those shown before the place where two longer texts part.
    private static final int SHOWN = 80;
    private static final int BEFORE = 24;

    /// Members of the inputs that follow from the recipe.
    private static final List<String> REPEATED = List.of("name", "build", "limits", "outputs", "exceptions", "files", "seeds",
            "variations_skipped");

    private Disagreements() {}

    static List<String> ofRecipe(Lock lock, Recipe recipe) {
        Lock.LockedBuild build = lock.inputs().build();
        Long commitTime = build.epochOrigin() == Lock.EpochOrigin.COMMIT ? build.sourceDateEpoch() : null;
        return compare(lock, recipe, new SourceState(lock.inputs().source(), commitTime, List.of()));
    }

    static List<String> of(Lock lock, Recipe recipe, SourceState source) {
        List<String> out = compare(lock, recipe, source);
        LockedSource then = lock.inputs().source();
        LockedSource now = source.source();
        if (!then.sha256().equals(now.sha256())) {
            out.add("the source changed: " + tree(then) + " in the lock, " + tree(now) + " now" + named(source.changed()));
        }
        return out;
    }

    private static List<String> compare(Lock lock, Recipe recipe, SourceState source) {
        var out = new ArrayList<String>();
        Json.Obj then = lock.inputs().toJson();
        Map<String, Long> sizes = lock.inputs().files().stream()
                .collect(Collectors.toMap(Lock.LockedFile::path, Lock.LockedFile::size, (a, _) -> a));
        recipe.files().forEach(file -> sizes.putIfAbsent(file.path(), 0L));
        Json.Obj now = Lock.of(recipe, source, lock.inputs().toolchain(), sizes).inputs().toJson();
        for (String member : REPEATED) {
            differences(member, then.members().get(member), now.members().get(member), out);
        }
        var toolchain = (Json.Obj) recipe.toJson().members().get("toolchain");
        differences("toolchain", asked(lock.inputs().toolchain()), asked(toolchain), out);
        source(lock.inputs().source(), recipe.source(), out);
        if (out.isEmpty() && !lock.inputs().recipe().equals(recipe.digest())) {
            out.add("the recipe changed in what the lock does not repeat: how the source is found "
                    + "(`folder`, `exclude`, `ref`, `submodules`) or where the toolchain image lies");
        }
        return out;
    }

    /// Of a locked toolchain or a recipe's: what the recipe asks for.
    private static Json.Obj asked(Json.Obj toolchain) {
        Json.Obj out = Json.object();
        for (String member : List.of("kind", "suite", "requested", "digest")) {
            Json value = toolchain.members().get(member);
            if (value != null) {
                out = out.with(member, value);
            }
        }
        return out;
    }

    private static void source(LockedSource then, Recipe.Source now, List<String> out) {
        switch (then) {
            case LockedSource.Folder _ when now instanceof Recipe.Source.Git ->
                    out.add("source: a folder in the lock, git in the recipe");
            case LockedSource.Git _ when now instanceof Recipe.Source.Folder ->
                    out.add("source: git in the lock, a folder in the recipe");
            case LockedSource.Git git when now instanceof Recipe.Source.Git(var url, var commit, _, _) -> {
                differences("source.url", Json.of(git.url()), Json.of(url), out);
                if (commit != null) {
                    differences("source.commit", Json.of(git.commit()), Json.of(commit), out);
                }
            }
            default -> { }
        }
    }

    private static void differences(String path, Json then, Json now, List<String> out) {
        if (then instanceof Json.Obj(var a) && now instanceof Json.Obj(var b)) {
            Set<String> names = new TreeSet<>(Utf8.ORDER);
            names.addAll(a.keySet());
            names.addAll(b.keySet());
            for (String name : names) {
                differences(path + "." + name, a.get(name), b.get(name), out);
            }
        } else if (then == null || !then.equals(now)) {
            String a = text(then);
            String b = text(now);
            int start = start(a, b);
            out.add(path + ": " + shown(a, start) + " in the lock, " + shown(b, start) + " in the recipe");
        }
    }

    private static String text(Json value) {
        return value == null || value instanceof Json.Null ? "nothing" : value instanceof Json.Str(var text) ? text : JsonText.compact(value);
    }

    /// Where to begin to show two texts: at their start if both are shown whole, else a little before they part.
    private static int start(String a, String b) {
        if (Math.max(a.length(), b.length()) <= SHOWN) {
            return 0;
        }
        int parting = Arrays.mismatch(a.toCharArray(), b.toCharArray());
        int start = Math.max(0, parting - BEFORE);
        return start > 0 && Character.isLowSurrogate(a.charAt(start)) ? start - 1 : start;
    }

    private static String shown(String text, int start) {
        return (start > 0 ? "…" : "") + RecipePath.printable(text.substring(start));
    }

    private static String tree(LockedSource source) {
        return source.files() + " files with digest " + source.sha256().brief();
    }

    private static String named(List<String> changed) {
        if (changed.isEmpty()) {
            return "";
        }
        int more = changed.size() - NAMED;
        return " (" + String.join(", ", changed.subList(0, Math.min(NAMED, changed.size())))
                + (more > 0 ? " and " + more + " more" : "") + ")";
    }
}
