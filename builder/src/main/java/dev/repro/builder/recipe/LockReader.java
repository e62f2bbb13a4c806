package dev.repro.builder.recipe;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// `repro.lock` to [Lock]. A lock may come from anybody, so every member is checked as a recipe's is.
final class LockReader {

    /// Of a lock, in bytes.
    private static final int MAX_BYTES = 16 << 20;

    private final String where;

    private LockReader(String where) {
        this.where = where;
    }

    static Lock parse(byte[] bytes, String where) throws Problem {
        if (bytes.length > MAX_BYTES) {
            throw Problem.usage("a lock of more than 16 MiB").where(where);
        }
        Lock lock = new LockReader(where).lock(Fields.parse(bytes, where));
        if (!Arrays.equals(lock.toBytes(), bytes)) {
            throw Problem.usage("the lock is not in canonical form: it was edited, or written by another tool").where(where)
                    .hint("run `repro lock`");
        }
        return lock;
    }

    private Lock lock(Fields fields) throws Problem {
        checked(fields, "schema", Lock.SCHEMA::equals, Lock.SCHEMA);
        Lock.Inputs inputs = inputs(fields.object("inputs"));
        Optional<Fields> expected = fields.optionalObject("expected");
        fields.end();
        return new Lock(inputs, expected.isPresent() ? expected(expected.get()) : null);
    }

    private Lock.Inputs inputs(Fields inputs) throws Problem {
        checked(inputs, "sandbox", Lock.SANDBOX::equals, Lock.SANDBOX);
        var out = new Lock.Inputs(inputs.digest("recipe"), inputs.string("name"), source(inputs.object("source")),
                toolchain(inputs), files(inputs), build(inputs.object("build")), limits(inputs.object("limits")), outputs(inputs),
                exceptions(inputs), texts(inputs, "variations_skipped"), texts(inputs, "seeds"));
        inputs.end();
        return out;
    }

    private LockedSource source(Fields source) throws Problem {
        String kind = checked(source, "kind", k -> k.equals("folder") || k.equals("git"), "folder or git");
        LockedSource out = kind.equals("folder")
                ? new LockedSource.Folder(source.digest("sha256"), count(source, "files"), count(source, "bytes"))
                : new LockedSource.Git(gitUrl(source), objectId(source, "commit"), objectId(source, "tree"), submodules(source),
                        source.optionalString("describe").orElse(null), source.digest("sha256"), count(source, "files"),
                        count(source, "bytes"));
        source.end();
        return out;
    }

    private List<LockedSource.Submodule> submodules(Fields source) throws Problem {
        var out = new ArrayList<LockedSource.Submodule>();
        for (Fields sub : source.objects("submodules")) {
            out.add(new LockedSource.Submodule(path(sub, "path"), gitUrl(sub), objectId(sub, "commit"), objectId(sub, "tree")));
            sub.end();
        }
        return out;
    }

    private Json.Obj toolchain(Fields inputs) throws Problem {
        Fields toolchain = inputs.object("toolchain");
        toolchain.string("kind");
        Json value = inputs.json("toolchain");
        if (hasFraction(value)) {
            throw wrong("toolchain", "whole numbers only", "a fraction");
        }
        return (Json.Obj) value;
    }

    private static boolean hasFraction(Json value) {
        return switch (value) {
            case Json.Dec _ -> true;
            case Json.Obj(var members) -> members.values().stream().anyMatch(LockReader::hasFraction);
            case Json.Arr(var items) -> items.stream().anyMatch(LockReader::hasFraction);
            default -> false;
        };
    }

    private List<Lock.LockedFile> files(Fields inputs) throws Problem {
        var out = new ArrayList<Lock.LockedFile>();
        for (Fields file : inputs.objects("files")) {
            List<String> urls = file.strings("urls");
            for (String url : urls) {
                if (Urls.refusalOfFile(url).isPresent()) {
                    throw wrong("urls", "http or https urls", url);
                }
            }
            out.add(new Lock.LockedFile(path(file, "path"), file.digest("sha256"), count(file, "size"), urls));
            file.end();
        }
        return out;
    }

    private Lock.LockedBuild build(Fields build) throws Problem {
        checked(build, "network", "none"::equals, "none");
        String origin = checked(build, "source_date_epoch_origin",
                word -> Stream.of(Lock.EpochOrigin.values()).anyMatch(o -> o.word.equals(word)), "recipe, commit or default");
        List<String> command = build.strings("command");
        if (command.isEmpty()) {
            throw wrong("command", "an argument vector", "nothing");
        }
        var out = new Lock.LockedBuild(command,
                checked(build, "directory", d -> RecipePath.refusalOfFolder(d, false).isEmpty(), "a folder inside the source"),
                environment(build), count(build, "source_date_epoch"),
                Stream.of(Lock.EpochOrigin.values()).filter(o -> o.word.equals(origin)).findFirst().orElseThrow(),
                checked(build, "umask", LockReader::isUmask, "four octal digits"), small(build, "uid", 0), small(build, "gid", 0),
                checked(build, "hostname", LockReader::isWord, "a host name"),
                checked(build, "timezone", LockReader::isWord, "a time zone"),
                checked(build, "locale", LockReader::isWord, "a locale"), small(build, "cpus", 1));
        build.end();
        return out;
    }

    private SortedMap<String, String> environment(Fields build) throws Problem {
        SortedMap<String, String> environment = texts(build, "environment");
        for (String name : environment.keySet()) {
            if (EnvironmentNames.refusal(name).isPresent()) {
                throw wrong("environment", "variables that a recipe may set", name);
            }
        }
        return environment;
    }

    private Recipe.Limits limits(Fields limits) throws Problem {
        var out = new Recipe.Limits(Duration.ofSeconds(integer(limits, "time_seconds", 1, Integer.MAX_VALUE * 3600L)),
                integer(limits, "memory_bytes", 1, Long.MAX_VALUE), small(limits, "processes", 1),
                integer(limits, "output_bytes", 1, Long.MAX_VALUE), integer(limits, "log_bytes", 1, Long.MAX_VALUE));
        limits.end();
        return out;
    }

    private List<Recipe.Output> outputs(Fields inputs) throws Problem {
        var out = new ArrayList<Recipe.Output>();
        for (Fields output : inputs.objects("outputs")) {
            String kind = checked(output, "kind", k -> k.equals("image") || k.equals("file"), "image or file");
            out.add(new Recipe.Output(path(output, "path"), kind.equals("image") ? Recipe.Kind.IMAGE : Recipe.Kind.FILE));
            output.end();
        }
        return out;
    }

    private static List<Recipe.Excepted> exceptions(Fields inputs) throws Problem {
        var out = new ArrayList<Recipe.Excepted>();
        for (Fields exception : inputs.objects("exceptions")) {
            out.add(new Recipe.Excepted(exception.string("output"), exception.string("section"), exception.string("reason")));
            exception.end();
        }
        return out;
    }

    private Lock.Expected expected(Fields expected) throws Problem {
        var outputs = new ArrayList<Lock.ExpectedOutput>();
        for (Fields output : expected.objects("outputs")) {
            var sections = new ArrayList<Lock.Section>();
            for (Fields section : output.objects("sections")) {
                sections.add(new Lock.Section(section.string("name"), section.digest("sha256")));
                section.end();
            }
            Digest manifest = output.has("manifest_sha256") ? output.digest("manifest_sha256") : null;
            output.optionalString("manifest_sha256");
            outputs.add(new Lock.ExpectedOutput(path(output, "path"), count(output, "size"), output.digest("sha256"), sections,
                    manifest));
            output.end();
        }
        expected.end();
        return new Lock.Expected(outputs);
    }

    /// An object whose members are all strings without NUL.
    private SortedMap<String, String> texts(Fields parent, String name) throws Problem {
        Fields object = parent.object(name);
        var out = new TreeMap<String, String>(Utf8.ORDER);
        for (String key : object.names()) {
            String value = object.string(key);
            if (value.indexOf('\0') >= 0) {
                throw wrong(key, "a text without NUL", value);
            }
            out.put(key, value);
        }
        return out;
    }

    private String path(Fields fields, String name) throws Problem {
        return checked(fields, name, path -> RecipePath.refusalInRecipe(path).isEmpty(), "a path inside the source");
    }

    private String gitUrl(Fields fields) throws Problem {
        return checked(fields, "url", url -> Urls.refusalOfGit(url).isEmpty(), "a git url without ssh, user or password");
    }

    private String objectId(Fields fields, String name) throws Problem {
        return checked(fields, name, SourceReader::isCommit, "40 hexadecimal digits");
    }

    private long count(Fields fields, String name) throws Problem {
        return integer(fields, name, 0, Long.MAX_VALUE);
    }

    private int small(Fields fields, String name, int least) throws Problem {
        return (int) integer(fields, name, least, Integer.MAX_VALUE);
    }

    private long integer(Fields fields, String name, long least, long most) throws Problem {
        long value = fields.integer(name);
        if (value < least || value > most) {
            throw wrong(name, least + " to " + most, value);
        }
        return value;
    }

    private String checked(Fields fields, String name, Predicate<String> valid, String expected) throws Problem {
        String value = fields.string(name);
        if (!valid.test(value)) {
            throw wrong(name, expected, RecipePath.printable(value));
        }
        return value;
    }

    private Problem wrong(String name, String expected, Object found) {
        return Problem.usage("member `" + name + "` of the lock is not accepted").where(where).expected(expected).found(found)
                .hint("run `repro lock`");
    }

    private static boolean isUmask(String text) {
        return text.length() == 4 && text.chars().allMatch(c -> c >= '0' && c <= '7');
    }

    private static boolean isWord(String text) {
        return !text.isEmpty() && text.length() <= 64 && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }
}
