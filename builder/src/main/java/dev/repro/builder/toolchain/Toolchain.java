package dev.repro.builder.toolchain;

import dev.repro.base.Digest;
import dev.repro.base.Fields;
import dev.repro.base.Json;
import dev.repro.base.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A locked toolchain: the member `toolchain` of `repro.lock`.
public sealed interface Toolchain {

    /// The only architecture of toolchains for now.
    String ARCHITECTURE = "amd64";

    /// From name (`cc`, `ld`, …) to what was found in the root.
    Map<String, Tool> tools();

    /// This toolchain with other tools.
    Toolchain withTools(Map<String, Tool> tools);

    /// The shape of the lock; [#fromJson] is its inverse.
    Json.Obj toJson();

    /// Packages of a Debian suite.
    ///
    /// @param packages what is unpacked, sorted by name
    /// @param requested what the recipe asked for, in its order
    record Debian(String suite, String architecture, List<LockedPackage> packages, List<String> requested,
            Map<String, Tool> tools) implements Toolchain {
        public Debian {
            packages = packages.stream().sorted(Comparator.comparing(LockedPackage::name)).toList();
            requested = List.copyOf(requested);
            tools = sorted(tools);
        }

        @Override
        public Debian withTools(Map<String, Tool> found) {
            return new Debian(suite, architecture, packages, requested, found);
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", "debian", "suite", suite, "architecture", architecture,
                    "packages", packages.stream().map(LockedPackage::toJson).toList(), "requested", requested,
                    "tools", Tool.toJson(tools));
        }
    }

    /// An OCI image.
    ///
    /// @param digest of the manifest or index, as the recipe gives it
    /// @param layers digests of the layers as they are stored, the lowest first
    record Oci(Digest digest, List<Digest> layers, Map<String, Tool> tools) implements Toolchain {
        public Oci {
            layers = List.copyOf(layers);
            tools = sorted(tools);
        }

        @Override
        public Oci withTools(Map<String, Tool> found) {
            return new Oci(digest, layers, found);
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", "oci", "digest", digest, "layers", layers, "tools", Tool.toJson(tools));
        }
    }

    /// The `/usr` of a machine: recorded, not pinned.
    ///
    /// @param manager who knows the packages: `dpkg`, `rpm`, or `none`
    record Host(String manager, List<HostPackage> packages, Map<String, Tool> tools) implements Toolchain {
        public Host {
            packages = packages.stream().sorted(Comparator.comparing(HostPackage::name)
                    .thenComparing(HostPackage::architecture).thenComparing(HostPackage::version)).toList();
            tools = sorted(tools);
        }

        @Override
        public Host withTools(Map<String, Tool> found) {
            return new Host(manager, packages, found);
        }

        @Override
        public Json.Obj toJson() {
            return Json.object("kind", "host", "manager", manager, "packages", packages.stream()
                    .map(p -> Json.object("name", p.name, "version", p.version, "architecture", p.architecture)).toList(),
                    "tools", Tool.toJson(tools));
        }
    }

    /// A package that is installed on the host.
    record HostPackage(String name, String version, String architecture) {}

    static Toolchain fromJson(Fields fields) throws Problem {
        String kind = fields.string("kind");
        Map<String, Tool> tools = Tool.fromJson(fields.object("tools"));
        Toolchain read = switch (kind) {
            case "debian" -> debian(fields, tools);
            case "oci" -> new Oci(fields.digest("digest"), digests(fields.strings("layers")), tools);
            case "host" -> new Host(fields.string("manager"), hostPackages(fields.objects("packages")), tools);
            default -> throw Problem.usage("unknown kind of toolchain").where("toolchain of the lock")
                    .expected("debian, oci or host").found(kind);
        };
        fields.end();
        return read;
    }

    private static Debian debian(Fields fields, Map<String, Tool> tools) throws Problem {
        var packages = new ArrayList<LockedPackage>();
        for (Fields item : fields.objects("packages")) {
            var next = LockedPackage.fromJson(item);
            if (!packages.isEmpty() && packages.getLast().name().compareTo(next.name()) >= 0) {
                throw Problem.usage("packages are not sorted by name, or one is there twice").where("toolchain of the lock")
                        .found(next.name());
            }
            packages.add(next);
        }
        var read = new Debian(fields.string("suite"), fields.string("architecture"), packages, fields.strings("requested"),
                tools);
        if (!read.architecture.equals(ARCHITECTURE)) {
            throw Problem.usage("only " + ARCHITECTURE + " toolchains are supported").where("toolchain of the lock")
                    .found(read.architecture);
        }
        return read;
    }

    private static List<HostPackage> hostPackages(List<Fields> items) throws Problem {
        var out = new ArrayList<HostPackage>();
        for (Fields item : items) {
            out.add(new HostPackage(item.string("name"), item.string("version"), item.string("architecture")));
            item.end();
        }
        return out;
    }

    private static List<Digest> digests(List<String> texts) throws Problem {
        var out = new ArrayList<Digest>();
        for (String text : texts) {
            out.add(Digest.parse(text).orElseThrow(() ->
                    Problem.usage("a layer is not named by SHA-256").where("toolchain of the lock").found(text)));
        }
        return out;
    }

    private static Map<String, Tool> sorted(Map<String, Tool> tools) {
        return java.util.Collections.unmodifiableMap(new TreeMap<>(tools));
    }
}
