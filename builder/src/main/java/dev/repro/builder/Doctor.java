package dev.repro.builder;

import dev.repro.base.Json;
import dev.repro.base.Problem;
import dev.repro.builder.files.Why;
import dev.repro.builder.sandbox.Ability;
import dev.repro.builder.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// `repro doctor`: what this machine can do. Changes nothing but the sandbox's own state in the cache.
public final class Doctor {

    /// @param ok null: neither good nor bad, only told
    /// @param needed whether `repro check` does not work without it
    public record Item(String name, Boolean ok, boolean needed, String facts, String hint) {
        Json.Obj toJson() {
            return Json.object("name", name, "ok", ok, "needed", needed, "facts", facts, "hint", hint);
        }
    }

    /// `repro.doctor.v1`
    public record Report(List<Item> items) {
        public boolean canCheck() {
            return items.stream().noneMatch(i -> i.needed && Boolean.FALSE.equals(i.ok));
        }

        public List<String> lines() {
            var out = new ArrayList<String>();
            for (Item item : items) {
                out.add(String.format("%-12s %s", item.name, item.facts));
                if (item.hint != null) {
                    out.add(String.format("%-12s → %s", "", item.hint));
                }
            }
            return out;
        }

        public String verdictLine() {
            return canCheck() ? "this machine can check images" : "this machine cannot check images yet";
        }

        public Json.Obj toJson() {
            return Json.object("schema", "repro.doctor.v1", "can_check", canCheck(), "items", items.stream().map(Item::toJson).toList());
        }
    }

    private final Map<String, String> env;
    private final List<Item> items = new ArrayList<>();

    private Doctor(Map<String, String> env) {
        this.env = env;
    }

    public static Report examine(Map<String, String> env, Consumer<String> progress) throws Problem, InterruptedException {
        var doctor = new Doctor(env);
        progress.accept("looking at this machine");
        doctor.java();
        doctor.cache();
        doctor.sandbox();
        doctor.tool("apt", "apt-get", "resolves Debian toolchains at `repro lock`; a lock can be built without it", null);
        doctor.tool("git", "git", "not needed: repro reads repositories itself", null);
        doctor.kvm();
        doctor.tool("qemu", "qemu-system-x86_64", "boots virtio and multiboot images", "apt-get install qemu-system-x86");
        doctor.tool("solo5-hvt", "solo5-hvt", "runs hvt images", "build Solo5 and put its tenders on PATH");
        doctor.tool("solo5-spt", "solo5-spt", "runs spt images", "build Solo5 and put its tenders on PATH");
        return new Report(List.copyOf(doctor.items));
    }

    private void java() {
        boolean ok = Runtime.version().feature() >= 25;
        add("java", ok, true, Runtime.version() + " of " + System.getProperty("java.vendor"), ok ? null : "install a JDK 25");
    }

    private void cache() throws Problem {
        Path cache = Workshop.cache(env);
        try {
            Files.createDirectories(cache);
            long free = Files.getFileStore(cache).getUsableSpace() >> 20;
            boolean ok = free >= 2048 && Files.isWritable(cache);
            add("cache", ok, true, cache + ", " + String.format(Locale.ROOT, "%,d MiB free", free), ok ? null : "a toolchain and two builds want 2 GiB: free some, or point XDG_CACHE_HOME elsewhere");
        } catch (IOException e) {
            add("cache", false, true, cache + ": " + Why.of(e), "point XDG_CACHE_HOME to a folder that can be written");
        }
    }

    private void sandbox() throws Problem, InterruptedException {
        try (var sandbox = Sandbox.open(Workshop.cache(env).resolve("sandbox"), env)) {
            var able = sandbox.capabilities();
            add("sandbox", true, true, "bubblewrap " + able.version() + ", namespaces " + able.namespaces() + ", cgroups " + able.cgroups(), null);
            ability("memory", able.memory());
            ability("processes", able.processes());
            ability("aslr", able.aslr());
            ability("affinity", able.affinity());
        } catch (Problem problem) {
            add("sandbox", false, true, problem.line(), problem.hint());
        }
    }

    private void ability(String name, Ability ability) {
        add(name, ability.isFull(), false, ability.how() + (ability.isFull() ? "" : ": " + ability.reason()), null);
    }

    private void kvm() {
        Path kvm = Path.of("/dev/kvm");
        boolean there = Files.exists(kvm);
        boolean ok = Files.isReadable(kvm) && Files.isWritable(kvm);
        add("kvm", ok, false, ok ? "/dev/kvm opens" : there ? "/dev/kvm may not be opened by this user" : "no /dev/kvm; hvt images do not run here, checking does not need it",
                there && !ok ? "adduser USER kvm" : null);
    }

    private void tool(String name, String program, String use, String hint) {
        Optional<Path> found = onPath(program);
        add(name, found.isPresent(), false, found.map(Path::toString).orElse("not found") + ": " + use, found.isPresent() ? null : hint);
    }

    private Optional<Path> onPath(String program) {
        for (String folder : env.getOrDefault("PATH", "").split(":")) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private void add(String name, Boolean ok, boolean needed, String facts, String hint) {
        items.add(new Item(name, ok, needed, facts, hint));
    }
}
